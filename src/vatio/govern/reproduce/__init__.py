"""Replay a run in a scratch copy and say how far both agree: bitwise, numerically, in their metrics."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.govern.reproduce._preparation import Preparation as Preparation
    from vatio.govern.reproduce._reproduce import preparation_of as preparation_of
    from vatio.govern.reproduce._reproduce import reproduce_run as reproduce_run
    from vatio.govern.reproduce._request import ReproduceRequest as ReproduceRequest

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_preparation": "Preparation",
        "_reproduce": "preparation_of reproduce_run",
        "_request": "ReproduceRequest",
    },
)
