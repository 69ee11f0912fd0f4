"""Copy the sources of a folder that no git work tree holds, so that what ran there can be run again."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from hashlib import sha256

from vatio.measure.snapshot._git import Change, code_copy, read_source, state_of

_MOST_FILES, _MOST_SEEN, _MOST_BYTES = 300, 5000, 4 << 20
_DEEPEST = 5
_SOURCES = (
    ".py", ".pyx", ".ipynb", ".sh", ".r", ".jl", ".c", ".cc", ".cpp", ".cu", ".h", ".hpp", ".rs", ".js", ".ts",
    ".toml", ".cfg", ".ini", ".yaml", ".yml", ".lock",
)  # fmt: skip
_SKIPPED = frozenset(("__pycache__", "node_modules", "site-packages"))
_ENVIRONMENT = "pyvenv.cfg"


def find_loose(folder: str, argv: Sequence[str], *, home: str, copy: bool) -> Generator[bool, None, Change]:
    """Digest and copy the sources below a folder, and the files of it that the command names; of a home only the latter."""
    names = [*_named(folder, argv)]
    if os.path.realpath(folder) not in (os.path.realpath(home or os.sep), os.sep):
        names += yield from _below(folder)
    sources: dict[str, bytes] = {}
    left_out, room_bytes = [], _MOST_BYTES
    for name in dict.fromkeys(names):
        data = read_source(os.path.join(folder, name)) if len(sources) < _MOST_FILES else None
        if data is None or len(data) > room_bytes:
            left_out.append(name)
        else:
            sources[name], room_bytes = data, room_bytes - len(data)
        yield False
    if not sources:
        return Change(None, None)
    files = {name: sha256(data).hexdigest() for name, data in sources.items()}
    digest = sha256("".join(f"\0{name}\0{files[name]}" for name in sorted(files)).encode("utf-8", "surrogateescape"))
    kept = code_copy(None, b"", sources) if copy else None
    return Change(digest.hexdigest(), kept, tuple(sorted(left_out)), files=files)


def changed_loose(folder: str, files: Mapping[str, str]) -> tuple[str, ...]:
    """Name the sources that are not what they were when they were copied."""
    return tuple(name for name in sorted(files) if state_of(os.path.join(folder, name)) != files[name])


def _named(folder: str, argv: Sequence[str]) -> Generator[str, None, None]:
    for word in argv[1:]:
        path = os.path.normpath(os.path.join(folder, word)) if word and "\0" not in word else folder
        if path.startswith(folder.rstrip(os.sep) + os.sep) and os.path.isfile(path):
            yield os.path.relpath(path, folder)


def _below(folder: str) -> Generator[bool, None, list[str]]:
    found: list[str] = []
    seen = 0
    for place, folders, files in os.walk(folder):
        depth = os.path.relpath(place, folder).count(os.sep)
        looked_into = depth < _DEEPEST and not (place != folder and _ENVIRONMENT in files)
        folders[:] = sorted(one for one in folders if looked_into and one not in _SKIPPED and not one.startswith("."))
        for name in sorted(files) if looked_into else ():
            seen += 1
            if name.lower().endswith(_SOURCES):
                found.append(os.path.relpath(os.path.join(place, name), folder))
        if seen > _MOST_SEEN or len(found) > _MOST_FILES:
            break
        yield False
    return found
