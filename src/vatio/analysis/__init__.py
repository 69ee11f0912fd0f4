"""Compare runs: exact tests in plain Python, intervals, and what differs between two of them. Never measures."""

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
    from vatio.analysis._ranks import RankTest as RankTest
    from vatio.analysis._ranks import mann_whitney as mann_whitney
    from vatio.analysis._sign_flip import sign_flip_p as sign_flip_p
    from vatio.analysis._student import student_p as student_p
    from vatio.analysis._student import student_quantile as student_quantile
    from vatio.analysis.gate import GateRule as GateRule
    from vatio.analysis.gate import Judgement as Judgement
    from vatio.analysis.gate import judge as judge
    from vatio.analysis.gate import looks_for as looks_for

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_change": "FEWEST_FOR_SIGNIFICANCE Change change",
        "_compare": "CompareRow Comparison compare",
        "_differences": "Difference environment_differences",
        "_ranks": "RankTest mann_whitney",
        "_sign_flip": "sign_flip_p",
        "_student": "student_p student_quantile",
        "vatio.analysis.gate": "GateRule Judgement judge looks_for",
    },
)
