"""Measure a block, a process, a host or a job: readings at the rim, one run record at the end."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure._baseline import measure_baseline as measure_baseline
    from vatio.measure._checks import checks as checks
    from vatio.measure._job import Job as Job
    from vatio.measure._live import Controller as Controller
    from vatio.measure._live import LiveLine as LiveLine
    from vatio.measure._live import Moment as Moment
    from vatio.measure._meter import Meter as Meter
    from vatio.measure._surroundings import Surroundings as Surroundings
    from vatio.measure._surroundings import surroundings as surroundings
    from vatio.measure._wrap import RunOptions as RunOptions
    from vatio.measure._wrap import RunOutcome as RunOutcome
    from vatio.measure._wrap import run_command as run_command
    from vatio.measure.meters import Opened as Opened
    from vatio.measure.meters import open_meters as open_meters

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_live": "Controller LiveLine Moment",
        "_wrap": "RunOptions RunOutcome run_command",
        "_baseline": "measure_baseline",
        "_checks": "checks",
        "_job": "Job",
        "_meter": "Meter",
        "_surroundings": "Surroundings surroundings",
        "vatio.measure.meters": "Opened open_meters",
    },
)
