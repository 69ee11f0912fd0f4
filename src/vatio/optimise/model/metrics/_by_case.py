"""Metrics of classes that are means over cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vatio.optimise.model.metrics._answers import decisions, probabilities
from vatio.optimise.model.metrics._metric import Metric, always
from vatio.plugins import require


def _right(y: Any, scores: Any) -> Any:
    return decisions(scores) == y


def _among_two(y: Any, scores: Any) -> Any:
    """Tell where the true class is among the two with the largest scores; of equal ones the later is the larger."""
    numpy = require("numpy", extra="optimise")
    return (numpy.argsort(scores, axis=1, kind="stable")[:, -2:] == y[:, None]).any(axis=1)


def _log_likelihood(y: Any, scores: Any) -> Any:
    """Give the logarithm of what the true class was given, no less than that of the smallest step of a float."""
    numpy = require("numpy", extra="optimise")
    found = probabilities(scores)[numpy.arange(len(y)), y]
    return numpy.log(found.clip(numpy.finfo(float).eps, 1.0))


def _brier(classes: tuple[Any, ...]) -> Any:
    # As scikit-learn: of two classes it is that of one of them, of more the sum over all.
    scale = 0.5 if len(classes) == 2 else 1.0

    def function(y: Any, scores: Any) -> Any:
        return -scale * squared_misses(y, scores)

    return function


def squared_misses(y: Any, scores: Any) -> Any:
    """Give the squared distance of each case's probabilities from the truth."""
    numpy = require("numpy", extra="optimise")
    told = probabilities(scores)
    return (told**2).sum(axis=1) - 2.0 * told[numpy.arange(len(y)), y] + 1.0


BY_CASE: Mapping[str, Metric] = {
    "accuracy": Metric("decisions", "share", always(_right)),
    # One label a case: each of these three is the share of right answers.
    "f1_micro": Metric("decisions", "share", always(_right)),
    "precision_micro": Metric("decisions", "share", always(_right)),
    "recall_micro": Metric("decisions", "share", always(_right)),
    "top_k_accuracy": Metric("ranks", "share", always(_among_two)),
    "neg_log_loss": Metric("probabilities", "mean", always(_log_likelihood)),
    "neg_brier_score": Metric("probabilities", "mean", _brier),
}
