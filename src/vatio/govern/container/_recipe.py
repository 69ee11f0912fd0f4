"""Put a recipe together from what a run recorded; the base image's digest is the user's or the record's, never made up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vatio.errors import UsageError
from vatio.records import Environment, FileDigest, RunRecord

_IMAGE = re.compile(r"[a-z0-9][a-zA-Z0-9._/:-]*(@sha256:[0-9a-f]{64})?")
_PINNED = re.compile(r"@sha256:[0-9a-f]{64}$")
_UNPINNED = "NOT PINNED: no digest of the base image was given, so that it may be another one tomorrow"
_WITHOUT = "vatio is not in it: where the code imports it, install the one that you have"
_FOLDER = "/run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Hold what a container is made from. ``image`` is the base image, ``workdir`` the command's folder below the code.

    ``is_locked``: packages are installed by their hashes; ``packages`` are those that are installed by version otherwise.
    ``needs_vatio``: vatio was installed where the run was, and its code may import it.
    """

    run: str
    image: str
    command: tuple[str, ...]
    variables: Mapping[str, str]
    inputs: tuple[FileDigest, ...]
    is_locked: bool
    packages: tuple[str, ...] = ()
    workdir: str = ""
    needs_vatio: bool = False

    @property
    def is_pinned(self) -> bool:
        """Tell whether the base image is named by its digest."""
        return bool(_PINNED.search(self.image))

    @property
    def remarks(self) -> tuple[str, ...]:
        """Say what of the recipe is not held by a digest."""
        image = () if self.is_pinned else (f"the base image {self.image} is {_UNPINNED}",)
        return (
            *image,
            *(() if self.is_locked else ("packages are NOT LOCKED: no lock with hashes was recorded, only versions",)),
            *((_WITHOUT,) if self.needs_vatio else ()),
        )


def recipe_of(record: RunRecord, *, command: tuple[str, ...], image: str | None, is_locked: bool) -> Recipe:
    """Make the recipe of a run; without an ``image`` that of its Python's version, unpinned.

    Raises:
        UsageError: the run has no snapshot, or the image's name is none.
    """
    environment = record.environment
    if environment is None:
        raise UsageError("the run has no snapshot of its surroundings", hint='[record] environment = "full"')
    chosen = image or _recorded(environment.container) or f"python:{environment.python.get('version') or '3'}-slim"
    if not _IMAGE.fullmatch(chosen):
        raise UsageError(f"{chosen!r} is no name of an image", hint="--base-image python:3.11.7-slim@sha256:<64 digits>")
    return Recipe(
        run=record.id,
        image=chosen,
        command=("python", *command[1:]) if environment.python.get("found_by") == "argv" else command,
        variables={**environment.determinism, **environment.seeds},
        inputs=environment.inputs,
        is_locked=is_locked,
        packages=() if is_locked else tuple(_versions(environment)),
        workdir=environment.git.folder if environment.git is not None else "",
        needs_vatio=any(item.name == "vatio" for item in environment.distributions),
    )


def dockerfile(recipe: Recipe) -> str:
    """Write the Dockerfile."""
    return "".join(f"{line}\n" for line in _lines(recipe))


def devcontainer(recipe: Recipe) -> str:
    """Write the devcontainer.json that builds from the Dockerfile."""
    written: dict[str, Any] = {
        "name": f"vatio run {recipe.run}",
        "build": {"dockerfile": "../Dockerfile", "context": ".."},
        "workspaceFolder": _workdir(recipe),
        "overrideCommand": True,
    }
    return json.dumps(written, indent=2) + "\n"


def _versions(environment: Environment) -> Iterator[str]:
    """List what was installed; vatio itself is no part of a run's environment."""
    yield from (f"{item.name}=={item.version}" for item in environment.distributions if item.name != "vatio")


def _lines(recipe: Recipe) -> Iterator[str]:
    yield f"# The container of vatio run {recipe.run}."
    yield from (f"# {remark}." for remark in recipe.remarks)
    yield f"FROM {recipe.image}"
    yield f"WORKDIR {_FOLDER}"
    yield "COPY requirements.txt ./"
    hashes = "--require-hashes --no-deps " if recipe.is_locked else ""
    yield f"RUN python -m pip install --no-cache-dir {hashes}-r requirements.txt"
    yield "COPY code/ ./"
    for name, value in sorted(recipe.variables.items()):
        if name.isidentifier():
            yield f"ENV {name}={_quoted(value)}"
    yield f"WORKDIR {json.dumps(_workdir(recipe))}"
    if recipe.inputs:
        yield "# Data is not in the image: mount it where the run found it. It is checked before the command starts."
        yield f"COPY inputs.sha256 {_FOLDER}.sha256"
        words = ["sh", "-c", f'sha256sum --check --quiet {_FOLDER}.sha256 && exec "$@"', "sh"]
        yield f"ENTRYPOINT {json.dumps(words)}"
    yield f"CMD {json.dumps(list(recipe.command))}"


def _workdir(recipe: Recipe) -> str:
    return f"{_FOLDER}/{recipe.workdir}".rstrip("/")


def _quoted(value: str) -> str:
    """Quote a value so that neither Docker's own variables nor an end of line are read in it."""
    plain = "".join(letter if letter.isprintable() else " " for letter in value)
    return json.dumps(plain, ensure_ascii=False).replace("$", "\\$")


def _recorded(container: str | None) -> str | None:
    """Give the image that a run was recorded in, where its record has the digest."""
    return container if container is not None and _PINNED.search(container) and _IMAGE.fullmatch(container) else None
