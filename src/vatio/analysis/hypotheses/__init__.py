"""Tests in plain Python: beside a verdict, of equivalence, of a history, and for studies of many candidates."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.analysis.hypotheses._beside import mean_difference as mean_difference
    from vatio.analysis.hypotheses._beside import rank_sum as rank_sum
    from vatio.analysis.hypotheses._beside import tests_beside as tests_beside
    from vatio.analysis.hypotheses._beside import welch as welch
    from vatio.analysis.hypotheses._change_point import ChangePoint as ChangePoint
    from vatio.analysis.hypotheses._change_point import change_point as change_point
    from vatio.analysis.hypotheses._equivalence import Equivalence as Equivalence
    from vatio.analysis.hypotheses._equivalence import equivalence as equivalence
    from vatio.analysis.hypotheses._paired_shares import paired_share_low as paired_share_low
    from vatio.analysis.hypotheses._paired_shares import paired_share_p as paired_share_p
    from vatio.analysis.hypotheses._paired_shares import share_upper as share_upper
    from vatio.analysis.hypotheses._shapiro import shapiro_wilk as shapiro_wilk
    from vatio.analysis.hypotheses._studies import holm as holm
    from vatio.analysis.hypotheses._studies import mcnemar as mcnemar
    from vatio.analysis.hypotheses._studies import paired_bootstrap as paired_bootstrap

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_beside": "mean_difference rank_sum tests_beside welch",
        "_change_point": "ChangePoint change_point",
        "_equivalence": "Equivalence equivalence",
        "_paired_shares": "paired_share_low paired_share_p share_upper",
        "_shapiro": "shapiro_wilk",
        "_studies": "holm mcnemar paired_bootstrap",
    },
)
