"""List what is installed in an environment, by its files; no interpreter is started for it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlparse

from vatio.files import regular
from vatio.govern.bundle.locks import normalised
from vatio.measure.snapshot import distribution_digest, listed, site_folders

# The replaying vatio takes the place of the one that recorded.
_OWN = "vatio"
_LARGEST_PTH_BYTES = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """Hold one distribution of an environment; ``folder`` is its ``.dist-info``.

    ``editable`` are the folders that it is imported from where it was installed to be edited: its code is not in its files.
    """

    name: str
    version: str
    folder: str
    editable: tuple[str, ...] = ()

    @property
    def sha256(self) -> str | None:
        """Digest the installed files by their true bytes; ``None`` where nothing lists them."""
        return distribution_digest(self.folder)


def installed(python: str) -> tuple[Installed, ...]:
    """List the distributions that an interpreter finds, by name; vatio itself is no part of an environment to be replayed."""
    found: dict[str, Installed] = {}
    for folder in site_folders(python, {}):
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            stem, suffix = os.path.splitext(entry.name)
            if suffix not in (".dist-info", ".egg-info") or "-" not in stem:
                continue
            name, _, version = stem.partition("-")
            name = normalised(name)
            editable = tuple(_editable(entry.path))
            item = Installed(name=name, version=version.split("-py")[0], folder=entry.path, editable=editable)
            found.setdefault(name, item)
    return tuple(found[name] for name in sorted(found) if name != _OWN)


def _editable(folder: str) -> Iterator[str]:
    """Give the folders that the ``.pth`` files of an editable distribution name, else the project's own."""
    try:
        with open(os.path.join(folder, "direct_url.json"), encoding="utf-8", opener=regular) as file:
            told = json.load(file)
        if not told["dir_info"].get("editable"):
            return
        project = unquote(urlparse(told["url"]).path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return
    paths = [path for line in listed(folder) if line.path.endswith(".pth") for path in _lines(folder, line.path)]
    yield from paths or [project]


def _lines(folder: str, name: str) -> list[str]:
    try:
        with open(os.path.join(os.path.dirname(folder), name), encoding="utf-8", opener=regular) as file:
            lines = file.read(_LARGEST_PTH_BYTES).splitlines()
    except (OSError, ValueError):
        return []
    return [line.strip() for line in lines if os.path.isabs(line.strip()) and os.path.isdir(line.strip())]
