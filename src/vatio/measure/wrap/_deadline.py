"""Give up on what takes too long before the child starts: nothing may delay it by more than a second."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
# A call that swallows the first interruption is interrupted again.
_AGAIN_S = 0.05


class Overdue(Exception):
    """Say that something took longer than it may."""


def within(limit_s: float, action: Callable[[], T]) -> T:
    """Give what ``action`` gives, if it does so in time; waiting system calls are interrupted by a timer.

    Raises:
        Overdue: it took longer than ``limit_s``.
    """
    try:
        before = signal.signal(signal.SIGALRM, _interrupt)
    except (AttributeError, ValueError):  # Windows; a thread that is not the main one
        return action()
    signal.setitimer(signal.ITIMER_REAL, limit_s, _AGAIN_S)
    try:
        return action()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def _interrupt(_number: int, _frame: object) -> None:
    raise Overdue("it took too long")
