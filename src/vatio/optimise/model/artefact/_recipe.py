"""How a model was made, ``vatio.recipe/1``: from what, by which steps, and which bytes came out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from vatio.errors import InvalidRecord, UsageError
from vatio.optimise.model._chain import Step
from vatio.optimise.model.artefact._place import Place
from vatio.records import from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Hold all that making a model again needs, apart from the model and the cases, which are named by their digests.

    ``batches`` and ``seed`` are those of the search; ``batch`` is what this model is for. ``files`` are those of the
    model's own folder with their SHA-256, ``place`` the machine and libraries that made them.
    """

    SCHEMA: ClassVar[str] = "vatio.recipe/1"

    model: str
    model_sha256: str
    cases: str
    cases_sha256: str
    seed: int
    batches: tuple[int, ...]
    batch: int
    steps: tuple[Step, ...]
    target: str = ""
    quality: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    place: Place = field(default_factory=lambda: Place(isa=""))
    more: Mapping[str, Any] = field(default_factory=dict)


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        UsageError: it is not there, or none.
    """
    try:
        return from_json(Recipe, json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError, InvalidRecord) as error:
        raise UsageError(f"cannot read the recipe {path}: {error}", hint="give the recipe.json of an artefact") from error
