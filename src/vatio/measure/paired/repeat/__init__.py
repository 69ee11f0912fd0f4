"""Repeat one arm once: pinned, watched, ended when it must be, and nothing of it left behind."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure.paired.repeat._pin import Pin as Pin
    from vatio.measure.paired.repeat._processes import children as children
    from vatio.measure.paired.repeat._processes import descendants as descendants
    from vatio.measure.paired.repeat._processes import end_all as end_all
    from vatio.measure.paired.repeat._processes import send as send
    from vatio.measure.paired.repeat._repeat import Repeated as Repeated
    from vatio.measure.paired.repeat._repeat import repeat as repeat
    from vatio.measure.paired.repeat._setting import Setting as Setting
    from vatio.measure.paired.repeat._stopping import Stopping as Stopping

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_pin": "Pin",
        "_processes": "children descendants end_all send",
        "_repeat": "Repeated repeat",
        "_setting": "Setting",
        "_stopping": "Stopping",
    },
)
