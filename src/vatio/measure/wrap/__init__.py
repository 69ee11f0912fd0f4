"""Run a command as a shell would, and measure it beside: what `vatio run` calls."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure.wrap._live import Controller as Controller
    from vatio.measure.wrap._live import GapTeller as GapTeller
    from vatio.measure.wrap._live import LiveLine as LiveLine
    from vatio.measure.wrap._live import Moment as Moment
    from vatio.measure.wrap._loop import Exit as Exit
    from vatio.measure.wrap._options import RunOptions as RunOptions
    from vatio.measure.wrap._options import RunOutcome as RunOutcome
    from vatio.measure.wrap._prepare import Parts as Parts
    from vatio.measure.wrap._session import run_command as run_command
    from vatio.measure.wrap._session import run_session as run_session
    from vatio.measure.wrap._signals import Signal as Signal
    from vatio.measure.wrap._signals import Signals as Signals
    from vatio.measure.wrap._signals import adopt_orphans as adopt_orphans
    from vatio.measure.wrap._signals import open_signals as open_signals
    from vatio.measure.wrap._system import PosixSystem as PosixSystem
    from vatio.measure.wrap._system import System as System
    from vatio.measure.wrap._system import Watched as Watched
    from vatio.measure.wrap._system import open_system as open_system

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_live": "Controller GapTeller LiveLine Moment",
        "_loop": "Exit",
        "_options": "RunOptions RunOutcome",
        "_prepare": "Parts",
        "_session": "run_command run_session",
        "_signals": "Signal Signals adopt_orphans open_signals",
        "_system": "PosixSystem System Watched open_system",
    },
)
