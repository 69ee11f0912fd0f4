"""Power limits: the only code that writes to hardware. What it finds, it puts back."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure.controls._controllers import AutoCap as AutoCap
    from vatio.measure.controls._controllers import PowerCap as PowerCap
    from vatio.measure.controls._knob import Knob as Knob
    from vatio.measure.controls._knob import LimitRange as LimitRange
    from vatio.measure.controls._nvml import NvmlKnob as NvmlKnob
    from vatio.measure.controls._nvml import nvml_knobs as nvml_knobs
    from vatio.measure.controls._open import journals as journals
    from vatio.measure.controls._open import knobs as knobs
    from vatio.measure.controls._open import limit_checks as limit_checks
    from vatio.measure.controls._open import open_limits as open_limits
    from vatio.measure.controls._open import restore_limits as restore_limits
    from vatio.measure.controls._rapl import RaplKnob as RaplKnob
    from vatio.measure.controls._rapl import rapl_knobs as rapl_knobs
    from vatio.measure.controls._search import LimitSearch as LimitSearch
    from vatio.measure.controls._search import Window as Window
    from vatio.measure.controls._search import cost_j_per_unit as cost_j_per_unit
    from vatio.measure.controls._session import LimitSession as LimitSession
    from vatio.measure.controls._session import Restored as Restored
    from vatio.measure.controls._session import left_over as left_over
    from vatio.measure.controls._session import restore_left_over as restore_left_over

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_controllers": "AutoCap PowerCap",
        "_knob": "Knob LimitRange",
        "_nvml": "NvmlKnob nvml_knobs",
        "_open": "journals knobs limit_checks open_limits restore_limits",
        "_rapl": "RaplKnob rapl_knobs",
        "_search": "LimitSearch Window cost_j_per_unit",
        "_session": "LimitSession Restored left_over restore_left_over",
    },
)
