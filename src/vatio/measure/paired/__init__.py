"""Compare two or more workloads, repeated in turn under the same conditions: what gates, probes and trials stand on."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure.paired._design import Arm as Arm
    from vatio.measure.paired._design import PairedDesign as PairedDesign
    from vatio.measure.paired._measure import measure_paired as measure_paired
    from vatio.measure.paired._measurement import PairedCosts as PairedCosts
    from vatio.measure.paired._measurement import PairedMeasurement as PairedMeasurement
    from vatio.measure.paired._measurement import PairedProgress as PairedProgress
    from vatio.measure.paired._measurement import Repetition as Repetition
    from vatio.measure.paired._once import Once as Once
    from vatio.measure.paired._once import end_below as end_below
    from vatio.measure.paired._once import end_with_parent as end_with_parent
    from vatio.measure.paired._once import measure_once as measure_once
    from vatio.measure.paired._once import tree_cpu_s as tree_cpu_s
    from vatio.measure.paired._options import PairedOptions as PairedOptions

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_design": "Arm PairedDesign",
        "_measure": "measure_paired",
        "_measurement": "PairedCosts PairedMeasurement PairedProgress Repetition",
        "_once": "Once end_below end_with_parent measure_once tree_cpu_s",
        "_options": "PairedOptions",
    },
)
