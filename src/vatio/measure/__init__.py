"""Measure a block, a process, a host or a job: readings at the rim, one run record at the end."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure._baseline import measure_baseline as measure_baseline
    from vatio.measure._checks import checks as checks
    from vatio.measure._compose import Order as Order
    from vatio.measure._compose import compose as compose
    from vatio.measure._facts import facts_of as facts_of
    from vatio.measure._host import HostMeter as HostMeter
    from vatio.measure._inside import log_artifact as log_artifact
    from vatio.measure._inside import log_metric as log_metric
    from vatio.measure._inside import phase as phase
    from vatio.measure._inside import work as work
    from vatio.measure._job import Job as Job
    from vatio.measure._live import Controller as Controller
    from vatio.measure._live import LiveLine as LiveLine
    from vatio.measure._live import Moment as Moment
    from vatio.measure._meter import Meter as Meter
    from vatio.measure._reading import Instruments as Instruments
    from vatio.measure._recording import Facts as Facts
    from vatio.measure._recording import Recording as Recording
    from vatio.measure._run import Run as Run
    from vatio.measure._surroundings import Surroundings as Surroundings
    from vatio.measure._surroundings import surroundings as surroundings
    from vatio.measure._track import Track as Track
    from vatio.measure._track import track as track
    from vatio.measure._tree import ProcessTree as ProcessTree
    from vatio.measure._wrap import RunOptions as RunOptions
    from vatio.measure._wrap import RunOutcome as RunOutcome
    from vatio.measure._wrap import run_command as run_command
    from vatio.measure.meters import Opened as Opened
    from vatio.measure.meters import open_meters as open_meters

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_baseline": "measure_baseline",
        "_checks": "checks",
        "_compose": "Order compose",
        "_facts": "facts_of",
        "_host": "HostMeter",
        "_inside": "log_artifact log_metric phase work",
        "_job": "Job",
        "_live": "Controller LiveLine Moment",
        "_meter": "Meter",
        "_reading": "Instruments",
        "_recording": "Facts Recording",
        "_run": "Run",
        "_surroundings": "Surroundings surroundings",
        "_track": "Track track",
        "_tree": "ProcessTree",
        "_wrap": "RunOptions RunOutcome run_command",
        "vatio.measure.meters": "Opened open_meters",
    },
)
