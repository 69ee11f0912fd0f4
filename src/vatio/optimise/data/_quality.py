"""Score predictions on cases that were held out, and say how sure a difference between two models is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from vatio.errors import UnknownName, UsageError
from vatio.plugins import require

# With many classes there are many tables to hold; fewer of them give a rougher interval.
_RESAMPLES, _FEW_RESAMPLES, _MANY_CLASSES = 2000, 200, 30

METRICS = ("accuracy", "balanced_accuracy", "f1", "f1_macro", "precision", "recall")


class QualityChange(NamedTuple):
    """Hold how much better (or worse: negative) a candidate scores, with its 95 % interval."""

    value: float
    low: float
    high: float


def check_metric(metric: str, y: Any) -> None:
    """Refuse a metric that is unknown, or that means nothing for so many classes.

    Raises:
        UnknownName: there is no such metric.
        UsageError: it is one for two classes and there are more.
    """
    if metric not in METRICS:
        raise UnknownName.among("metric", metric, METRICS)
    classes = len(set(y.tolist()))
    if metric in ("f1", "precision", "recall") and classes > 2:
        raise UsageError(f"{metric} is for two classes and there are {classes}", hint="--metric f1_macro")


def score(y: Any, predicted: Any, metric: str) -> float:
    """Give one score, from 0 to 1. The rarer of two classes is the one that ``f1``, ``precision`` and ``recall`` are of."""
    numpy = require("numpy", extra="optimise")
    names, truth = numpy.unique(y, return_inverse=True)
    told = numpy.searchsorted(names, predicted)
    size = len(names)
    table = numpy.zeros((1, size, size))
    numpy.add.at(table[0], (truth, told), 1.0)
    return float(_of(table, metric, positive=_rarer(truth))[0])


def quality_change(y: Any, candidate: Any, baseline: Any, metric: str, *, seed: int = 0) -> QualityChange:
    """Give the difference of two models' scores on the same cases, with its bootstrap interval over whole cases.

    Cases with the same truth and the same two predictions are alike, so that a resample is one multinomial draw.
    """
    numpy = require("numpy", extra="optimise")
    names, truth = numpy.unique(y, return_inverse=True)
    size = len(names)
    new, old = (numpy.searchsorted(names, predicted) for predicted in (candidate, baseline))
    kinds, counts = numpy.unique((truth * size + new) * size + old, return_counts=True)
    draws = numpy.random.default_rng(seed).multinomial(
        len(y), counts / len(y), size=_RESAMPLES if size <= _MANY_CLASSES else _FEW_RESAMPLES
    )
    draws = numpy.vstack([counts, draws]).astype(float)
    true, told_new, told_old = kinds // size**2, kinds // size % size, kinds % size
    positive = _rarer(truth)
    both = [_of(_tables(draws, true, told, size), metric, positive=positive) for told in (told_new, told_old)]
    change = both[0] - both[1]
    low, high = numpy.quantile(change[1:], (0.025, 0.975))
    value = float(change[0])
    # A bootstrap cannot draw what was not seen once: where no case got worse (or better), the exact bound for none of n holds.
    unseen = 1.0 - 0.025 ** (1.0 / len(y))
    got_worse, got_better = ((old == truth) & (new != truth)).any(), ((new == truth) & (old != truth)).any()
    low = min(float(low), value if got_worse else value - unseen)
    return QualityChange(value, low, max(float(high), value if got_better else value + unseen))


def _rarer(truth: Any) -> int:
    numpy = require("numpy", extra="optimise")
    return int(numpy.bincount(truth).argmin())


def _tables(draws: Any, true: Any, told: Any, size: int) -> Any:
    numpy = require("numpy", extra="optimise")
    tables = numpy.zeros((len(draws), size, size))
    for at, (row, column) in enumerate(zip(true, told, strict=True)):
        tables[:, row, column] += draws[:, at]
    return tables


def _of(tables: Any, metric: str, *, positive: int) -> Any:
    """Score many confusion tables (truth x prediction) at once."""
    numpy = require("numpy", extra="optimise")
    hits = numpy.einsum("nii->ni", tables)
    told, true = tables.sum(axis=1), tables.sum(axis=2)
    ratio: Callable[[Any, Any], Any] = lambda part, whole: part / numpy.where(whole > 0.0, whole, 1.0)  # noqa: E731
    each_f1 = ratio(2.0 * hits, told + true)
    found = {
        "accuracy": lambda: ratio(hits.sum(axis=1), true.sum(axis=1)),
        "balanced_accuracy": lambda: ratio(ratio(hits, true).sum(axis=1), (true > 0.0).sum(axis=1)),
        "f1": lambda: each_f1[:, positive],
        "f1_macro": lambda: each_f1.mean(axis=1),
        "precision": lambda: ratio(hits, told)[:, positive],
        "recall": lambda: ratio(hits, true)[:, positive],
    }
    return found[metric]()
