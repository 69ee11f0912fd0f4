"""What is written beside a model, ``vatio.artefact/1``: what it is, what it answers, where it was seen to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from vatio.errors import ArtefactRefused, InvalidRecord
from vatio.files import write_whole
from vatio.optimise.model._digest import digest_of
from vatio.optimise.model.artefact._place import Place
from vatio.records import from_json, to_json

ARTEFACT_FILE, RECIPE_FILE, MODEL_FOLDER, PROBES_FOLDER = "artefact.json", "recipe.json", "model", "probes"
# texts: a list of strings; cells: an array of objects, numbers and texts; else the name of a number's type.
TEXTS, CELLS = "texts", "object"
_SEAL = "sha256"
_AGAIN = "build it again: its recipe says how"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseShape:
    """Hold what one case is: ``dtype`` a number's type, object or texts; ``shape`` without the axis of the cases."""

    dtype: str
    shape: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """Hold what must be known to answer with a model that lies in ``model/``, and to tell whether it still is that model.

    ``kind``, ``answers`` and ``settings`` are its form's; ``classes`` the labels by column, none for a regression. ``files``
    have their SHA-256. ``place`` is where it was seen to answer the cases in ``probes/``; elsewhere their answers must be
    the same within ``tolerance_ratio``. ``quality`` is by metric, ``change`` what the model has lost or won by its ``chain``.
    """

    SCHEMA: ClassVar[str] = "vatio.artefact/1"

    kind: str
    answers: str
    settings: Mapping[str, Any]
    classes: tuple[Any, ...]
    chain: tuple[str, ...]
    batch: int
    case: CaseShape
    files: Mapping[str, str]
    place: Place
    tolerance_ratio: float
    quality: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


def read_artefact(folder: Path) -> Artefact:
    """Read what is said beside a model, and check every file of it.

    Raises:
        ArtefactRefused: it is not there, cannot be read, or its files are not those that were written.
    """
    try:
        said = json.loads((folder / ARTEFACT_FILE).read_bytes())
        seal = said.pop(_SEAL, None) if isinstance(said, dict) else None
        found = from_json(Artefact, said)
    except FileNotFoundError as error:
        raise ArtefactRefused(f"{folder} holds no model", hint=f"give the folder in which {ARTEFACT_FILE} lies") from error
    except (OSError, ValueError, RecursionError, InvalidRecord) as error:
        raise ArtefactRefused(f"cannot read {folder / ARTEFACT_FILE}: {error}", hint=_AGAIN) from error
    if seal != _seal_of(said):
        raise ArtefactRefused(f"{folder / ARTEFACT_FILE} is not what was written", hint=_AGAIN)
    held = digests(folder)
    wrong = sorted(name for name in {*held, *found.files} if held.get(name) != found.files.get(name))
    if wrong:
        said = ", ".join(f"{name} ({_what(name, held, found.files)})" for name in wrong[:5])
        raise ArtefactRefused(f"{folder} is not what was written: {said}", hint=_AGAIN)
    return found


def write_description(folder: Path, artefact: Artefact) -> None:
    """Write what a model is, sealed by a digest: a label that is exchanged there would change every answer."""
    write_json(folder / ARTEFACT_FILE, sealed(to_json(artefact)))


def sealed(said: Mapping[str, Any]) -> dict[str, Any]:
    """Add to a description the digest of the rest of it."""
    return {**said, _SEAL: _seal_of(said)}


def _seal_of(said: Mapping[str, Any]) -> str:
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def write_json(path: Path, record: object) -> None:
    """Write a record so that people can read it, and whole or not at all."""
    written = json.dumps(to_json(record), indent=1, allow_nan=False, ensure_ascii=False)
    write_whole(str(path), f"{written}\n".encode())


def digests(folder: Path) -> dict[str, str]:
    """Give the SHA-256 of every file below a folder but the two that say what it is.

    Raises:
        ArtefactRefused: a link is among them: what it leads to may change.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise ArtefactRefused(f"{path} is a link", hint="copy what it leads to")
        if path.is_file() and name not in (ARTEFACT_FILE, RECIPE_FILE):
            found[name] = digest_of(path)
    return found


def _what(name: str, held: Mapping[str, str], said: Mapping[str, str]) -> str:
    if name not in held:
        return "missing"
    return "other bytes" if name in said else "not of it"
