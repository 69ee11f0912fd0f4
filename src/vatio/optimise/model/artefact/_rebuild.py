"""Make a model again by its recipe, and hold the bytes against those that the recipe names."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from vatio.errors import ArtefactRefused, MeasureError, UsageError, VatioError
from vatio.files import write_whole
from vatio.measure import environment
from vatio.optimise.model._chain import Step
from vatio.optimise.model._form import Form, Runtime
from vatio.optimise.model._request import ModelRequest
from vatio.optimise.model._technique import Offer, Technique
from vatio.optimise.model.artefact._artefact import Artefact, digests, write_json
from vatio.optimise.model.artefact._place import Place, place_of
from vatio.optimise.model.artefact._recipe import Recipe, read_recipe
from vatio.optimise.model.artefact._write import unwritable, write_artefact
from vatio.optimise.model.reading import Found, read_all
from vatio.optimise.search import read_budget
from vatio.plugins import load

_ORDER_FILE, _FORM_FILE, _MODEL = "order.json", "form.json", "model"
# A fresh interpreter: a fork would inherit the threads' locks of whatever library has answered here before.
_CHILD = "import sys; from vatio.optimise.model.artefact._rebuild import do_step; do_step(sys.argv[1])"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """Hold where the model and the cases are now."""

    model: str
    cases: str
    trust: bool


def rebuild(recipe: Path, *, model: str, cases: str, out: Path, trust: bool = False) -> Artefact:
    """Make the artefact of a recipe again, in a folder of its own; its files are byte for byte those of the recipe.

    Each step is done in a process of its own, as in the search. ``model`` and ``cases`` are given as they were to the
    search, from wherever they are now.

    Raises:
        UsageError: the recipe cannot be read, the folder is not empty, or the model or the cases are not the recipe's.
        ArtefactRefused: other bytes came out; they are kept in the folder, and the error says which, and what differs here.
        MeasureError: a step could not be done.
    """
    asked, given = read_recipe(recipe), _Given(model=model, cases=cases, trust=trust)
    with _writing(out):
        if out.exists() and any(out.iterdir()):
            raise UsageError(f"{out} is not empty", hint="give a folder of its own: --out DIR")
    found = _checked(asked, given)
    with _writing(out):
        out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".building-") as name:
        form, saved = _made(asked, given, found, Path(name))
        files = digests(saved)
        _compare(asked, files, place_of(form.kind, files), saved, out)
        fresh = Path(name) / "artefact"
        artefact = write_artefact(fresh, form, task=found.parted.task, recipe=asked, saved=saved)
        for each in fresh.iterdir():
            each.rename(out / each.name)
    return artefact


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    """Say that it is the folder where it cannot be read or made."""
    try:
        yield
    except OSError as error:
        raise unwritable(out, error) from error


def do_step(folder: str) -> None:
    """Do one step as a trial does, as its order in the folder says, and leave there what came of it."""
    said: dict[str, Any]
    try:
        said = _done(Path(folder))
    except VatioError as error:
        said = {"error": str(error), "hint": error.hint}
    write_whole(str(Path(folder) / _FORM_FILE), json.dumps(said).encode())


def _done(folder: Path) -> dict[str, Any]:
    order = json.loads((folder / _ORDER_FILE).read_bytes())
    asked, step = read_recipe(folder.parent / "recipe.json"), Step(**order["step"])
    found = read_all(_request(asked, _Given(**order["given"])))
    before = found.baseline.form if order["before"] is None else _loaded(Path(order["before"]))
    technique: Technique = load("techniques", step.technique)()
    made = technique.apply(before, Offer(params=step.params), found.parted.task)
    runtime: Runtime = load("runtimes", made.kind)()
    (folder / _MODEL).mkdir()
    runtime.save(made, folder / _MODEL)
    return {"kind": made.kind, "answers": made.answers, "settings": dict(made.settings)}


def _request(asked: Recipe, given: _Given) -> ModelRequest:
    return ModelRequest(
        model=given.model,
        cases=given.cases,
        budget=read_budget("1cpu-s"),  # nothing is searched: none of it is spent
        quality=next(iter(asked.quality), "accuracy"),
        target=asked.target,
        batches=asked.batches,
        seed=asked.seed,
        trust=given.trust,
    )


def _checked(asked: Recipe, given: _Given) -> Found:
    """Read the model and the cases, which must be the recipe's.

    Raises:
        UsageError: they are not.
    """
    found = read_all(_request(asked, given))
    pairs = {
        f"the model {given.model}": (found.baseline.sha256, asked.model_sha256, asked.model),
        f"the cases {given.cases}": (found.cases_sha256, asked.cases_sha256, asked.cases),
    }
    for name, (own, named, source) in pairs.items():
        if own != named:
            raise UsageError(
                f"{name}: not what the recipe was made from ({own[:12]}, not {named[:12]})", hint=f"it was {source}"
            )
    return found


def _made(asked: Recipe, given: _Given, found: Found, folder: Path) -> tuple[Form, Path]:
    """Do all steps; gives the form as it is loaded back, and where it was saved."""
    write_json(folder / "recipe.json", asked)
    before: Path | None = None
    for at, step in enumerate(asked.steps, start=1):
        into = folder / str(at)
        into.mkdir()
        order = {"step": asdict(step), "given": asdict(given), "before": None if before is None else str(before)}
        write_whole(str(into / _ORDER_FILE), json.dumps(order).encode())
        _in_child(step, into)
        before = into
    if before is not None:
        return _loaded(before), before / _MODEL
    form = found.baseline.form
    (folder / _MODEL).mkdir()
    load("runtimes", form.kind)().save(form, folder / _MODEL)
    return form, folder / _MODEL


def _in_child(step: Step, folder: Path) -> None:
    """Have one step done in a fresh process, so that nothing of an earlier one is left in its libraries.

    Raises:
        MeasureError: the step could not be done, with its reason.
    """
    # As imports go here: the user's own modules may have been found by a path that somebody has added.
    environ = {**environment(), "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(folder)], env=environ, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    said = _said(folder)
    if done.returncode != 0 or "error" in said or not said:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        reason = said.get("error") or last or f"its process ended with {done.returncode}"
        raise MeasureError(f"the step {step.text!r} could not be done: {reason}", hint=said.get("hint", ""))


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
