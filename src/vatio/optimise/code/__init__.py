"""Replace a function's Python loop over rows by a library call or Numba: proposed, checked, measured, never applied unasked."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.code._found import Candidate as Candidate
    from vatio.optimise.code._found import CodeFound as CodeFound
    from vatio.optimise.code._found import Times as Times
    from vatio.optimise.code._optimise import apply as apply
    from vatio.optimise.code._optimise import optimise_code as optimise_code

__getattr__, __dir__, __all__ = door(
    __name__,
    {"_found": "Candidate CodeFound Times", "_optimise": "apply optimise_code"},
)
