"""Run a command as a shell would, and measure it beside: what `vatio run` calls."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure.wrap._live import Controller as Controller
    from vatio.measure.wrap._live import LiveLine as LiveLine
    from vatio.measure.wrap._live import Moment as Moment
    from vatio.measure.wrap._options import RunOptions as RunOptions
    from vatio.measure.wrap._options import RunOutcome as RunOutcome
    from vatio.measure.wrap._session import run_command as run_command

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_live": "Controller LiveLine Moment",
        "_options": "RunOptions RunOutcome",
        "_session": "run_command",
    },
)
