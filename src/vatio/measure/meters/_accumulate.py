"""Accumulate a counter that wraps, resets and sometimes cannot be read: the total never falls and invents nothing."""

from __future__ import annotations

from vatio.units import S_PER_MINUTE

# No package, board or rail draws more for long; a step that would need more is a reset of the counter, not a wrap.
MOST_POWER_W = 2000.0
# Counters refresh in steps, and a reader may be held between reading the clock and reading the counter.
_SLACK_S = 0.5


class Accumulated:
    """Hold one counter's total in its own unit (``per_j`` of them make a joule), starting from the counter's own value."""

    __slots__ = ("_last", "_last_at_s", "_most_per_s", "_range", "fault", "total")

    def __init__(self, first: int, at_s: float, *, range_: int, per_j: float) -> None:
        self.total = first
        self.fault = ""
        self._last = first
        self._last_at_s = at_s
        self._range = range_
        self._most_per_s = MOST_POWER_W * per_j

    def add(self, value: int, at_s: float) -> int:
        """Add one reading and give the new total.

        A value below the last one is a wrap when the joules that it stands for can have been drawn in the time since,
        and otherwise a reset: then what is on the counter now was certainly drawn, and the rest is a fault.
        """
        step = value - self._last
        if step < 0:
            step = self._past_the_end(step, value, at_s)
        elif self.fault:
            self.fault = ""
        self.total += step
        self._last = value
        self._last_at_s = at_s
        return self.total

    def _past_the_end(self, step: int, value: int, at_s: float) -> int:
        elapsed_s = at_s - self._last_at_s
        wrapped = step + self._range
        if 0 <= wrapped <= self._most_per_s * (elapsed_s + _SLACK_S):
            self.fault = ""
            if self._range < self._usual_per_s() * elapsed_s:
                self.fault = f"not read for {elapsed_s:.0f} s: the counter may have wrapped more than once"
            return wrapped
        self.fault = "the counter was reset: what it had counted since the last reading is lost"
        # A value that cannot have been drawn since then is no new count: some counters step back by a little.
        return value if value <= self._most_per_s * (elapsed_s + _SLACK_S) else 0

    def _usual_per_s(self) -> float:
        """Give a power that a device may well hold for minutes: a fifth of the most."""
        return self._most_per_s / 5.0


def poll_s_for(range_j: float) -> float:
    """Give the longest time between two readings of a counter of this range: it cannot wrap twice, and a minute will do.

    >>> poll_s_for(262_144.0)
    60.0
    """
    return min(S_PER_MINUTE, max(1.0, range_j / MOST_POWER_W))
