"""Decide whether a candidate costs more than its baseline: sequential looks, exact intervals, three outcomes."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.analysis.gate._control import Control as Control
    from vatio.analysis.gate._control import control as control
    from vatio.analysis.gate._control import cv_ratio as cv_ratio
    from vatio.analysis.gate._control import outliers as outliers
    from vatio.analysis.gate._control import pairs_needed as pairs_needed
    from vatio.analysis.gate._groups import judge_groups as judge_groups
    from vatio.analysis.gate._judge import judge as judge
    from vatio.analysis.gate._quality import judge_quality as judge_quality
    from vatio.analysis.gate._rule import GateRule as GateRule
    from vatio.analysis.gate._rule import looks_for as looks_for
    from vatio.analysis.gate._spending import nominal_level as nominal_level
    from vatio.analysis.gate._weigh import Judgement as Judgement

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_control": "Control control cv_ratio outliers pairs_needed",
        "_groups": "judge_groups",
        "_judge": "judge",
        "_quality": "judge_quality",
        "_rule": "GateRule looks_for",
        "_spending": "nominal_level",
        "_weigh": "Judgement",
    },
)
