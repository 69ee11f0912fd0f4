"""A clock that stands still until it is told to go on."""

from __future__ import annotations


class FakeClock:
    """Give seconds; ``advance`` and ``sleep`` move them on.

    >>> clock = FakeClock(10.0)
    >>> clock.advance(2.5)
    >>> clock()
    12.5
    """

    def __init__(self, now_s: float = 0.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s

    def advance(self, duration_s: float) -> None:
        """Let time pass."""
        self.now_s += duration_s

    def sleep(self, duration_s: float) -> None:
        """Sleep as ``time.sleep`` does, in no time."""
        self.advance(duration_s)
