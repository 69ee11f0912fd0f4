"""Write a container's recipe into a new folder: what is built from it is decided by who builds it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from typing import NamedTuple

from vatio.config import Config
from vatio.errors import MeasureError, UsageError
from vatio.govern.bundle import Lock
from vatio.govern.bundle.locks import requirements_text
from vatio.govern.container._recipe import Recipe, devcontainer, dockerfile, recipe_of
from vatio.govern.reproduce import Original, ReproduceRequest, clear_code, lay_out_code, lock_of, original_of, prepare, veil_of
from vatio.ledger import open_to_read
from vatio.measure.snapshot import Veil
from vatio.records import RunRecord


class Written(NamedTuple):
    """Hold what was written: its files below the folder, and what of it no digest holds."""

    files: tuple[str, ...]
    remarks: tuple[str, ...]


def write_container(run: str, *, out: str, image: str | None = None, config: Config, environ: Mapping[str, str]) -> Written:
    """Write Dockerfile, .devcontainer/devcontainer.json, requirements.txt, inputs.sha256 and the run's code to a new folder.

    Raises:
        UsageError: the folder is there already, the run has no snapshot, the image's name is none.
        MeasureError: the code or an argument of the run was not kept.
    """
    if os.path.lexists(out):
        raise UsageError(f"{out} is there already", hint="--out names a folder that is not there")
    veil = veil_of(environ)
    with open_to_read(config, environ=environ) as ledger:
        original = original_of(ledger, run, veil=veil)
        if isinstance(original, RunRecord):
            raise UsageError("the run has no snapshot of its surroundings", hint='[record] environment = "full"')
        ready = prepare(original, ReproduceRequest(run=run, environ=environ), veil=veil)
        if lacking := [one for one in ready.missing if one.startswith(("its code", "word "))]:
            raise MeasureError(f"the recipe lacks {'; '.join(lacking)}")
        locked = lock_of(original.environment, original.folder, veil=veil)
        recipe = recipe_of(original.record, command=ready.command.words, image=image, is_locked=locked.lock is not None)
        files = _files(recipe, original, locked.lock)
        try:
            os.makedirs(out)
            _lay_out(original, out, veil, environ)
            for name, text in files.items():
                _write(os.path.join(out, name), text)
        except BaseException:
            shutil.rmtree(out, ignore_errors=True)
            raise
    return Written((*files, "code/"), recipe.remarks)


def _files(recipe: Recipe, original: Original, lock: Lock | None) -> dict[str, str]:
    files = {
        "Dockerfile": dockerfile(recipe),
        ".devcontainer/devcontainer.json": devcontainer(recipe),
        "requirements.txt": requirements_text(lock) if lock is not None else "\n".join((*recipe.packages, "")),
    }
    return {**files, "inputs.sha256": _sums(original)} if recipe.inputs else files


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _lay_out(original: Original, out: str, veil: Veil, environ: Mapping[str, str]) -> None:
    code = os.path.join(out, "code")
    lay_out_code(original, code, environ)
    clear_code(original, code, veil=veil)
    shutil.rmtree(os.path.join(code, ".git"), ignore_errors=True)


def _sums(original: Original) -> str:
    files = [item for item in original.environment.inputs if item.sha256 is not None and not os.path.isabs(item.path)]
    return "".join(f"{item.sha256}  {item.path}\n" for item in files)
