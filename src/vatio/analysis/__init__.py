"""Compare runs and judge them: exact tests in plain Python, intervals, what differs between two. Never measures."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.analysis._change import FEWEST_FOR_SIGNIFICANCE as FEWEST_FOR_SIGNIFICANCE
    from vatio.analysis._change import Change as Change
    from vatio.analysis._change import change as change
    from vatio.analysis._compare import CompareRow as CompareRow
    from vatio.analysis._compare import Comparison as Comparison
    from vatio.analysis._compare import compare as compare
    from vatio.analysis._differences import Difference as Difference
    from vatio.analysis._differences import environment_differences as environment_differences
    from vatio.analysis._kept import KeptJudgement as KeptJudgement
    from vatio.analysis._kept import judge_kept as judge_kept
    from vatio.analysis._ranks import RankTest as RankTest
    from vatio.analysis._ranks import mann_whitney as mann_whitney
    from vatio.analysis._sign_flip import sign_flip_p as sign_flip_p
    from vatio.analysis._student import student_p as student_p
    from vatio.analysis._student import student_quantile as student_quantile
    from vatio.analysis.gate import Control as Control
    from vatio.analysis.gate import GateRule as GateRule
    from vatio.analysis.gate import Judgement as Judgement
    from vatio.analysis.gate import control as control
    from vatio.analysis.gate import cv_ratio as cv_ratio
    from vatio.analysis.gate import judge as judge
    from vatio.analysis.gate import judge_groups as judge_groups
    from vatio.analysis.gate import judge_quality as judge_quality
    from vatio.analysis.gate import looks_for as looks_for
    from vatio.analysis.gate import outliers as outliers
    from vatio.analysis.gate import pairs_needed as pairs_needed
    from vatio.analysis.hypotheses import ChangePoint as ChangePoint
    from vatio.analysis.hypotheses import Equivalence as Equivalence
    from vatio.analysis.hypotheses import change_point as change_point
    from vatio.analysis.hypotheses import equivalence as equivalence
    from vatio.analysis.hypotheses import holm as holm
    from vatio.analysis.hypotheses import mcnemar as mcnemar
    from vatio.analysis.hypotheses import paired_bootstrap as paired_bootstrap
    from vatio.analysis.hypotheses import paired_share_low as paired_share_low
    from vatio.analysis.hypotheses import paired_share_p as paired_share_p
    from vatio.analysis.hypotheses import shapiro_wilk as shapiro_wilk
    from vatio.analysis.hypotheses import share_upper as share_upper
    from vatio.analysis.hypotheses import tests_beside as tests_beside
    from vatio.analysis.hypotheses import welch as welch

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_change": "FEWEST_FOR_SIGNIFICANCE Change change",
        "_compare": "CompareRow Comparison compare",
        "_differences": "Difference environment_differences",
        "_kept": "KeptJudgement judge_kept",
        "_ranks": "RankTest mann_whitney",
        "_sign_flip": "sign_flip_p",
        "_student": "student_p student_quantile",
        "vatio.analysis.gate": (
            "Control GateRule Judgement control cv_ratio judge judge_groups judge_quality looks_for outliers pairs_needed"
        ),
        "vatio.analysis.hypotheses": (
            "ChangePoint Equivalence change_point equivalence holm mcnemar paired_bootstrap paired_share_low paired_share_p "
            "shapiro_wilk share_upper tests_beside welch"
        ),
    },
)
