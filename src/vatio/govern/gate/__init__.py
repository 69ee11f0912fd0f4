"""Gate a change: the baseline and the candidate are measured in turn on this machine, and a verdict is kept.

``run_gate(request, *, config, environ, progress=None) -> GateOutcome``; ``outputs`` writes it for machines and for people.
"""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.govern.gate._gate import run_gate as run_gate
    from vatio.govern.gate._outcome import GateOutcome as GateOutcome
    from vatio.govern.gate._outcome import GateProgress as GateProgress
    from vatio.govern.gate._reference import FORMS as FORMS
    from vatio.govern.gate._reference import Reference as Reference
    from vatio.govern.gate._reference import parse_reference as parse_reference
    from vatio.govern.gate._request import GateRequest as GateRequest
    from vatio.govern.gate._request import request_of as request_of

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_gate": "run_gate",
        "_outcome": "GateOutcome GateProgress",
        "_reference": "FORMS Reference parse_reference",
        "_request": "GateRequest request_of",
    },
)
