"""Keep cases apart by which candidates are judged: nothing is learnt from them, by no candidate."""

from __future__ import annotations

from typing import Any, NamedTuple

from vatio.optimise.data._table import Table
from vatio.plugins import require


class Split(NamedTuple):
    """Hold the cases to learn from and those held out, with the names of the columns."""

    x_train: Any
    y_train: Any
    x_test: Any
    y_test: Any
    columns: tuple[str, ...]


class Prepared(NamedTuple):
    """Hold what a model is trained on and what it predicts, after a candidate has changed it."""

    x_train: Any
    y_train: Any
    x_test: Any


def split(table: Table, *, seed: int, held_out_ratio: float = 0.3) -> Split:
    """Hold a share of the cases out, drawn by class."""
    selection = require("sklearn.model_selection", extra="optimise")
    kept = selection.train_test_split(table.x, table.y, test_size=held_out_ratio, stratify=table.y, random_state=seed)
    return Split(kept[0], kept[2], kept[1], kept[3], table.columns)


def sample(x: Any, y: Any, ratio: float, *, seed: int) -> tuple[Any, Any]:
    """Draw a share of the cases by class, two of each class at least."""
    numpy = require("numpy", extra="optimise")
    draws = numpy.random.default_rng(seed)
    kept = []
    for label in numpy.unique(y):
        own = numpy.flatnonzero(y == label)
        kept.append(draws.permutation(own)[: max(2, round(ratio * len(own)))])
    rows = numpy.sort(numpy.concatenate(kept))
    return x[rows], y[rows]
