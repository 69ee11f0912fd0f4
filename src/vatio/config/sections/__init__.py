"""Hold one file for each section of vatio.toml: a frozen dataclass whose fields document and bound themselves."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config.sections._budgets import BudgetsConfig as BudgetsConfig
    from vatio.config.sections._gate import GateConfig as GateConfig
    from vatio.config.sections._ledger import LedgerConfig as LedgerConfig
    from vatio.config.sections._meters import MetersConfig as MetersConfig
    from vatio.config.sections._plan import PlanConfig as PlanConfig
    from vatio.config.sections._project import ProjectConfig as ProjectConfig
    from vatio.config.sections._record import RecordConfig as RecordConfig
    from vatio.config.sections._site import SiteConfig as SiteConfig
    from vatio.config.sections._workload import WorkloadConfig as WorkloadConfig

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_budgets": "BudgetsConfig",
        "_gate": "GateConfig",
        "_ledger": "LedgerConfig",
        "_meters": "MetersConfig",
        "_plan": "PlanConfig",
        "_project": "ProjectConfig",
        "_record": "RecordConfig",
        "_site": "SiteConfig",
        "_workload": "WorkloadConfig",
    },
)
