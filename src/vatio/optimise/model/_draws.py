"""Draw a metric again and again from cases with random weights, to see how far it may be from the truth."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

from vatio.errors import UsageError
from vatio.plugins import require

# So many draws tell a p of 1 in 5 000, which leaves room for Holm's correction.
_TABLES, _MEANS, _WEIGHTED, _ANYTHING = 10_000, 4_000, 2_000, 400
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


def draws_of_weighted(score: Callable[[Any], Any], cases: int, *, seed: int) -> Any:
    """Draw what ``score`` gives for rows of weights of the cases."""
    numpy = require("numpy", extra="optimise")
    return numpy.concatenate([score(each) for each in _weights(numpy.ones(cases), _WEIGHTED, cases, seed)])


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


def _weights(counts: Any, draws: int, cells: int, seed: int) -> Iterator[Any]:
    numpy = require("numpy", extra="optimise")
    rng, step = numpy.random.default_rng(seed), max(1, _MOST_CELLS_AT_ONCE // cells)
    for at in range(0, draws, step):
        yield rng.standard_gamma(counts, size=(min(step, draws - at), len(counts)))
