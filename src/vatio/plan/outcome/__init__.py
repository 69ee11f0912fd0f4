"""Hold what a plan promised against what its run obtained."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.plan.outcome._outcome import Expected as Expected
    from vatio.plan.outcome._outcome import expected as expected
    from vatio.plan.outcome._outcome import mean_of as mean_of
    from vatio.plan.outcome._outcome import outcome as outcome
    from vatio.plan.outcome._outcome import outcome_lines as outcome_lines
    from vatio.plan.outcome._paused import PAUSED as PAUSED
    from vatio.plan.outcome._paused import running_s as running_s

__getattr__, __dir__, __all__ = door(
    __name__, {"_outcome": "Expected expected mean_of outcome outcome_lines", "_paused": "PAUSED running_s"}
)
