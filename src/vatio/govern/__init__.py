"""Prove what was measured: gate regressions, replay runs, bundle and attest them."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.govern.attest import Attested as Attested
    from vatio.govern.attest import attestation as attestation
    from vatio.govern.attest import verify_attestation as verify_attestation
    from vatio.govern.container import write_container as write_container
    from vatio.govern.gate import GateOutcome as GateOutcome
    from vatio.govern.gate import GateProgress as GateProgress
    from vatio.govern.gate import GateRequest as GateRequest
    from vatio.govern.gate import run_gate as run_gate
    from vatio.govern.reproduce import Preparation as Preparation
    from vatio.govern.reproduce import ReproduceRequest as ReproduceRequest
    from vatio.govern.reproduce import preparation_of as preparation_of
    from vatio.govern.reproduce import reproduce_run as reproduce_run

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "vatio.govern.attest": "Attested attestation verify_attestation",
        "vatio.govern.container": "write_container",
        "vatio.govern.gate": "GateOutcome GateProgress GateRequest run_gate",
        "vatio.govern.reproduce": "Preparation ReproduceRequest preparation_of reproduce_run",
    },
)
