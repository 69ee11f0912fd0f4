"""Metrics of how often which class is taken for which, of many tables (n, truth, told) at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vatio.optimise.model.metrics._metric import Metric, always, positive
from vatio.plugins import require


def tables_of(truth: Any, told: Any, weights: Any, size: int) -> Any:
    """Give a table, truth by told, for each row of weights of the cases."""
    numpy = require("numpy", extra="optimise")
    found = numpy.zeros((size * size, len(weights)))
    numpy.add.at(found, truth * size + told, weights.T)
    return found.T.reshape(-1, size, size)


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


def _of_one(each: Callable[[Any], Any]) -> Callable[[tuple[Any, ...]], Callable[..., Any]]:
    return lambda classes: lambda found: each(found)[:, positive(classes)]


def _averaged(each: Callable[[Any], Any], average: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda found: average(found, each(found))


def _table_metrics() -> dict[str, Metric]:
    found = {
        "balanced_accuracy": Metric("decisions", "table", always(_balanced)),
        "matthews_corrcoef": Metric("decisions", "table", always(_matthews)),
    }
    for name, each in _BY_CLASS.items():
        found[name] = Metric("decisions", "table", _of_one(each), is_binary=True, many=f"{name}_macro")
        found[f"{name}_macro"] = Metric("decisions", "table", always(_averaged(each, _macro)))
        found[f"{name}_weighted"] = Metric("decisions", "table", always(_averaged(each, _weighted)))
    return found


TABLES: Mapping[str, Metric] = _table_metrics()
