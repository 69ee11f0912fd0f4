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
    from vatio.measure._job import Job as Job
    from vatio.measure._meter import Meter as Meter
    from vatio.measure._reading import Instruments as Instruments
    from vatio.measure._recording import Facts as Facts
    from vatio.measure._recording import Recording as Recording
    from vatio.measure._recording import suspended_s as suspended_s
    from vatio.measure._surroundings import Surroundings as Surroundings
    from vatio.measure._surroundings import environment as environment
    from vatio.measure._surroundings import surroundings as surroundings
    from vatio.measure._tree import ProcessTree as ProcessTree
    from vatio.measure.block import Run as Run
    from vatio.measure.block import Track as Track
    from vatio.measure.block import Wish as Wish
    from vatio.measure.block import log_artifact as log_artifact
    from vatio.measure.block import log_metric as log_metric
    from vatio.measure.block import phase as phase
    from vatio.measure.block import track as track
    from vatio.measure.block import work as work
    from vatio.measure.controls import AutoCap as AutoCap
    from vatio.measure.controls import LimitSearch as LimitSearch
    from vatio.measure.controls import LimitSession as LimitSession
    from vatio.measure.controls import PowerCap as PowerCap
    from vatio.measure.controls import Window as Window
    from vatio.measure.controls import cost_j_per_unit as cost_j_per_unit
    from vatio.measure.controls import journals as journals
    from vatio.measure.controls import open_limits as open_limits
    from vatio.measure.controls import restore_limits as restore_limits
    from vatio.measure.meters import Opened as Opened
    from vatio.measure.meters import open_meters as open_meters
    from vatio.measure.paired import Arm as Arm
    from vatio.measure.paired import Once as Once
    from vatio.measure.paired import PairedCosts as PairedCosts
    from vatio.measure.paired import PairedDesign as PairedDesign
    from vatio.measure.paired import PairedMeasurement as PairedMeasurement
    from vatio.measure.paired import PairedOptions as PairedOptions
    from vatio.measure.paired import PairedProgress as PairedProgress
    from vatio.measure.paired import Repetition as Repetition
    from vatio.measure.paired import end_below as end_below
    from vatio.measure.paired import end_with_parent as end_with_parent
    from vatio.measure.paired import measure_once as measure_once
    from vatio.measure.paired import measure_paired as measure_paired
    from vatio.measure.paired import tree_cpu_s as tree_cpu_s
    from vatio.measure.wrap import Controller as Controller
    from vatio.measure.wrap import GapTeller as GapTeller
    from vatio.measure.wrap import LiveLine as LiveLine
    from vatio.measure.wrap import Moment as Moment
    from vatio.measure.wrap import RunOptions as RunOptions
    from vatio.measure.wrap import RunOutcome as RunOutcome
    from vatio.measure.wrap import run_command as run_command

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_baseline": "measure_baseline",
        "_checks": "checks",
        "_compose": "Order compose",
        "_facts": "facts_of",
        "_host": "HostMeter",
        "_job": "Job",
        "_meter": "Meter",
        "_reading": "Instruments",
        "_recording": "Facts Recording suspended_s",
        "_surroundings": "Surroundings environment surroundings",
        "_tree": "ProcessTree",
        "vatio.measure.block": "Run Track Wish log_artifact log_metric phase track work",
        "vatio.measure.controls": (
            "AutoCap LimitSearch LimitSession PowerCap Window cost_j_per_unit journals open_limits restore_limits"
        ),
        "vatio.measure.meters": "Opened open_meters",
        "vatio.measure.paired": (
            "Arm Once PairedCosts PairedDesign PairedMeasurement PairedOptions PairedProgress Repetition end_below "
            "end_with_parent measure_once measure_paired tree_cpu_s"
        ),
        "vatio.measure.wrap": "Controller GapTeller LiveLine Moment RunOptions RunOutcome run_command",
    },
)
