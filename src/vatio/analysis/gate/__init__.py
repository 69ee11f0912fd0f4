"""Decide whether a candidate costs more than its baseline: sequential looks, exact intervals, three outcomes."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.analysis.gate._judge import judge as judge
    from vatio.analysis.gate._rule import GateRule as GateRule
    from vatio.analysis.gate._rule import looks_for as looks_for
    from vatio.analysis.gate._spending import nominal_level as nominal_level
    from vatio.analysis.gate._weigh import Judgement as Judgement

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_judge": "judge",
        "_rule": "GateRule looks_for",
        "_spending": "nominal_level",
        "_weigh": "Judgement",
    },
)
