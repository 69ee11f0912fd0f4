"""Sum a run's samples and events up into what its end entry says."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger.summary._summary import summarise as summarise

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_summary": "summarise",
    },
)
