"""Say how good answers are: one number, greater is better, by the name of a scikit-learn scorer or by a user's function."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vatio.analysis import share_upper
from vatio.errors import UnknownName, UsageError
from vatio.optimise.model._theirs import theirs
from vatio.optimise.model.judging._draws import Drawing, draws_of_anything, mean_of
from vatio.optimise.model.metrics import METRICS, decisions, perfect, tables_of, wrong
from vatio.plugins import load_own, require
from vatio.records import Interval

# What scores of each kind can say. Logits are as good as probabilities: a softmax makes them such.
_ENOUGH = {
    "decisions": ("probabilities", "logits", "decisions"),
    "ranks": ("probabilities", "logits", "decisions"),
    "probabilities": ("probabilities", "logits"),
    "values": ("values",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Hold a metric: how it is computed, and from what.

    ``needs`` says what answers must tell: decisions, ranks, probabilities or values. ``kind`` says what is known of its
    form, and what ``function`` gives: share, mean, table, weighted or whole (see ``metrics``).
    """

    name: str
    classes: tuple[Any, ...]
    needs: str
    kind: str
    function: Callable[..., Any]

    def of(self, y: Any, scores: Any) -> float:
        """Give the metric of some cases' scores.

        Raises:
            UsageError: there are not as many scores as labels, or the metric is not a finite number for them.
        """
        check_shape(y, scores, self.classes)
        found = self.raw(y, scores)
        if not math.isfinite(found):
            raise UsageError(f"{self.name} is {found} for these answers", hint="choose a metric that is defined for them")
        return found

    def raw(self, y: Any, scores: Any) -> float:
        """Give the metric of scores that are known to fit; NaN where it is not defined."""
        numpy = require("numpy", extra="optimise")
        if self.kind == "table":
            table = tables_of(y, decisions(scores), numpy.ones((1, len(y))), len(self.classes))
            return float(self.function(table)[0])
        answer = self.function(y, scores)
        if self.kind == "weighted":
            return float(answer(numpy.ones((1, len(y))))[0])
        return float(answer.mean()) if self.kind in ("share", "mean") else float(answer)

    def per_case(self, y: Any, scores: Any) -> Any:
        """Give each case's part where the metric is the mean of such parts, else ``None``."""
        if self.kind not in ("share", "mean"):
            return None
        check_shape(y, scores, self.classes)
        return self.function(y, scores).astype(float)

    def interval(self, y: Any, scores: Any, confidence: float = 0.95, *, seed: int = 0) -> Interval:
        """Give the metric with the interval that has that confidence on both sides together.

        Raises:
            UsageError: as ``of``.
        """
        value, outside = self.of(y, scores), (1.0 - confidence) / 2.0
        if self.kind == "share":
            right, of = int(self.function(y, scores).sum()), len(y)
            low, high = 1.0 - share_upper(of - right, of, level=outside), share_upper(right, of, level=outside)
        else:
            draws = self._draws(y, scores, seed)
            draws.sort()
            low, high = (float(draws[round(share * (len(draws) - 1))]) for share in (outside, 1.0 - outside))
        return Interval(value=value, low=min(low, value), high=max(high, value))

    def _draws(self, y: Any, scores: Any, seed: int) -> Any:
        size = len(self.classes)
        if self.kind == "whole":
            return draws_of_anything(lambda rows: self.raw(y[rows], scores[rows]), len(y), seed=seed)
        if self.kind == "mean":
            return mean_of(self.function(y, scores)).draws(seed)
        numpy = require("numpy", extra="optimise")
        if self.kind == "weighted":
            return Drawing(self.function(y, scores), numpy.ones(len(y)), scores.size).draws(seed)
        kinds, counts = numpy.unique(y * size + decisions(scores), return_counts=True)
        of_tables = Drawing(
            lambda weights: self.function(tables_of(kinds // size, kinds % size, weights, size)), counts, size * size
        )
        return of_tables.draws(seed)


def read_quality(text: str, *, classes: tuple[Any, ...] = ()) -> Quality:
    """Read a metric: a scikit-learn scorer's name, or ``module:function``, which is given the true and the told labels.

    ``classes`` are the task's, none for a regression. Where a score is of one of two classes (f1, precision, recall,
    roc_auc) that is the class 1, or the last one where none is 1.

    Raises:
        UnknownName: there is no such scorer.
        UsageError: it is one for values and classes are asked, or the other way round, or for two classes only.
    """
    if ":" in text:
        return _own(text, classes)
    found = METRICS.get(text)
    if found is None:
        raise UnknownName.among("metric", text, METRICS)
    if (found.needs == "values") is bool(classes):
        asked, fits = ("classes", "accuracy, f1_macro") if classes else ("values", "r2, neg_mean_squared_error")
        raise UsageError(f"{text} does not fit: the labels are {asked}", hint=f"--metric {fits.replace(', ', ' or ')}")
    if found.is_binary and len(classes) != 2:
        hint = f"--metric {found.many}" if found.many else ""
        raise UsageError(f"{text} is for two classes and there are {len(classes)}", hint=hint)
    return Quality(name=text, classes=classes, needs=found.needs, kind=found.kind, function=found.make(classes))


def read_loss(text: str) -> float:
    """Read what may be lost of a metric, in its own unit: points and percent are hundredths of it.

    >>> read_loss("1pt"), read_loss("0.5 pt"), read_loss("2%"), read_loss("0.01")
    (0.01, 0.005, 0.02, 0.01)

    Raises:
        UsageError: it is no such amount, or below 0.
    """
    words = text.strip().lower()
    unit = next((unit for unit in ("points", "point", "pts", "pt", "%") if words.endswith(unit)), "")
    try:
        found = float(words.removesuffix(unit)) / (100.0 if unit else 1.0)
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and found >= 0.0):
        raise UsageError(f"{text!r} is no loss", hint="0 or more: 1pt, 0.5pt, 1%, or 0.01 in the metric's own unit")
    return found


def check_quality(quality: Quality, y: Any, scores: Any, *, answers: str) -> float:
    """Give the baseline's metric after making sure that it can be judged by it.

    Raises:
        UsageError: its answers do not tell what the metric needs, or the metric is not finite or the same for any answers.
    """
    if answers not in _ENOUGH[quality.needs]:
        raise UsageError(
            f"{quality.name} needs {quality.needs} and the model gives {answers}",
            hint="--metric accuracy takes any answer of a classifier" if answers != "values" else "--metric r2",
        )
    found = quality.of(y, scores)
    others = (perfect(y, scores), wrong(y, scores))
    if all(quality.of(y, other) == found for other in others):
        raise UsageError(f"{quality.name} is {found:.6g} whatever is answered", hint="it judges nothing: choose another one")
    return found


def check_shape(y: Any, scores: Any, classes: tuple[Any, ...]) -> None:
    """Refuse scores that do not belong to the labels.

    Raises:
        UsageError: their shape is another one.
    """
    asked = (len(y), len(classes)) if classes else (len(y),)
    if y.ndim != 1 or scores.shape != asked:
        raise UsageError(
            f"labels are {y.shape} and answers {scores.shape}", hint=f"one label a case, and answers of the shape {asked}"
        )


def _own(text: str, classes: tuple[Any, ...]) -> Quality:
    with theirs(f"cannot import {text}", hint="its module must be importable from here"):
        called = load_own(text)
    if not callable(called):
        raise UsageError(f"{text} is no function", hint="it is called with the true and the told labels")
    numpy = require("numpy", extra="optimise")
    names = numpy.array(classes)

    def function(y: Any, scores: Any) -> float:
        given = (names[y], names[decisions(scores)]) if classes else (y, scores)
        with theirs(f"{text} failed", hint="it is called with the true and the told labels, and gives one number"):
            found = called(*given)
        try:
            return float(found)
        except (TypeError, ValueError) as error:
            raise UsageError(f"{text} gave {found!r:.60} and no number", hint="one number, greater is better") from error

    return Quality(name=text, classes=classes, needs="decisions" if classes else "values", kind="whole", function=function)
