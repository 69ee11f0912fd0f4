"""Run AI on fewer watts, and prove it: measure, account, record, plan, optimise, report.

Importing vatio loads the standard library only, and of that as little as it can; each public name loads its file when it
is first used.
"""

from vatio._door import door

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account import footprint as footprint
    from vatio.config import Config as Config
    from vatio.config import load_config as load_config
    from vatio.errors import VatioError as VatioError
    from vatio.ledger import Ledger as Ledger
    from vatio.ledger import open_ledger as open_ledger
    from vatio.measure import log_artifact as log_artifact
    from vatio.measure import log_metric as log_metric
    from vatio.measure import phase as phase
    from vatio.measure import track as track
    from vatio.measure import work as work
    from vatio.optimise.model import load_model as load_model
    from vatio.records import Footprint as Footprint
    from vatio.records import Quantity as Quantity
    from vatio.records import RunRecord as RunRecord

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "vatio.account": "footprint",
        "vatio.config": "Config load_config",
        "vatio.errors": "VatioError",
        "vatio.ledger": "Ledger open_ledger",
        "vatio.measure": "log_artifact log_metric phase track work",
        "vatio.optimise.model": "load_model",
        "vatio.records": "Footprint Quantity RunRecord",
    },
)
