"""Bring what a runtime gives into the form of scores: a column for each class in the task's order, or one value a case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vatio.optimise.model._form import Form, Predictor
from vatio.plugins import require

# What a class that the model never saw gets where scores only rank: less than any other, and still a number.
_LEAST = -1e30


def shaper(form: Form) -> Callable[[Any], Any] | None:
    """Say how a form's raw answers become scores; ``None`` where they are them already.

    Of its settings, ``spread`` = ``pair`` makes two columns of the second class's one, and ``places`` says which column each
    class has, -1 where it has none.
    """
    if form.answers == "values":
        return lambda found: found.reshape(len(found))
    if form.settings.get("spread") == "pair":
        return _pair(1.0 if form.answers == "probabilities" else 0.0)
    places = form.settings.get("places")
    return None if places is None else _placed(places, 0.0 if form.answers == "probabilities" else _LEAST)


def _pair(whole: float) -> Callable[[Any], Any]:
    numpy = require("numpy", extra="optimise")

    def pair(found: Any) -> Any:
        second = found.reshape(len(found), -1)[:, -1]
        return numpy.stack([whole - second, second], axis=1)

    return pair


def _placed(places: Sequence[int], least: float) -> Callable[[Any], Any]:
    numpy = require("numpy", extra="optimise")
    to, taken = [at for at, place in enumerate(places) if place >= 0], [place for place in places if place >= 0]

    def placed(found: Any) -> Any:
        wide = numpy.full((len(found), len(places)), least, dtype=found.dtype)
        wide[:, to] = found[:, taken]
        return wide

    return placed


def laid_out(form: Form, predictor: Predictor) -> Predictor:
    """Have cases given as rows where the setting ``flat`` says so; they may be images."""
    return _Rows(predictor) if form.settings.get("flat") else predictor


class _Rows:
    __slots__ = ("_scores",)

    def __init__(self, predictor: Predictor) -> None:
        self._scores = predictor.scores

    def scores(self, cases: Any) -> Any:
        """Give the scores."""
        return self._scores(cases.reshape(len(cases), -1))
