"""Measure a block of Python from inside: track(), phases and the ranks of a job."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure.block._current import look_around_again as look_around_again
    from vatio.measure.block._inside import log_artifact as log_artifact
    from vatio.measure.block._inside import log_metric as log_metric
    from vatio.measure.block._inside import phase as phase
    from vatio.measure.block._inside import work as work
    from vatio.measure.block._run import Run as Run
    from vatio.measure.block._start import start as start
    from vatio.measure.block._track import Track as Track
    from vatio.measure.block._track import track as track
    from vatio.measure.block._wish import Wish as Wish

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_current": "look_around_again",
        "_inside": "log_artifact log_metric phase work",
        "_run": "Run",
        "_start": "start",
        "_track": "Track track",
        "_wish": "Wish",
    },
)
