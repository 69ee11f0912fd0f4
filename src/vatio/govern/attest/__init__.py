"""State what was found about a replay, signed so that public keys alone check it: in-toto in DSSE."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.govern.attest._attestation import Attested as Attested
    from vatio.govern.attest._attestation import attestation as attestation
    from vatio.govern.attest._attestation import verify_attestation as verify_attestation
    from vatio.govern.attest._statement import PREDICATE_TYPE as PREDICATE_TYPE
    from vatio.govern.attest._statement import statement_of as statement_of

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_attestation": "Attested attestation verify_attestation",
        "_statement": "PREDICATE_TYPE statement_of",
    },
)
