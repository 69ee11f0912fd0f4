"""Plan one job on a given curve: exact solvers in plain Python, beside running it at once."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.plan.job._cheapest import TIE_RATIO as TIE_RATIO
    from vatio.plan.job._cheapest import cheapest_slots as cheapest_slots
    from vatio.plan.job._cheapest import first_cheapest as first_cheapest
    from vatio.plan.job._cheapest import window_costs as window_costs
    from vatio.plan.job._elastic import cheapest_work as cheapest_work
    from vatio.plan.job._elastic import hull as hull
    from vatio.plan.job._job import OBJECTIVES as OBJECTIVES
    from vatio.plan.job._job import Job as Job
    from vatio.plan.job._job import Place as Place
    from vatio.plan.job._job import PowerStep as PowerStep
    from vatio.plan.job._job import Rate as Rate
    from vatio.plan.job._job import Steps as Steps
    from vatio.plan.job._job import steps_of as steps_of
    from vatio.plan.job._learnt import Learnt as Learnt
    from vatio.plan.job._learnt import is_same as is_same
    from vatio.plan.job._learnt import learn as learn
    from vatio.plan.job._moment import parse_moment as parse_moment
    from vatio.plan.job._oracle import oracle as oracle
    from vatio.plan.job._plan import Guard as Guard
    from vatio.plan.job._plan import plan_job as plan_job
    from vatio.plan.job._resume import Question as Question
    from vatio.plan.job._resume import fewest_pauses as fewest_pauses
    from vatio.plan.job._score import Outlook as Outlook
    from vatio.plan.job._tables import read_profile as read_profile
    from vatio.plan.job._tables import read_rates as read_rates

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_cheapest": "TIE_RATIO cheapest_slots first_cheapest window_costs",
        "_elastic": "cheapest_work hull",
        "_job": "Job OBJECTIVES Place PowerStep Rate Steps steps_of",
        "_learnt": "Learnt is_same learn",
        "_moment": "parse_moment",
        "_oracle": "oracle",
        "_plan": "Guard plan_job",
        "_resume": "Question fewest_pauses",
        "_score": "Outlook",
        "_tables": "read_profile read_rates",
    },
)
