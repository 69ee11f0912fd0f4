"""Run estimators with scikit-learn itself; they are kept as skops has them, never as pickles."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vatio.errors import UsageError
from vatio.optimise.model._form import Form, Predictor
from vatio.optimise.model.runtimes._shaping import laid_out, shaper
from vatio.optimise.model.runtimes._skops import packed, unpacked
from vatio.plugins import require

_FILE = "model.skops"


def sklearn_form(estimator: Any, classes: Sequence[Any] = (), *, trusted: Sequence[str] = ()) -> Form:
    """Take a fitted estimator for a model; ``classes`` are the task's in their order, none for a regression.

    Settings: ``method`` is asked of the estimator, ``places`` says which of its columns each class has (-1: none, as it never
    saw that class), ``trusted`` the types beside scikit-learn's that it may hold.

    Raises:
        UsageError: it is not fitted, answers several questions at once, or other classes than the task's.
    """
    require("sklearn", extra="optimise")
    if getattr(estimator, "n_outputs_", 1) != 1:
        raise _several(estimator, estimator.n_outputs_)
    method, answers = _method(estimator, is_classes=bool(classes))
    settings: dict[str, Any] = {"method": method}
    if classes:
        places = _places(estimator, classes)
        settings |= {} if places == list(range(len(classes))) and len(_own(estimator)) == len(classes) else {"places": places}
    if trusted:
        settings["trusted"] = list(trusted)
    return Form(kind="sklearn", model=estimator, answers=answers, settings=settings)


class SklearnRuntime:
    """Run a fitted estimator or pipeline on one thread."""

    def predictor(self, form: Form, *, batch: int) -> Predictor:
        """Make an estimator ready; thread pools of this process are kept to one thread from here on."""
        del batch  # it answers any number at the same cost a call
        require("sklearn", extra="optimise")
        require("threadpoolctl", extra="optimise").threadpool_limits(limits=1)
        estimator, settings = single(form.model), form.settings
        is_classes = form.answers != "values"
        method = settings.get("method") or _method(estimator, is_classes=is_classes)[0]
        call = getattr(estimator, method)
        if is_classes and method == "predict":
            call = _one_hot(call, _own(estimator))
        elif method == "decision_function":
            call = _two_sided(call)
        shaped = shaper(form) if is_classes else None
        return laid_out(form, Answering(call if shaped is None else lambda cases: shaped(call(cases))))

    def save(self, form: Form, folder: Path) -> None:
        """Write the estimator, as skops does."""
        (folder / _FILE).write_bytes(packed(form.model))

    def load(self, folder: Path, settings: Mapping[str, Any]) -> Any:
        """Read an estimator back.

        Raises:
            UsageError: there is none, or it holds types that are neither scikit-learn's nor among the setting ``trusted``:
                who loads a stranger's folder asks before it takes that setting from it.
        """
        return unpacked(content_of(folder, _FILE), trusted=settings.get("trusted", ()))


class Answering:
    """Answer with a function."""

    __slots__ = ("scores",)

    def __init__(self, scores: Callable[[Any], Any]) -> None:
        self.scores = scores


def content_of(folder: Path, name: str) -> bytes:
    """Read a file of a form's folder.

    Raises:
        UsageError: it is not there or cannot be read.
    """
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise UsageError(f"{folder} holds no {name}: {error.strerror}") from error


def single(estimator: Any) -> Any:
    """Give an estimator that works on one thread: itself, or a copy where it says otherwise."""
    asked = estimator.get_params(deep=True) if hasattr(estimator, "get_params") else {}
    many = {name: None for name, value in asked.items() if name.endswith("n_jobs") and value not in (None, 1)}
    return copy.deepcopy(estimator).set_params(**many) if many else estimator


def _method(estimator: Any, *, is_classes: bool) -> tuple[str, str]:
    if not is_classes:
        if not callable(getattr(estimator, "predict", None)):
            raise UsageError(f"{type(estimator).__name__} cannot predict")
        return "predict", "values"
    for method, answers in (("predict_proba", "probabilities"), ("decision_function", "decisions"), ("predict", "decisions")):
        if callable(getattr(estimator, method, None)):
            return method, answers
    raise UsageError(f"{type(estimator).__name__} cannot predict")


def _own(estimator: Any) -> list[Any]:
    """List the classes that the estimator has learnt."""
    try:
        found = estimator.classes_
    except AttributeError:
        raise UsageError(f"this {type(estimator).__name__} knows no classes: it is not fitted, or no classifier") from None
    if isinstance(found, list):
        raise _several(estimator, len(found))
    return list(found.tolist())


def _several(estimator: Any, count: int) -> UsageError:
    return UsageError(f"this {type(estimator).__name__} answers {count} questions at once", hint="give a model of one")


def _places(estimator: Any, classes: Sequence[Any]) -> list[int]:
    own = _own(estimator)
    at = {label: place for place, label in enumerate(own)}
    unknown = [label for label in own if label not in set(classes)]
    if unknown and not any(label in at for label in classes):
        raise UsageError(f"the model answers {own[:5]} and the cases are labelled {list(classes)[:5]}")
    if unknown:
        raise UsageError(f"the model knows classes that no case is labelled with: {unknown[:5]}")
    return [at.get(label, -1) for label in classes]


def _two_sided(call: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Give two columns where an estimator gives how much it is for the second of two classes."""
    numpy = require("numpy", extra="optimise")

    def scores(cases: Any) -> Any:
        found = call(cases)
        return numpy.stack([-found, found], axis=1) if found.ndim == 1 else found

    return scores


def _one_hot(call: Callable[[Any], Any], own: Sequence[Any]) -> Callable[[Any], Any]:
    numpy = require("numpy", extra="optimise")
    labels = numpy.array(own, dtype=object)
    return lambda cases: (numpy.asarray(call(cases), dtype=object)[:, None] == labels[None, :]).astype(float)
