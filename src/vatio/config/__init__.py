"""Resolve the execution configuration once, at the rim: vatio.toml, environment and options become frozen values."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config._config import SECTIONS as SECTIONS
    from vatio.config._config import Config as Config
    from vatio.config._find import git_root as git_root
    from vatio.config._find import user_folder as user_folder
    from vatio.config._find import xdg_folder as xdg_folder
    from vatio.config._load import load_config as load_config
    from vatio.config._reference import configuration_reference as configuration_reference
    from vatio.config._schema import config_schema as config_schema
    from vatio.config._template import config_template as config_template
    from vatio.config._template import config_toml as config_toml
    from vatio.config._view import config_view as config_view
    from vatio.config.sections import BudgetsConfig as BudgetsConfig
    from vatio.config.sections import GateConfig as GateConfig
    from vatio.config.sections import LedgerConfig as LedgerConfig
    from vatio.config.sections import MetersConfig as MetersConfig
    from vatio.config.sections import PlanConfig as PlanConfig
    from vatio.config.sections import ProjectConfig as ProjectConfig
    from vatio.config.sections import RecordConfig as RecordConfig
    from vatio.config.sections import SiteConfig as SiteConfig
    from vatio.config.sections import WorkloadConfig as WorkloadConfig

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_config": "SECTIONS Config",
        "_find": "git_root user_folder xdg_folder",
        "_load": "load_config",
        "_reference": "configuration_reference",
        "_schema": "config_schema",
        "_template": "config_template config_toml",
        "_view": "config_view",
        "vatio.config.sections": (
            "BudgetsConfig GateConfig LedgerConfig MetersConfig PlanConfig ProjectConfig RecordConfig SiteConfig WorkloadConfig"
        ),
    },
)
