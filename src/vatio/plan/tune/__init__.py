"""Tune what can be turned on a workload without changing its answer."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.plan.tune._knobs import Knob as Knob
    from vatio.plan.tune._knobs import Setting as Setting
    from vatio.plan.tune._knobs import read_knob as read_knob
    from vatio.plan.tune._knobs import thread_knob as thread_knob
    from vatio.plan.tune._race import Bounds as Bounds
    from vatio.plan.tune._race import Race as Race
    from vatio.plan.tune._tune import Tried as Tried
    from vatio.plan.tune._tune import Tuned as Tuned
    from vatio.plan.tune._tune import tune as tune

__getattr__, __dir__, __all__ = door(
    __name__,
    {"_knobs": "Knob Setting read_knob thread_knob", "_race": "Bounds Race", "_tune": "Tried Tuned tune"},
)
