"""What a model is to answer: the labelled cases, parted so that what judges was never learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vatio.errors import UsageError
from vatio.plugins import require


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Hold cases and their labels: ``x`` a numpy array whose first axis is the cases, or a list of texts.

    A table with columns of text is an object array. ``y`` is a numpy array (cases,): the class's place in the task's
    ``classes`` as int64, or float64 for a regression.
    """

    x: Any
    y: Any

    def __len__(self) -> int:
        return len(self.y)

    def take(self, rows: Sequence[int] | Any) -> Cases:
        """Give some of the cases."""
        return Cases(x=take(self.x, rows), y=self.y[rows])


def take(x: Any, rows: Any) -> Any:
    """Give some rows of an array, or some of the texts."""
    return [x[int(row)] for row in rows] if isinstance(x, list) else x[rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Hold what every technique may see: what is asked, and the cases to learn and to select by.

    ``classes`` are the labels in the order of the columns of scores, empty for a regression. ``fit`` may be learnt and
    calibrated from; ``select`` ranks candidates and is not learnt from. The cases that certify are not here.
    """

    classes: tuple[Any, ...]
    fit: Cases
    select: Cases
    batches: tuple[int, ...] = (1, 32)
    seed: int = 0

    @property
    def is_classes(self) -> bool:
        """Tell whether classes are asked, and not values."""
        return bool(self.classes)

    @property
    def is_text(self) -> bool:
        """Tell whether the cases are texts."""
        return isinstance(self.fit.x, list)

    def examples(self, count: int) -> Any:
        """Give up to ``count`` of the fit cases, spread evenly over them."""
        numpy = require("numpy", extra="optimise")
        size = len(self.fit)
        return take(self.fit.x, numpy.unique(numpy.linspace(0, size - 1, min(count, size)).astype(int)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """Hold a task and, apart from it, the cases that are opened once, at the end."""

    task: Task
    certify: Cases
    notes: tuple[str, ...] = ()


def part(
    classes: tuple[Any, ...],
    unseen: Cases,
    *,
    fit: Cases | None = None,
    batches: tuple[int, ...] = (1, 32),
    seed: int = 0,
) -> Parted:
    """Part labelled cases. With ``fit`` given, a third of the others selects and two thirds certify; else 40, 20 and 40 %.

    Raises:
        UsageError: there are too few cases to part.
    """
    numpy = require("numpy", extra="optimise")
    if len(unseen) < 30:
        raise UsageError(
            f"{len(unseen)} labelled cases are too few", hint="thirty at least, and hundreds to certify a small loss"
        )
    order = numpy.random.default_rng(seed).permutation(len(unseen))
    if classes:
        # By class, in turn: each part gets its share of every class.
        order = order[numpy.argsort(unseen.y[order], kind="stable")]
    place = numpy.empty(len(order), dtype=int)
    place[order] = numpy.arange(len(order))
    notes = []
    if fit is None:
        slot = place % 5
        parts = [numpy.flatnonzero(numpy.isin(slot, slots)) for slots in ((0, 2), (4,), (1, 3))]
        fit, rest = unseen.take(parts[0]), parts[1:]
        notes.append(
            "no part of the data is marked as the model's training data: all of it must be cases that the model has not seen, "
            "else every loss looks larger than it is"
        )
    else:
        slot = place % 3
        rest = [numpy.flatnonzero(slot == 1), numpy.flatnonzero(slot != 1)]
    task = Task(classes=classes, fit=fit, select=unseen.take(rest[0]), batches=batches, seed=seed)
    return Parted(task=task, certify=unseen.take(rest[1]), notes=tuple(notes))
