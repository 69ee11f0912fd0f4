"""Find the Python that a command will use, without starting it, and list what is installed in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from vatio.measure._spawn import find_program
from vatio.measure.snapshot._distribution import installed_digest
from vatio.measure.snapshot._files import StatCache, cache_folder
from vatio.records import Distribution

_SHEBANG_BYTES = 512
_KINDS = (".dist-info", ".egg-info")


class Python(NamedTuple):
    """Name an interpreter by its path, and say how it was found: argv, shebang, VIRTUAL_ENV, CONDA_PREFIX or PATH."""

    executable: str
    found_by: str


def find_python(argv: Sequence[str], environ: Mapping[str, str]) -> Python | None:
    """Find the interpreter of a command: its first word, that script's first line, the active environment, or PATH."""
    program = find_program(argv[0], environ) if argv else None
    if isinstance(program, str):
        if is_python(program):
            return Python(program, "argv")
        named = _shebang(program, environ)
        if named is not None:
            return Python(named, "shebang")
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        path = os.path.join(environ.get(variable, ""), "bin", "python")
        if environ.get(variable) and os.path.exists(path):
            return Python(path, variable)
    for name in ("python3", "python"):
        found = find_program(name, environ)
        if isinstance(found, str):
            return Python(found, "PATH")
    return None


def is_python(path: str) -> bool:
    """Tell whether a program's name is an interpreter's.

    >>> is_python("/usr/bin/python3.11"), is_python("/usr/bin/python-config")
    (True, False)
    """
    name = os.path.basename(path)
    return any(name.startswith(kind) and not name[len(kind) :].strip("0123456789.t") for kind in ("python", "pypy"))


def describe(python: Python | None) -> dict[str, str]:
    """Say which Python it is (``version``, ``abi``) as far as its files tell, and which one runs vatio."""
    own = {"own_version": ".".join(map(str, sys.version_info[:3]))}
    if python is None:
        return own
    told = {"executable": python.executable, "found_by": python.found_by}
    if os.path.realpath(python.executable) == os.path.realpath(sys.executable):
        told |= {"version": own["own_version"], "abi": _own_abi()}
    else:
        version = _configured(python.executable).get("version") or _configured(python.executable).get("version_info")
        told |= {"version": version or _minor(python.executable) or "", "abi": _abi(python.executable)}
    return told | own


def distributions(python: Python | None, environ: Mapping[str, str]) -> tuple[Distribution, ...]:
    """List at once what is installed, as ``find_distributions`` does in slices."""
    steps = find_distributions(python, environ)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return tuple(end.value)


def find_distributions(
    python: Python | None, environ: Mapping[str, str], *, looks: Callable[[], bool] = lambda: True
) -> Generator[bool, None, tuple[Distribution, ...]]:
    """List what is installed by the names of its folders and the digests of its files, giving way after each.

    While ``looks()`` files are looked at; else what their RECORD tells of them is taken.
    """
    found: dict[str, Distribution] = {}
    for folder in site_folders(python.executable, environ) if python is not None else ():
        for item in (yield from _installed(folder, environ, looks)):
            found.setdefault(item.name, item)  # the first on the path is the one that is imported
    return tuple(found[name] for name in sorted(found))


def site_folders(executable: str, environ: Mapping[str, str]) -> Iterator[str]:
    """Give the folders of installed packages that this interpreter looks in, in its order."""
    for folder in environ.get("PYTHONPATH", "").split(os.pathsep):
        if folder and os.path.isdir(folder):
            yield folder
    settings = _configured(executable)
    prefixes = [os.path.dirname(os.path.dirname(os.path.abspath(executable)))]
    if settings and settings.get("include-system-site-packages", "false") == "true":
        prefixes.append(os.path.dirname(settings.get("home", "/usr/bin")))
    elif not settings:
        prefixes = [os.path.dirname(os.path.dirname(os.path.realpath(executable))), *prefixes]
    minor = _minor(executable) or f"{sys.version_info[0]}.{sys.version_info[1]}"
    seen: set[str] = set()
    for prefix in dict.fromkeys((*prefixes, *(["/usr/local"] if "/usr" in prefixes else []))):
        for name in (f"lib/python{minor}/site-packages", f"lib/python{minor}/dist-packages", "lib/python3/dist-packages"):
            folder = os.path.join(prefix, name)
            if os.path.isdir(folder) and os.path.realpath(folder) not in seen:
                seen.add(os.path.realpath(folder))
                yield folder


def _installed(folder: str, environ: Mapping[str, str], looks: Callable[[], bool]) -> Generator[bool, None, list[Distribution]]:
    cached = cache_folder(environ)
    key = sha256(folder.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    # Another name than the one under which the digests of RECORD alone were kept.
    cache = StatCache(os.path.join(cached, f"installed-{key}.json") if cached else None)
    found: list[Distribution] = []
    names: set[str] = set()
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return found
    for entry in entries:
        stem, suffix = os.path.splitext(entry.name)
        if suffix in _KINDS and "-" in stem:
            names.add(entry.name)
            name, _, version = stem.partition("-")
            digest = yield from installed_digest(entry.path, cache, looks=looks)
            name, version = name.replace("_", "-").lower(), version.split("-py")[0]
            found.append(Distribution(name=name, version=version, record_sha256=digest))
            yield False
    cache.only(names)
    cache.save()
    return found


def _shebang(path: str, environ: Mapping[str, str]) -> str | None:
    """Read the interpreter of a script: ``#!/venv/bin/python`` or ``#!/usr/bin/env -S python3 -u``."""
    try:
        with open(path, "rb") as file:
            first = file.read(_SHEBANG_BYTES).partition(b"\n")[0]
    except OSError:
        return None
    if not first.startswith(b"#!"):
        return None
    words = os.fsdecode(first[2:]).split()
    if words and os.path.basename(words[0]) == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
        found = find_program(words[0], environ) if words else None
        words = [found] if isinstance(found, str) else []
    return words[0] if words and is_python(words[0]) else None


def _configured(executable: str) -> dict[str, str]:
    """Read the pyvenv.cfg of a virtual environment; empty where there is none."""
    folder = os.path.dirname(os.path.abspath(executable))
    for place in (os.path.dirname(folder), folder):
        try:
            with open(os.path.join(place, "pyvenv.cfg"), encoding="utf-8", errors="replace") as file:
                pairs = [line.partition("=") for line in file]
        except OSError:
            continue
        return {name.strip().lower(): value.strip() for name, _, value in pairs}
    return {}


def _minor(executable: str) -> str | None:
    """Tell 3.11 of an interpreter by the name that its links lead to, or by its folder of modules."""
    name = os.path.basename(os.path.realpath(executable)).removeprefix("python").rstrip("t")
    if name.count(".") == 1 and name.replace(".", "").isdigit():
        return name
    version = _configured(executable).get("version") or _configured(executable).get("version_info", "")
    if version.count(".") >= 1:
        return ".".join(version.split(".")[:2])
    try:
        found = os.listdir(os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(executable))), "lib"))
    except OSError:
        return None
    versions = [item.removeprefix("python") for item in found if item.startswith("python3.")]
    return versions[0] if len(versions) == 1 else None


def _own_abi() -> str:
    machine = getattr(sys.implementation, "_multiarch", "")
    return f"{sys.implementation.cache_tag}-{machine}".strip("-")


def _abi(executable: str) -> str:
    minor = _minor(executable) or ""
    return f"cpython-{minor.replace('.', '')}-{os.uname().machine}" if minor else ""
