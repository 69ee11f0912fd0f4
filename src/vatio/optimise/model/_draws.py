"""Draw a metric again and again from cases with random weights, to see how far it may be from the truth."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from vatio.plugins import require

# So many draws tell a p of 1 in 5 000, which leaves room for Holm's correction.
_TABLES, _MEANS, _ANYTHING = 10_000, 4_000, 400
_FEWEST = 100
_MOST_CELLS_AT_ONCE = 4_000_000
_TIME_LIMIT_S = 20.0


def draws_of_mean(values: Any, *, seed: int) -> Any:
    """Draw the mean of values, each with a weight of the Bayesian bootstrap (Rubin, 1981)."""
    numpy = require("numpy", extra="optimise")
    values, counts = numpy.unique(values, return_counts=True)
    weights = _weights(counts, _MEANS, len(values), seed)
    return numpy.concatenate([each @ values / each.sum(axis=1) for each in weights])


def draws_of_table(score: Callable[[Any], Any], counts: Any, *, cells: int, seed: int) -> Any:
    """Draw what ``score`` gives for rows of weights of kinds of cases that are alike; ``cells`` is what a row takes up."""
    numpy = require("numpy", extra="optimise")
    draws = int(numpy.clip(_MOST_CELLS_AT_ONCE * 10 // cells, _FEWEST, _TABLES))
    return numpy.concatenate([score(each) for each in _weights(counts, draws, max(cells, len(counts)), seed)])


def draws_of_anything(score: Callable[[Any], float], cases: int, *, seed: int) -> Any:
    """Draw what ``score`` gives for rows drawn anew, for as long as there is time."""
    numpy = require("numpy", extra="optimise")
    rng, begun_s = numpy.random.default_rng(seed), time.monotonic()
    draws: list[float] = []
    while len(draws) < _ANYTHING:
        draws.append(score(rng.integers(0, cases, cases)))
        if len(draws) >= _FEWEST and time.monotonic() - begun_s > _TIME_LIMIT_S:
            break
    return numpy.array(draws)


def tables_of(truth: Any, told: Any, weights: Any, size: int) -> Any:
    """Give a table, truth by told, for each row of weights of the kinds (truth, told)."""
    numpy = require("numpy", extra="optimise")
    found = numpy.zeros((size * size, len(weights)))
    numpy.add.at(found, truth * size + told, weights.T)
    return found.T.reshape(-1, size, size)


def _weights(counts: Any, draws: int, cells: int, seed: int) -> Any:
    numpy = require("numpy", extra="optimise")
    rng, step = numpy.random.default_rng(seed), max(1, _MOST_CELLS_AT_ONCE // cells)
    for at in range(0, draws, step):
        yield rng.standard_gamma(counts, size=(min(step, draws - at), len(counts)))
