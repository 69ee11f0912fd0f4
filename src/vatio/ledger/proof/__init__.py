"""Verify a ledger: the chain, the samples, and the tables computed anew."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger.proof._evidence import Evidence as Evidence
    from vatio.ledger.proof._evidence import check_evidence as check_evidence
    from vatio.ledger.proof._evidence import read_evidence as read_evidence
    from vatio.ledger.proof._verify import Verification as Verification
    from vatio.ledger.proof._verify import verify as verify

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_evidence": "Evidence check_evidence read_evidence",
        "_verify": "Verification verify",
    },
)
