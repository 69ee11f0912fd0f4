"""Carry a plan out: keep its order, wait here or let a scheduler wait, pause and resume, write it for a cluster."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.plan.engines._engine import Engine as Engine
    from vatio.plan.engines._hold import AfterCheckpoint as AfterCheckpoint
    from vatio.plan.engines._hold import Hold as Hold
    from vatio.plan.engines._hold import OwnSignals as OwnSignals
    from vatio.plan.engines._hold import StopTree as StopTree
    from vatio.plan.engines._hold import signal_number as signal_number
    from vatio.plan.engines._local import MARK as MARK
    from vatio.plan.engines._local import LocalEngine as LocalEngine
    from vatio.plan.engines._local import log_path as log_path
    from vatio.plan.engines._manifest import Pod as Pod
    from vatio.plan.engines._manifest import manifest as manifest
    from vatio.plan.engines._order import Filed as Filed
    from vatio.plan.engines._order import Order as Order
    from vatio.plan.engines._order import file_order as file_order
    from vatio.plan.engines._order import filed_orders as filed_orders
    from vatio.plan.engines._order import find_order as find_order
    from vatio.plan.engines._order import kept_environ as kept_environ
    from vatio.plan.engines._order import open_bell as open_bell
    from vatio.plan.engines._order import order_folders as order_folders
    from vatio.plan.engines._pauses import Schedule as Schedule
    from vatio.plan.engines._pauses import WindowPauses as WindowPauses
    from vatio.plan.engines._pauses import schedule_of as schedule_of
    from vatio.plan.engines._slurm import SlurmEngine as SlurmEngine
    from vatio.plan.engines._standing import PlanStanding as PlanStanding
    from vatio.plan.engines._standing import standings as standings
    from vatio.plan.engines._waiter import Clocks as Clocks
    from vatio.plan.engines._waiter import Waiting as Waiting
    from vatio.plan.engines._waiter import napper as napper
    from vatio.plan.engines._waiter import wait_for as wait_for

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_engine": "Engine",
        "_hold": "AfterCheckpoint Hold OwnSignals StopTree signal_number",
        "_local": "LocalEngine MARK log_path",
        "_manifest": "Pod manifest",
        "_order": "Filed Order file_order filed_orders find_order kept_environ open_bell order_folders",
        "_pauses": "Schedule WindowPauses schedule_of",
        "_slurm": "SlurmEngine",
        "_standing": "PlanStanding standings",
        "_waiter": "Clocks Waiting napper wait_for",
    },
)
