"""Name what may change a model's answers though its files are the same: the processor's instructions, the libraries."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from vatio.measure.snapshot import processor

# The distributions that answer, by what lies in the model's folder: a form may hold another within it.
_BY_NAME = {
    ".skops": ("scikit-learn", "scipy", "skops"),
    ".onnx": ("onnxruntime",),
    ".xml": ("openvino",),
    ".safetensors": ("torch",),
    ".treelite": ("treelite",),
    "tokenizer.json": ("tokenizers",),
    "config.json": ("transformers",),
}
# Those of kinds whose files have no such names.
_BY_KIND = {"treelite": ("treelite",), "torch": ("torch",), "openvino": ("openvino",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Hold where a model was seen to answer: ``isa`` is the architecture with a digest of the processor's flags."""

    isa: str
    versions: Mapping[str, str] = field(default_factory=dict)

    def differences(self, other: Place) -> tuple[str, ...]:
        """Say in words what is different there.

        >>> Place(isa="x", versions={"torch": "2"}).differences(Place(isa="x", versions={"torch": "3"}))
        ('torch 3 instead of 2',)
        """
        found = [] if self.isa == other.isa else [f"a processor {other.isa} instead of {self.isa}"]
        for name in sorted({*self.versions, *other.versions}):
            before, after = self.versions.get(name), other.versions.get(name)
            if before != after:
                found.append(f"{name} {after or 'not installed'} instead of {before or 'none'}")
        return tuple(found)


def place_of(kind: str, files: Iterable[str]) -> Place:
    """Name this machine's instructions and the versions of what a form of this kind, kept in these files, answers with."""
    held = [name.rpartition("/")[2] for name in files]
    names = ["numpy", *_BY_KIND.get(kind, ())]
    names += [
        library for end, libraries in _BY_NAME.items() for library in libraries if any(name.endswith(end) for name in held)
    ]
    found = {name: known for name in dict.fromkeys(names) if (known := _version(name)) is not None}
    chip = processor()
    isa = (chip.isa if chip else None) or sys.platform
    return Place(isa=isa, versions={"python": f"{sys.version_info[0]}.{sys.version_info[1]}", **found})


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
