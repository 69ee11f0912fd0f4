"""Draw a metric again and again from cases with random weights, to see how far it may be from the truth."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from vatio.errors import UsageError
from vatio.plugins import require

# So many draws tell a p of 1 in 5 000, which leaves room for Holm's correction; fewer where each takes long.
_ALIKE, _EACH, _ANYTHING = 10_000, 2_000, 400
_FEWEST = 100
_MOST_CELLS, _MOST_CELLS_AT_ONCE = 20_000_000, 4_000_000
_TIME_LIMIT_S = 20.0


class Drawing(NamedTuple):
    """Hold what is drawn: ``score`` gives a number for each row of weights of the cases, or of kinds of cases that are alike.

    ``counts`` say how many there are of each kind; ``cells`` is what one row takes up.
    """

    score: Callable[[Any], Any]
    counts: Any
    cells: int = 1

    def draws(self, seed: int, *, most: int = _ALIKE) -> Any:
        """Draw it with the weights of the Bayesian bootstrap (Rubin, 1981), the same ones for the same seed."""
        numpy = require("numpy", extra="optimise")
        kinds = len(self.counts)
        cells = max(self.cells, kinds)
        # 10 000 where hardly any kinds are told apart, 2 000 of 10 000 cells, and never fewer than Holm's correction bears.
        count = int(numpy.clip(_MOST_CELLS // cells, _ANYTHING, _ALIKE if cells < _EACH else _EACH))
        rng, step = numpy.random.default_rng(seed), max(1, _MOST_CELLS_AT_ONCE // cells)
        parts = []
        for at in range(0, min(count, most), step):
            rows = min(step, min(count, most) - at)
            parts.append(self.score(rng.standard_gamma(self.counts, size=(rows, kinds))))
        return numpy.concatenate(parts)


def mean_of(values: Any) -> Drawing:
    """Draw the mean of values, one a case."""
    numpy = require("numpy", extra="optimise")
    return Drawing(lambda weights: weights @ values / weights.sum(axis=1), numpy.ones(len(values)))


def draws_of_anything(score: Callable[[Any], float], cases: int, *, seed: int) -> Any:
    """Draw what ``score`` gives for cases drawn anew, for as long as there is time; without draws that it is not defined for.

    Raises:
        UsageError: it is hardly ever defined.
    """
    numpy = require("numpy", extra="optimise")
    rng, begun_s = numpy.random.default_rng(seed), time.monotonic()
    draws: list[float] = []
    for tried in range(1, 2 * _ANYTHING + 1):
        value = score(rng.integers(0, cases, cases))
        draws += [value] if math.isfinite(value) else []
        is_late = tried >= _FEWEST and time.monotonic() - begun_s > _TIME_LIMIT_S
        if len(draws) == _ANYTHING or is_late:
            break
    if 2 * len(draws) < tried:
        raise UsageError("the metric is not defined for most draws of the cases", hint="more cases, or another metric")
    return numpy.array(draws)
