"""Write docs/reference/library.md: every public name of every door, with its signature and first sentence."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import vatio

HEAD = """# Library

Every public name, room by room. Written by `make docs` from the code. Names whose rooms are not the package itself are
imported from their room: `from vatio.records import Span`.
"""
# Files that are no room, and that anybody may import from.
FLOOR = ("vatio.units", "vatio.plugins")


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Give the page of public names."""
    rooms = ["vatio", *_rooms("vatio", vatio.__path__), *FLOOR]
    yield "docs/reference/library.md", "\n".join([HEAD, *(_room(name) for name in rooms if _names(name))])


def _rooms(package: str, path: list[str]) -> Iterator[str]:
    for found in pkgutil.iter_modules(path, f"{package}."):
        if found.ispkg and not found.name.rpartition(".")[2].startswith("_"):
            yield found.name
            yield from _rooms(found.name, list(import_module(found.name).__path__))


def _names(room: str) -> list[str]:
    module = import_module(room)
    if room in FLOOR:
        own = [name for name, item in vars(module).items() if not name.startswith("_") and _is_own(item, room)]
        return sorted(own)
    return list(getattr(module, "__all__", ()))


def _is_own(item: object, room: str) -> bool:
    return isinstance(item, (int, float, dict)) or getattr(item, "__module__", "") == room


def _room(name: str) -> str:
    module = import_module(name)
    rows = [_row(word, getattr(module, word)) for word in _names(name)]
    return "\n".join([f"## {name}", "", _sentence(module), "", *rows, ""])


def _row(name: str, item: object) -> str:
    if not callable(item):
        return f"- `{name}`" + (f" = `{item}`" if isinstance(item, (int, float, tuple, str)) else "")
    return f"- `{name}{_signature(item)}`: {_sentence(item)}"


def _signature(item: object) -> str:
    if inspect.isclass(item):
        return ""
    try:
        signature = inspect.signature(item)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""
    return "(" + ", ".join(_parameter(one) for one in signature.parameters.values()) + ")"


def _parameter(one: inspect.Parameter) -> str:
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}.get(one.kind, "")
    given = one.default is not inspect.Parameter.empty
    return f"{stars}{one.name}" + ("=..." if given else "")


def _sentence(item: object) -> str:
    return (inspect.getdoc(item) or "").split("\n\n")[0].replace("\n", " ")
