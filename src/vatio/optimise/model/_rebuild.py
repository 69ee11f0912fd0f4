"""Make a model again by its recipe, and hold the bytes against those that the recipe names."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from vatio.errors import ArtefactRefused, MeasureError, UsageError, VatioError
from vatio.files import write_whole
from vatio.optimise.model._form import Form, Runtime
from vatio.optimise.model._node import Step
from vatio.optimise.model._request import ModelRequest
from vatio.optimise.model._asked import Found, read_all
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer, Technique
from vatio.optimise.model.artefact import Artefact, Place, Recipe, digests, place_of, read_recipe, write_artefact
from vatio.optimise.search import read_budget
from vatio.plugins import load

_FORM_FILE, _MODEL = "form.json", "model"


def rebuild(recipe: Path, *, model: str, cases: str, out: Path, trust: bool = False) -> Artefact:
    """Make the artefact of a recipe again, in a folder of its own; its files are byte for byte those of the recipe.

    Each step is done in a process of its own, as in the search. ``model`` and ``cases`` are given as they were to the
    search, from wherever they are now.

    Raises:
        UsageError: the recipe cannot be read, the folder is not empty, or the model or the cases are not the recipe's.
        ArtefactRefused: other bytes came out; they are kept in the folder, and the error says which, and what differs here.
        MeasureError: a step could not be done.
    """
    asked = read_recipe(recipe)
    if out.exists() and any(out.iterdir()):
        raise UsageError(f"{out} is not empty", hint="give a folder of its own: --out DIR")
    found = _found(asked, model, cases, trust=trust)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".building-") as name:
        form, saved = _made(asked, found, Path(name))
        files = digests(saved)
        _compare(asked, files, place_of(form.kind, files), saved, out)
        fresh = Path(name) / "artefact"
        artefact = write_artefact(fresh, form, task=found.parted.task, recipe=asked, saved=saved)
        for each in fresh.iterdir():
            each.rename(out / each.name)
    return artefact


def _found(asked: Recipe, model: str, cases: str, *, trust: bool) -> Found:
    """Read the model and the cases, which must be the recipe's.

    Raises:
        UsageError: they are not.
    """
    request = ModelRequest(
        model=model,
        cases=cases,
        budget=read_budget("1cpu-s"),  # nothing is searched: none of it is spent
        quality=next(iter(asked.quality), "accuracy"),
        target=asked.target,
        batches=asked.batches,
        seed=asked.seed,
        trust=trust,
    )
    found = read_all(request)
    pairs = {
        f"the model {model}": (found.baseline.sha256, asked.model_sha256, asked.model),
        f"the cases {cases}": (found.cases_sha256, asked.cases_sha256, asked.cases),
    }
    for name, (own, named, source) in pairs.items():
        if own != named:
            raise UsageError(
                f"{name}: not what the recipe was made from ({own[:12]}, not {named[:12]})", hint=f"it was {source}"
            )
    return found


def _made(asked: Recipe, found: Found, folder: Path) -> tuple[Form, Path]:
    """Do all steps; gives the form as it is loaded back, and where it was saved."""
    form, saved = found.baseline.form, folder / "0"
    for at, step in enumerate(asked.steps, start=1):
        saved = folder / str(at)
        saved.mkdir()
        _in_child(step, form, found.parted.task, saved)
        form, saved = _loaded(saved), saved / _MODEL
    if not asked.steps:
        saved.mkdir()
        load("runtimes", form.kind)().save(form, saved)
    return form, saved


def _in_child(step: Step, form: Form, task: Task, folder: Path) -> None:
    """Do one step as a trial does: in a fresh process, so that nothing of an earlier step is left in its libraries.

    Raises:
        MeasureError: the step could not be done, with its reason.
    """
    child = multiprocessing.get_context("fork").Process(target=_step, args=(step, form, task, folder))
    child.start()
    child.join()
    said = _said(folder)
    if child.exitcode != 0 or "error" in said:
        reason = said.get("error") or f"its process ended with {child.exitcode}"
        raise MeasureError(f"the step {step.text!r} could not be done: {reason}", hint=said.get("hint", ""))


def _step(step: Step, form: Form, task: Task, folder: Path) -> None:
    try:
        technique: Technique = load("techniques", step.technique)()
        made = technique.apply(form, Offer(params=step.params), task)
        runtime: Runtime = load("runtimes", made.kind)()
        (folder / _MODEL).mkdir()
        runtime.save(made, folder / _MODEL)
        said: dict[str, Any] = {"kind": made.kind, "answers": made.answers, "settings": dict(made.settings)}
    except VatioError as error:
        said = {"error": str(error), "hint": error.hint}
    write_whole(str(folder / _FORM_FILE), json.dumps(said).encode())


def _said(folder: Path) -> Mapping[str, Any]:
    try:
        said: dict[str, Any] = json.loads((folder / _FORM_FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return said


def _loaded(folder: Path) -> Form:
    said = _said(folder)
    runtime: Runtime = load("runtimes", said["kind"])()
    form = Form(kind=said["kind"], model=None, answers=said["answers"], settings=said["settings"])
    return replace(form, model=runtime.load(folder / _MODEL, form.settings))


def _compare(asked: Recipe, made: Mapping[str, str], place: Place, saved: Path, out: Path) -> None:
    """Hold the files against the recipe's.

    Raises:
        ArtefactRefused: they differ.
    """
    wrong = sorted(name for name in {*made, *asked.files} if made.get(name) != asked.files.get(name))
    if not wrong:
        return
    kept = out / _MODEL
    shutil.copytree(saved, kept)
    differences = asked.place.differences(place)
    said = f"here is {'; '.join(differences)}" if differences else "processor and libraries are the same"
    count = f"{len(wrong)} of {len({*made, *asked.files})} files"
    raise ArtefactRefused(
        f"other bytes than the recipe's came out, in {count}: {', '.join(wrong[:8])}; {said}",
        hint=f"what came out is in {kept}; search again to have it measured and certified here",
    )
