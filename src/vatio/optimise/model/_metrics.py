"""Compute metrics as scikit-learn does, many at once: its scorers' names, what each needs and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from vatio.plugins import require


class Metric(NamedTuple):
    """Hold how a metric is made for some classes; ``many`` names its sibling where it is for two classes only."""

    needs: str
    kind: str
    make: Callable[[tuple[Any, ...]], Callable[..., Any]]
    is_binary: bool = False
    many: str = ""


def positive(classes: tuple[Any, ...]) -> int:
    """Give the place of the class that scores of one class are of: 1, or else the last.

    >>> positive((0, 1)), positive(("ham", "spam")), positive((1, 2))
    (1, 1, 0)
    """
    return next((at for at, name in enumerate(classes) if not isinstance(name, str) and name == 1), len(classes) - 1)


def tables(y: Any, told: Any, size: int) -> Any:
    """Count how often each class (rows) is taken for which (columns)."""
    numpy = require("numpy", extra="optimise")
    return numpy.bincount(y * size + told, minlength=size * size).reshape(size, size).astype(float)


def probabilities(scores: Any) -> Any:
    """Give rows that sum to 1: as they are but for rounding, or by a softmax where they are none."""
    numpy = require("numpy", extra="optimise")
    sums = scores.sum(axis=1, keepdims=True)
    # int8 and bf16 leave sums a few hundredths away from 1, and entries a little outside 0..1.
    if scores.min() >= -0.01 and numpy.abs(sums - 1.0).max() <= 0.05:
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


def _ratio(part: Any, whole: Any) -> Any:
    numpy = require("numpy", extra="optimise")
    return part / numpy.where(whole > 0.0, whole, 1.0)


def _hits(found: Any) -> Any:
    numpy = require("numpy", extra="optimise")
    return numpy.einsum("nii->ni", found)


# Each gives the score of every class, from tables (n, truth, told).
_BY_CLASS: Mapping[str, Callable[[Any], Any]] = {
    "f1": lambda found: _ratio(2.0 * _hits(found), found.sum(axis=1) + found.sum(axis=2)),
    "precision": lambda found: _ratio(_hits(found), found.sum(axis=1)),
    "recall": lambda found: _ratio(_hits(found), found.sum(axis=2)),
    "jaccard": lambda found: _ratio(_hits(found), found.sum(axis=1) + found.sum(axis=2) - _hits(found)),
}


def _macro(found: Any, each: Any) -> Any:
    # As scikit-learn: classes that neither occur nor are told do not count.
    seen = (found.sum(axis=1) + found.sum(axis=2)) > 0.0
    return (each * seen).sum(axis=1) / seen.sum(axis=1).clip(1)


def _weighted(found: Any, each: Any) -> Any:
    true = found.sum(axis=2)
    return (each * true).sum(axis=1) / true.sum(axis=1)


def _balanced(found: Any) -> Any:
    true = found.sum(axis=2)
    return _ratio(_hits(found), true).sum(axis=1) / (true > 0.0).sum(axis=1)


def _matthews(found: Any) -> Any:
    """Give the correlation of truth and answer (Gorodkin, 2004), 0 where either is constant."""
    numpy = require("numpy", extra="optimise")
    size, told, true = found.sum(axis=(1, 2)), found.sum(axis=1), found.sum(axis=2)
    shared = _hits(found).sum(axis=1) * size - (told * true).sum(axis=1)
    spread = numpy.sqrt((size**2 - (told**2).sum(axis=1)) * (size**2 - (true**2).sum(axis=1)))
    return _ratio(shared, spread)


def _right(y: Any, scores: Any) -> Any:
    return scores.argmax(axis=1) == y


def _table_metrics() -> dict[str, Metric]:
    found = {
        "accuracy": Metric("decisions", "share", lambda classes: _right),
        "balanced_accuracy": Metric("decisions", "table", lambda classes: _balanced),
        "matthews_corrcoef": Metric("decisions", "table", lambda classes: _matthews),
    }
    for name, each in _BY_CLASS.items():
        found[name] = Metric("decisions", "table", _of_one(each), is_binary=True, many=f"{name}_macro")
        found[f"{name}_macro"] = Metric("decisions", "table", _averaged(each, _macro))
        found[f"{name}_weighted"] = Metric("decisions", "table", _averaged(each, _weighted))
        if name != "jaccard":
            # One label a case: each of these three is the share of right answers.
            found[f"{name}_micro"] = Metric("decisions", "share", lambda classes: _right)
    return found


def _of_one(each: Callable[[Any], Any]) -> Callable[[tuple[Any, ...]], Callable[..., Any]]:
    return lambda classes: lambda found: each(found)[:, positive(classes)]


def _averaged(
    each: Callable[[Any], Any], average: Callable[[Any, Any], Any]
) -> Callable[[tuple[Any, ...]], Callable[..., Any]]:
    return lambda classes: lambda found: average(found, each(found))


METRICS: Mapping[str, Metric] = _table_metrics()
