"""Metrics of how cases are ranked, and of likelihoods beside those of the classes' shares, for many weights at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

from vatio.optimise.model.metrics._answers import probabilities
from vatio.optimise.model.metrics._by_case import BY_CASE, squared_misses
from vatio.optimise.model.metrics._metric import Metric, always, positive
from vatio.plugins import require

Weighted = Callable[[Any], Any]


def _area(is_positive: Any, score: Any) -> Weighted:
    """Give the area under the ROC curve: how often a positive case is ranked above another, ties counting half."""
    ends, order = _tied(score)

    def found(weights: Any) -> Any:
        own, other = (_summed(weights[:, order] * mask[order], ends) for mask in (is_positive, ~is_positive))
        below = other.cumsum(axis=1) - other / 2.0
        return _part((own * below).sum(axis=1), own.sum(axis=1) * other.sum(axis=1))

    return found


def _average_precision(is_positive: Any, score: Any) -> Weighted:
    """Give the mean of the precision at each threshold, by the recall that is gained there."""
    ends, order = _tied(-score)

    def found(weights: Any) -> Any:
        sorted_weights = weights[:, order]
        own, every = (_summed(part, ends) for part in (sorted_weights * is_positive[order], sorted_weights))
        return _part((own * own.cumsum(axis=1) / every.cumsum(axis=1)).sum(axis=1), own.sum(axis=1))

    return found


def _tied(score: Any) -> tuple[Any, Any]:
    """Order cases by their score; gives where each group of equal ones begins, and the order."""
    numpy = require("numpy", extra="optimise")
    order = numpy.argsort(score, kind="stable")
    return numpy.flatnonzero(numpy.concatenate([[True], numpy.diff(score[order]) != 0.0])), order


def _summed(weights: Any, begins: Any) -> Any:
    numpy = require("numpy", extra="optimise")
    return weights if len(begins) == weights.shape[1] else numpy.add.reduceat(weights, begins, axis=1)


def _part(part: Any, whole: Any) -> Any:
    """Divide; NaN where there is no case to divide by: the metric is not defined then."""
    numpy = require("numpy", extra="optimise")
    with numpy.errstate(invalid="ignore", divide="ignore"):
        return numpy.where(whole > 0.0, part / whole, numpy.nan)


def _of_one(curve: Callable[[Any, Any], Weighted]) -> Callable[[tuple[Any, ...]], Callable[..., Any]]:
    def make(classes: tuple[Any, ...]) -> Callable[..., Any]:
        at = positive(classes)
        return lambda y, scores: curve(y == at, scores[:, at] - scores[:, 1 - at])

    return make


def _one_by_one(curve: Callable[[Any, Any], Weighted], *, by_share: bool = False) -> Callable[..., Any]:
    """Average a curve over the classes, each against all others."""

    def function(y: Any, scores: Any) -> Weighted:
        numpy = require("numpy", extra="optimise")
        told, at = probabilities(scores), range(scores.shape[1])
        curves = [curve(y == name, told[:, name]) for name in at]

        def found(weights: Any) -> Any:
            each = numpy.stack([one(weights) for one in curves])
            if not by_share:
                return each.mean(axis=0)
            shares = numpy.stack([weights[:, y == name].sum(axis=1) for name in at])
            return (each * shares).sum(axis=0) / shares.sum(axis=0)

        return found

    return function


def _pair_by_pair(*, by_share: bool = False) -> Callable[..., Any]:
    """Average the area over all pairs of classes, each told from the other (Hand and Till, 2001)."""

    def function(y: Any, scores: Any) -> Weighted:
        numpy = require("numpy", extra="optimise")
        told, pairs = probabilities(scores), []
        for one, other in combinations(range(scores.shape[1]), 2):
            rows = numpy.flatnonzero((y == one) | (y == other))
            pairs.append((rows, [_area(y[rows] == name, told[rows, name]) for name in (one, other)]))

        def found(weights: Any) -> Any:
            each = numpy.stack([(a(weights[:, rows]) + b(weights[:, rows])) / 2.0 for rows, (a, b) in pairs])
            if not by_share:
                return each.mean(axis=0)
            shares = numpy.stack([weights[:, rows].sum(axis=1) for rows, _ in pairs])
            return (each * shares).sum(axis=0) / shares.sum(axis=0)

        return found

    return function


def _beside_shares(loss: Callable[[Any, Any], Any], null: Callable[[Any], Any]) -> Callable[..., Any]:
    """Give the part of a loss that is spared beside telling each class its share of the cases."""

    def function(y: Any, scores: Any) -> Weighted:
        numpy = require("numpy", extra="optimise")
        lost, hot = loss(y, scores), numpy.eye(scores.shape[1])[y]

        def found(weights: Any) -> Any:
            whole = weights.sum(axis=1)
            return 1.0 - _part(weights @ lost / whole, null(weights @ hot / whole[:, None]))

        return found

    return function


def _entropy(shares: Any) -> Any:
    numpy = require("numpy", extra="optimise")
    return -(shares * numpy.log(shares.clip(1e-300))).sum(axis=1)


def _log_loss(y: Any, scores: Any) -> Any:
    return -BY_CASE["neg_log_loss"].make(())(y, scores)


RANKS: Mapping[str, Metric] = {
    "roc_auc": Metric("ranks", "weighted", _of_one(_area), is_binary=True, many="roc_auc_ovr"),
    "roc_auc_ovr": Metric("probabilities", "weighted", always(_one_by_one(_area))),
    "roc_auc_ovr_weighted": Metric("probabilities", "weighted", always(_one_by_one(_area, by_share=True))),
    "roc_auc_ovo": Metric("probabilities", "weighted", always(_pair_by_pair())),
    "roc_auc_ovo_weighted": Metric("probabilities", "weighted", always(_pair_by_pair(by_share=True))),
    "average_precision": Metric("ranks", "weighted", _of_one(_average_precision), is_binary=True, many="roc_auc_ovr"),
    "d2_log_loss_score": Metric("probabilities", "weighted", always(_beside_shares(_log_loss, _entropy))),
    "d2_brier_score": Metric(
        "probabilities", "weighted", always(_beside_shares(squared_misses, lambda shares: 1.0 - (shares**2).sum(axis=1)))
    ),
}
