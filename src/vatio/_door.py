"""Open a room's door lazily (PEP 562): a public name loads its file when it is first used, and nothing before."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module


def door(room: str, files: dict[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Give a package its ``__getattr__``, ``__dir__`` and ``__all__``; ``files`` maps a module to its public names."""
    homes = {name: module for module, names in files.items() for name in names.split()}

    def open_name(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        home = homes[name]
        module = import_module(f"{room}.{home}" if home.startswith("_") else home)
        found = getattr(module, name)
        setattr(sys.modules[room], name, found)
        return found

    return open_name, lambda: sorted(homes), sorted(homes)
