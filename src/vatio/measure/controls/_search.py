"""Search the power limit that costs least while the work goes on.

The cost of a unit of work is Zeus' (You et al., NSDI 2023): ``eta x energy + (1 - eta) x highest power x time``. Power and rate
change smoothly with the limit and the cost has one valley, so the search walks down from the highest limit in steps that
shrink, measures each limit once for a window, and stays where neither neighbour is cheaper.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

# Two windows of the same work differ by about this much.
_AS_GOOD_RATIO = 0.005


class Window(NamedTuple):
    """Hold what a window of work under one limit showed: mean power, and units of work in a second."""

    power_w: float
    rate_per_s: float


def cost_j_per_unit(window: Window, *, highest_w: float, eta_ratio: float = 0.5) -> float:
    """Give the cost of a unit of work in joules: part of what it drew, part of what its time is worth.

    >>> cost_j_per_unit(Window(power_w=100.0, rate_per_s=2.0), highest_w=300.0)
    100.0
    """
    return (eta_ratio * window.power_w + (1.0 - eta_ratio) * highest_w) / window.rate_per_s


class LimitSearch:
    """Propose limits (``proposal``), learn what each showed (``observe``), and settle on the best (``is_settled``).

    ``slowdown_ratio`` is how much slower than under the highest limit the work may become; ``None`` lifts that bound.
    """

    def __init__(self, limits_w: Sequence[float], *, slowdown_ratio: float | None = 0.05, eta_ratio: float = 0.5) -> None:
        self._limits_w = sorted(set(limits_w), reverse=True)
        self._slowdown_ratio, self._eta_ratio = slowdown_ratio, eta_ratio
        self._seen: dict[int, Window] = {}
        self._step = max(1, (len(self._limits_w) - 1) // 3)
        self._at = 0

    @property
    def proposal(self) -> float:
        """Give the limit to work under next."""
        return self._limits_w[self._at]

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing is left to try."""
        return self._step == 0

    @property
    def has_learnt(self) -> bool:
        """Tell whether any window has been observed."""
        return bool(self._seen)

    @property
    def best(self) -> float:
        """Give the best limit seen so far, the highest while none was."""
        return self._limits_w[self._best()]

    def observe(self, window: Window) -> None:
        """Learn what the proposed limit showed, and choose the next."""
        if not window.rate_per_s > 0.0 or not window.power_w > 0.0:
            return  # nothing was done in it: it tells nothing of this limit
        self._seen[self._at] = window
        self._at = self._next()

    def _next(self) -> int:
        while self._step:
            # Work that never reaches a limit costs the same under all of those: the lowest of them is where to look from.
            best = self._best(_AS_GOOD_RATIO)
            for place in (best + self._step, best - self._step):
                if 0 <= place < len(self._limits_w) and place not in self._seen:
                    return place
            self._step //= 2
        return self._best()

    def _best(self, as_good_ratio: float = 0.0) -> int:
        """Give the place of the cheapest limit; of those that are nearly as good, the lowest."""
        allowed = [at for at in self._seen if self._is_fast_enough(at)]
        least = min(map(self._cost, allowed), default=0.0)
        return max((at for at in allowed if self._cost(at) <= least * (1.0 + as_good_ratio)), default=0)

    def _cost(self, at: int) -> float:
        return cost_j_per_unit(self._seen[at], highest_w=self._limits_w[0], eta_ratio=self._eta_ratio)

    def _is_fast_enough(self, at: int) -> bool:
        if self._slowdown_ratio is None or 0 not in self._seen:
            return True
        return self._seen[at].rate_per_s * (1.0 + self._slowdown_ratio) >= self._seen[0].rate_per_s
