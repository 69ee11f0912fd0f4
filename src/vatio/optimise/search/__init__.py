"""Search a space of settings for what is best within a hard energy budget; every trial is a run in the ledger."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.search._asking import STRATEGIES as STRATEGIES
    from vatio.optimise.search._asking import Asking as Asking
    from vatio.optimise.search._budget import Budget as Budget
    from vatio.optimise.search._budget import charged_j as charged_j
    from vatio.optimise.search._budget import read_budget as read_budget
    from vatio.optimise.search._budget import spent_text as spent_text
    from vatio.optimise.search._design import SearchDesign as SearchDesign
    from vatio.optimise.search._design import SearchOptions as SearchOptions
    from vatio.optimise.search._design import SearchProgress as SearchProgress
    from vatio.optimise.search._earlier import SEARCH as SEARCH
    from vatio.optimise.search._earlier import TRIAL as TRIAL
    from vatio.optimise.search._earlier import parts_of as parts_of
    from vatio.optimise.search._picture import picture as picture
    from vatio.optimise.search._result import SearchResult as SearchResult
    from vatio.optimise.search._result import TrialFound as TrialFound
    from vatio.optimise.search._search import search as search
    from vatio.optimise.search._space import Parameter as Parameter
    from vatio.optimise.search._space import Space as Space
    from vatio.optimise.search._space import read_space as read_space
    from vatio.optimise.search._space import space_of as space_of
    from vatio.optimise.search._spending import Spending as Spending
    from vatio.optimise.search._spending import burn as burn
    from vatio.optimise.search._trial import Metric as Metric
    from vatio.optimise.search._trial import Trial as Trial
    from vatio.optimise.search._trial import read_metric as read_metric
    from vatio.optimise.search._worker import Ordered as Ordered
    from vatio.optimise.search._worker import Told as Told
    from vatio.optimise.search._worker import Worker as Worker

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_asking": "STRATEGIES Asking",
        "_budget": "Budget charged_j read_budget spent_text",
        "_design": "SearchDesign SearchOptions SearchProgress",
        "_earlier": "SEARCH TRIAL parts_of",
        "_picture": "picture",
        "_result": "SearchResult TrialFound",
        "_search": "search",
        "_space": "Parameter Space read_space space_of",
        "_spending": "Spending burn",
        "_trial": "Metric Trial read_metric",
        "_worker": "Ordered Told Worker",
    },
)
