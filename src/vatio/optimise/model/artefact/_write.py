"""Write a model so that it can be deployed: its files, its recipe, some cases with their answers."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from vatio.errors import UsageError
from vatio.optimise.model._form import Form, Runtime, ask
from vatio.optimise.model._task import Task
from vatio.optimise.model.artefact._artefact import (
    CELLS,
    MODEL_FOLDER,
    PROBES_FOLDER,
    RECIPE_FILE,
    TEXTS,
    Artefact,
    CaseShape,
    digests,
    write_description,
    write_json,
)
from vatio.optimise.model.artefact._place import place_of
from vatio.optimise.model.artefact._probes import Probes
from vatio.optimise.model.artefact._recipe import Recipe
from vatio.plugins import load

# 32 cases take a forest of 200 trees a third of a second, and show an int8 that saturates.
_PROBES = 32
# Probabilities of one int8 graph on two processors differ by less; what loses quality elsewhere moves them by more.
_TOLERANCE_RATIO = 0.02


def write_artefact(folder: Path, form: Form, *, task: Task, recipe: Recipe, saved: Path | None = None) -> Artefact:
    """Write a folder that ``load_model`` opens: the model, ``artefact.json``, ``recipe.json``, some cases and their answers.

    It is there whole or not at all. ``saved`` is where its runtime has written the form already: these files are copied.
    The cases are of those that fit, 32 at most: whoever is given the folder can read them.

    Raises:
        UsageError: the folder is not empty.
        MissingExtra: the runtime's library is not installed.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty", hint="give a folder of its own")
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(building, ignore_errors=True)  # of one that was killed
    try:
        artefact = _written(building, form, task, recipe, saved)
        building.replace(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return artefact


def unwritable(out: Path, error: OSError) -> UsageError:
    """Say that a folder cannot be written to, and what to do."""
    return UsageError(f"{out} cannot be written to: {error.strerror}", hint="give another folder: --out DIR")


def _written(folder: Path, form: Form, task: Task, recipe: Recipe, saved: Path | None) -> Artefact:
    model, cases = folder / MODEL_FOLDER, task.examples(_PROBES)
    loaded = _kept(form, model, saved)
    runtime: Runtime = load("runtimes", form.kind)()
    scores = ask(runtime.predictor(loaded, batch=recipe.batch), cases, batch=recipe.batch)
    Probes(x=cases, scores=scores).write(folder / PROBES_FOLDER)
    files = digests(model)
    place = place_of(form.kind, files)
    artefact = Artefact(
        kind=form.kind,
        answers=form.answers,
        settings=loaded.settings,
        classes=_plain(task.classes),
        chain=tuple(step.text for step in recipe.steps),
        batch=recipe.batch,
        case=shape_of(cases),
        files=digests(folder),
        place=place,
        tolerance_ratio=_TOLERANCE_RATIO,
        quality=recipe.quality,
    )
    write_json(folder / RECIPE_FILE, replace(recipe, files=files, place=place))
    write_description(folder, artefact)
    return artefact


def _kept(form: Form, folder: Path, saved: Path | None) -> Form:
    """Keep a form's files, and give it as it is read back from them."""
    runtime: Runtime = load("runtimes", form.kind)()
    if saved is None:
        folder.mkdir(parents=True)
        runtime.save(form, folder)
    else:
        shutil.copytree(saved, folder)
    # Tuples become lists as they will when it is opened, and whatever is no JSON fails here.
    settings = json.loads(json.dumps(dict(form.settings), allow_nan=False))
    return replace(form, model=runtime.load(folder, settings), settings=settings)


def shape_of(cases: Any) -> CaseShape:
    """Say what one of some cases is."""
    if isinstance(cases, list):
        return CaseShape(dtype=TEXTS)
    return CaseShape(dtype=CELLS if cases.dtype == object else cases.dtype.name, shape=tuple(cases.shape[1:]))


def _plain(classes: tuple[Any, ...]) -> tuple[Any, ...]:
    """Give labels as JSON has them: numpy's numbers become Python's."""
    return tuple(one.item() if hasattr(one, "item") else one for one in classes)
