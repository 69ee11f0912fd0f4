"""Climb from the model as it is to cheaper chains of techniques, until nothing left repays what trying it costs."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.model.climb._search import optimise_model as optimise_model

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_search": "optimise_model",
    },
)
