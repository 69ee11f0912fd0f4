"""Doubles and contracts for tests, ours and a plugin author's: nothing here is needed to measure."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.testing._fake_clock import FakeClock as FakeClock
    from vatio.testing._replay_meter import ReplayMeter as ReplayMeter
    from vatio.testing._replay_meter import Shown as Shown
    from vatio.testing._replay_meter import cpu as cpu
    from vatio.testing._replay_meter import dram as dram
    from vatio.testing._replay_meter import gpu as gpu
    from vatio.testing._replay_meter import shown as shown

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_fake_clock": "FakeClock",
        "_replay_meter": "ReplayMeter Shown cpu dram gpu shown",
    },
)
