"""Read scores: what they decide, how likely each class is; and make answers that are right, wrong or mistaken."""

from __future__ import annotations

from typing import Any

from vatio.plugins import require


def decisions(scores: Any) -> Any:
    """Give the place of the class with the largest score, the first of equal ones."""
    return scores.argmax(axis=1)


def probabilities(scores: Any) -> Any:
    """Give rows that sum to 1: as they are but for rounding, or by a softmax where they are none."""
    numpy = require("numpy", extra="optimise")
    sums = scores.sum(axis=1, keepdims=True)
    away = numpy.abs(sums - 1.0).max() if scores.min() >= -0.01 else numpy.inf
    if away <= 1e-5 and scores.min() >= 0.0:
        return scores  # dividing would tell equal ones apart in their last bits
    # int8 and bf16 leave sums a few hundredths away from 1, and entries a little outside 0..1.
    if away <= 0.05:
        found = scores.clip(0.0, None)
        return found / found.sum(axis=1, keepdims=True)
    raised = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def perfect(y: Any, scores: Any) -> Any:
    """Give answers that are all right, in the shape of these."""
    numpy = require("numpy", extra="optimise")
    return y.astype(float) if scores.ndim == 1 else numpy.eye(scores.shape[1])[y]


def wrong(y: Any, scores: Any) -> Any:
    """Give answers that are all wrong, in the shape of these."""
    numpy = require("numpy", extra="optimise")
    return y[::-1] + 1.0 + abs(y).max() if scores.ndim == 1 else numpy.eye(scores.shape[1])[(y + 1) % scores.shape[1]]


def mistaken(answer: Any, true: int) -> Any:
    """Give one case's scores with its class's and the largest of the others' exchanged, or the other way round.

    Whatever was answered, the class is not the answer then.
    """
    found = answer.copy()
    if answer.argmax() == true:
        least = int(answer.argmin())
        found[[true, least]] = answer[[least, true]]
    return found
