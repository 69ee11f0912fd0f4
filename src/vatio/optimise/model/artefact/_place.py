"""Name what may change a model's answers though its files are the same: the processor's instructions, the libraries."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from vatio.measure.snapshot import processor

# The distributions that answer for each kind of form; one that holds another kind within it names that in its settings.
_LIBRARIES: dict[str, tuple[str, ...]] = {
    "sklearn": ("numpy", "scipy", "scikit-learn", "skops"),
    "onnx": ("numpy", "onnxruntime"),
    "treelite": ("numpy", "treelite"),
    "linear": ("numpy",),
    "rule": ("numpy",),
    "cached": ("numpy",),
    "torch": ("numpy", "torch"),
    "openvino": ("numpy", "openvino"),
    "text": ("numpy", "tokenizers"),
    "static": ("numpy", "tokenizers"),
}


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


def place_of(kind: str, settings: Mapping[str, Any]) -> Place:
    """Name this machine's instructions and the versions of what a form of this kind answers with."""
    names = dict.fromkeys(name for each in (kind, *_kinds(settings)) for name in _LIBRARIES.get(each, ("numpy",)))
    found = {name: known for name in names if (known := _version(name)) is not None}
    chip = processor()
    isa = (chip.isa if chip else None) or sys.platform
    return Place(isa=isa, versions={"python": f"{sys.version_info[0]}.{sys.version_info[1]}", **found})


def _kinds(settings: Any) -> Iterator[str]:
    """Find the kinds that a form's settings name: of the form that it wraps, of its encoder."""
    if isinstance(settings, Mapping):
        for name, value in settings.items():
            if isinstance(value, str) and value in _LIBRARIES and name in ("kind", "encoder", "inner", "runtime"):
                yield value
            yield from _kinds(value)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
