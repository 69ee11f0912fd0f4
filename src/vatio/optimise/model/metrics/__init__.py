"""Compute metrics as scikit-learn does, for many weights of the cases at once: its scorers' names, and what each needs."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.model.metrics._answers import decisions as decisions
    from vatio.optimise.model.metrics._answers import mistaken as mistaken
    from vatio.optimise.model.metrics._answers import perfect as perfect
    from vatio.optimise.model.metrics._answers import probabilities as probabilities
    from vatio.optimise.model.metrics._answers import wrong as wrong
    from vatio.optimise.model.metrics._registry import METRICS as METRICS
    from vatio.optimise.model.metrics._tables import tables_of as tables_of

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_answers": "decisions mistaken perfect probabilities wrong",
        "_registry": "METRICS",
        "_tables": "tables_of",
    },
)
