"""Open a model that a search has left, and answer with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vatio.errors import ArtefactRefused, UsageError
from vatio.optimise.model._form import Form, Predictor, Runtime, ask
from vatio.optimise.model.artefact._artefact import CELLS, MODEL_FOLDER, PROBES_FOLDER, TEXTS, Artefact, read_artefact
from vatio.optimise.model.artefact._place import place_of
from vatio.optimise.model.artefact._probes import probabilities, read_probes
from vatio.optimise.model.runtimes import is_vouched
from vatio.plugins import load, require


class Model:
    """Answer as the model did that it was made from: the same labels, the same shapes."""

    __slots__ = ("_classes", "_predictor", "artefact", "differences")

    def __init__(self, artefact: Artefact, predictor: Predictor, differences: tuple[str, ...] = ()) -> None:
        self.artefact = artefact
        self.differences = differences
        self._predictor = predictor
        self._classes = require("numpy", extra="optimise").array(artefact.classes) if artefact.classes else None

    def predict(self, cases: Any) -> Any:
        """Give the label of each case, or its value for a regression; (cases,).

        Raises:
            UsageError: the cases have another shape than those it was made for.
        """
        scores = self._predictor.scores(_cases(cases, self.artefact))
        return _copy(scores) if self._classes is None else self._classes[scores.argmax(axis=1)]

    def predict_proba(self, cases: Any) -> Any:
        """Give the probability of each class, (cases, classes), in the order of ``classes``.

        Raises:
            UsageError: it predicts values or only ranks classes, or the cases have another shape.
        """
        answers = self.artefact.answers
        if answers not in ("probabilities", "logits"):
            raise UsageError(f"this model gives {answers} and no probabilities", hint="call predict()")
        scores = self._predictor.scores(_cases(cases, self.artefact))
        return _copy(scores) if answers == "probabilities" else probabilities(scores)

    @property
    def classes(self) -> tuple[Any, ...]:
        """List the labels in the order of the columns of ``predict_proba``; none for a regression."""
        return self.artefact.classes


def load_model(path: str | os.PathLike[str], *, trust: bool = False) -> Model:
    """Open a model that ``vatio optimise model`` has left in a folder.

    Its files must be those that were written. Where the processor or a library is another than where it was made, the cases
    beside it are answered again, and the answers must agree: int8 overflows on some processors, and libraries change. A
    model whose search was told to trust unknown types is opened with ``trust`` only: loading it runs their code.

    Raises:
        ArtefactRefused: the files are not those that were written, or it answers otherwise on this machine.
        MissingExtra: the library that runs it is not installed.
    """
    folder = Path(path)
    artefact = read_artefact(folder)
    if not trust and (strange := strange_types(artefact.settings)):
        raise ArtefactRefused(
            f"{folder} holds types that nobody vouches for: {', '.join(strange[:8])}",
            hint="load_model(path, trust=True) runs their code: only where you trust where it comes from",
        )
    runtime: Runtime = load("runtimes", artefact.kind)()
    form = Form(
        kind=artefact.kind,
        model=runtime.load(folder / MODEL_FOLDER, artefact.settings),
        answers=artefact.answers,
        settings=artefact.settings,
    )
    predictor = runtime.predictor(form, batch=artefact.batch)
    differences = artefact.place.differences(place_of(artefact.kind, artefact.files))
    if differences:
        _validate(folder, artefact, predictor, differences)
    return Model(artefact, predictor, differences)


def strange_types(settings: Any) -> list[str]:
    """Find the types that a form's settings, or those of a form within it, ask to be trusted and nobody vouches for."""
    if not isinstance(settings, Mapping):
        return []
    own = settings.get("trusted", ())
    known = [name for name in own if not is_vouched(str(name))] if isinstance(own, (list, tuple)) else [str(own)]
    return [*known, *(name for value in settings.values() for name in strange_types(value))]


def _validate(folder: Path, artefact: Artefact, predictor: Predictor, differences: tuple[str, ...]) -> None:
    """Ask again what was asked where the model was made.

    Raises:
        ArtefactRefused: the answers do not agree.
    """
    probes = read_probes(folder / PROBES_FOLDER)
    scores = ask(predictor, probes.x, batch=artefact.batch)
    said = probes.differences(scores, answers=artefact.answers, tolerance_ratio=artefact.tolerance_ratio)
    if said:
        raise ArtefactRefused(
            f"{folder} answers otherwise here: {said}. Here is {'; '.join(differences)}",
            hint="search again on this machine, or install the versions that it was made with",
        )


def _cases(cases: Any, artefact: Artefact) -> Any:
    """Take cases as people have them: lists, arrays, tables.

    Raises:
        UsageError: they have another shape than those that the model was made for.
    """
    case = artefact.case
    if case.dtype == TEXTS:
        texts = cases if isinstance(cases, list) else list(cases)
        if isinstance(cases, str) or not all(isinstance(one, str) for one in texts):
            raise UsageError("this model answers texts", hint="give a list of strings")
        return texts
    numpy = require("numpy", extra="optimise")
    try:
        array = numpy.asarray(cases, dtype=object if case.dtype == CELLS else numpy.dtype(case.dtype))
    except (TypeError, ValueError) as error:
        raise UsageError(f"these cases are no {case.dtype} array: {error}") from error
    if array.shape[1:] != case.shape or array.ndim < 1:
        raise UsageError(f"cases of shape {array.shape}", hint=f"(cases, {', '.join(map(str, case.shape))}) is asked")
    return array


def _copy(scores: Any) -> Any:
    return require("numpy", extra="optimise").array(scores)
