"""Measure a block, a process, a host or a job: readings at the rim, one run record at the end."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure._live import Controller as Controller
    from vatio.measure._live import LiveLine as LiveLine
    from vatio.measure._live import Moment as Moment
    from vatio.measure._wrap import RunOptions as RunOptions
    from vatio.measure._wrap import RunOutcome as RunOutcome
    from vatio.measure._wrap import run_command as run_command

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_live": "Controller LiveLine Moment",
        "_wrap": "RunOptions RunOutcome run_command",
    },
)
