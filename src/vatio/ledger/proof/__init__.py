"""Verify a ledger: the chain, the samples, and the tables computed anew."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger.proof._verify import Verification as Verification
    from vatio.ledger.proof._verify import verify as verify

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_verify": "Verification verify",
    },
)
