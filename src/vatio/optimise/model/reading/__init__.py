"""Read what a search is made of: the model that is given, its cases, and the quality that is asked."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.model.reading._asked import Found as Found
    from vatio.optimise.model.reading._asked import digest_of_search as digest_of_search
    from vatio.optimise.model.reading._asked import read_all as read_all
    from vatio.optimise.model.reading._cases import read_cases as read_cases
    from vatio.optimise.model.reading._model import Baseline as Baseline
    from vatio.optimise.model.reading._model import read_model as read_model

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_asked": "Found digest_of_search read_all",
        "_cases": "read_cases",
        "_model": "Baseline read_model",
    },
)
