"""Replay policies over a trace of jobs and a year of intensity: grams, waiting, missed deadlines, what pauses burn."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.plan.simulate._outcome import Outcome as Outcome
    from vatio.plan.simulate._outcome import Simulation as Simulation
    from vatio.plan.simulate._policy import POLICIES as POLICIES
    from vatio.plan.simulate._replay import replay as replay
    from vatio.plan.simulate._trace import JobTrace as JobTrace
    from vatio.plan.simulate._year import Year as Year
    from vatio.plan.simulate._year import year_of as year_of

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_policy": "POLICIES",
        "_outcome": "Outcome Simulation",
        "_replay": "replay",
        "_trace": "JobTrace",
        "_year": "Year year_of",
    },
)
