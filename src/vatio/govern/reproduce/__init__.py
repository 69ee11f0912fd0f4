"""Replay a run in a scratch copy and say how far both agree: bitwise, numerically, in their metrics."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.govern.reproduce._choice import lock_of as lock_of
    from vatio.govern.reproduce._command import veil_of as veil_of
    from vatio.govern.reproduce._original import Original as Original
    from vatio.govern.reproduce._original import original_of as original_of
    from vatio.govern.reproduce._original import replayed_of as replayed_of
    from vatio.govern.reproduce._preparation import Preparation as Preparation
    from vatio.govern.reproduce._preparation import prepare as prepare
    from vatio.govern.reproduce._reproduce import preparation_of as preparation_of
    from vatio.govern.reproduce._reproduce import reproduce_run as reproduce_run
    from vatio.govern.reproduce._request import ReproduceRequest as ReproduceRequest
    from vatio.govern.reproduce._stage import clear_code as clear_code
    from vatio.govern.reproduce._stage import lay_out_code as lay_out_code

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_choice": "lock_of",
        "_command": "veil_of",
        "_original": "Original original_of replayed_of",
        "_preparation": "Preparation prepare",
        "_reproduce": "preparation_of reproduce_run",
        "_request": "ReproduceRequest",
        "_stage": "clear_code lay_out_code",
    },
)
