"""Gate and replay from a terminal."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.cli.proving._attested import check_attestation as check_attestation
    from vatio.cli.proving._gating import check_files as check_files
    from vatio.cli.proving._gating import configured as configured
    from vatio.cli.proving._gating import show as show
    from vatio.cli.proving._gating import telling as telling
    from vatio.cli.proving._judged import verdict_of as verdict_of
    from vatio.cli.proving._replaying import replay as replay
    from vatio.cli.proving._verdict import verdict as verdict
    from vatio.cli.proving._verdict import verdict_json as verdict_json

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_attested": "check_attestation",
        "_gating": "check_files configured show telling",
        "_judged": "verdict_of",
        "_replaying": "replay",
        "_verdict": "verdict verdict_json",
    },
)
