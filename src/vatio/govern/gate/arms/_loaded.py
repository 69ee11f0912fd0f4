"""Check that each arm ran the code of its own tree: an editable install makes both the candidate, and every gate passes."""

from __future__ import annotations

import filecmp
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from vatio.errors import MeasureError
from vatio.govern.gate.arms._environment import relative_to
from vatio.govern.gate.arms._side import Side

_SITE = "sitecustomize.py"
_INSTALLED = tuple(f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages"))
# What runs another program, which its words name.
_CARRIERS = ("sh", "bash", "dash", "zsh", "ksh", "env", "nice", "timeout", "taskset", "uv")
_PYTHON_WORD = re.compile(r"(?:^|[\s/;&|(])(?:python|pypy)[\d.]*(?=\s|$)")
_SETUP = '--setup "python -m venv .venv && .venv/bin/pip install -e ." gives each arm an environment of its own'


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Hold what the Python processes of one arm had loaded: their environments, and all files but Python's own."""

    prefixes: frozenset[str]
    files: Mapping[str, str]

    @property
    def is_python(self) -> bool:
        """Tell whether any Python process of the arm has reported."""
        return bool(self.prefixes)


def lay_probe(folder: str, environ: Mapping[str, str | None]) -> dict[str, str | None]:
    """Lay a probe for one repetition into a new folder, and give what differs then in the arm's environment."""
    from vatio.govern.gate.arms import _probe

    os.mkdir(folder)
    shutil.copyfile(str(_probe.__file__), os.path.join(folder, _SITE))
    before = environ.get("PYTHONPATH")
    return {**environ, "PYTHONPATH": os.pathsep.join(filter(None, (folder, before)))}


def read_probe(folder: str) -> Seen:
    """Read what the processes that came by the probe had loaded; a report that was cut off is left out."""
    prefixes: set[str] = set()
    files: dict[str, str] = {}
    for name in sorted(os.listdir(folder)):
        if not name.startswith("seen-"):
            continue
        with (
            suppress(OSError, ValueError, KeyError, TypeError, AttributeError),
            open(os.path.join(folder, name), encoding="utf-8") as file,
        ):
            report = json.load(file)
            prefixes.add(str(report["prefix"]))
            # The main files of several processes are all kept: each under a key of its own.
            files.update({(f"{key} {path}" if key == "__main__" else key): str(path) for key, path in report["files"].items()})
    return Seen(prefixes=frozenset(prefixes), files=files)


def project_modules(files: Iterable[str]) -> frozenset[str]:
    """Give the top-level names that a project's Python files are imported by: packages, below `src` too, and loose modules.

    >>> sorted(project_modules(["src/shop/cart.py", "src/shop/__init__.py", "train.py", "tools/lint.py", "setup.py"]))
    ['shop', 'train']
    """
    paths = {path.replace(os.sep, "/") for path in files}
    packages = {os.path.dirname(path) for path in paths if os.path.basename(path) == "__init__.py"}
    found = set(_top_names(paths, packages))
    # A file that has the name of a library's module is met by the library's far more often than by itself.
    return frozenset(name for name in found if name.isidentifier() and name not in sys.stdlib_module_names) - _EVERYWHERE


_EVERYWHERE = frozenset(("setup", "conftest", "tests", "test", "docs", "examples", "scripts", "benchmarks", "noxfile", "tasks"))


def _top_names(paths: Iterable[str], packages: set[str]) -> Iterator[str]:
    for path in paths:
        folder = os.path.dirname(path)
        if folder in packages:
            while os.path.dirname(folder) in packages:
                folder = os.path.dirname(folder)
            yield os.path.basename(folder)
        elif folder in ("", "src"):
            yield os.path.basename(path).removesuffix(".py")
        elif folder.startswith("src/"):  # a namespace package has no __init__.py
            yield folder.split("/")[1]


def check_loaded(side: Side, seen: Seen, *, other: str, names: frozenset[str], path: str) -> str:
    """Check what one arm had loaded against its tree and the ``other`` one; give a remark where there was nothing to check.

    ``path`` is where its program was looked for.

    Raises:
        MeasureError: a module came from elsewhere, or from an install of earlier; or what was loaded could not be seen.
    """
    arm, tree = side.arm.name, side.tree or ""
    if not seen.is_python:
        if names and (is_python(side.arm.command[0], path) or _starts_python(side.arm.command)):
            raise MeasureError(
                f"which files the {arm} loads could not be seen",
                hint="run Python without -I, -E and -S, or compare with cmd:COMMAND, where both commands name their files",
            )
        return "no Python process was seen: that each arm ran its own tree is not checked"
    own = {
        key: file for key, file in sorted(seen.files.items()) if _is_projects(key, file, names, (tree, other), seen.prefixes)
    }
    for key, file in own.items():
        if relative_to(file, tree) is None:
            raise _elsewhere(arm, key.partition(" ")[0], file, other=other)
        source = _source_of(file, tree)
        if source is not None and not filecmp.cmp(file, source, shallow=False):
            raise MeasureError(
                f"the {arm} loaded {file}, which is not {source} as it is now: an install of earlier",
                hint="let --setup install it",
            )
    return "" if own else "no file of the project was loaded: is it what is to be compared?"


def check_built(candidate: Side, seen: Seen, *, other: str) -> None:
    """Check that nothing compiled in the candidate's tree is missing from the ``other``: the baseline may do without, slowly.

    Raises:
        MeasureError: the candidate loaded such a file.
    """
    for file in seen.files.values():
        below = relative_to(file, candidate.tree or "")
        is_compiled = file.endswith((".so", ".pyd")) and not any(part in file for part in _INSTALLED)
        if is_compiled and below is not None and not os.path.exists(os.path.join(other, below)):
            raise MeasureError(
                f"the {candidate.arm.name} loaded {file}, which was built there and is not in the baseline's tree",
                hint='let --setup build it in each tree: --setup "python setup.py build_ext --inplace"',
            )


def _is_projects(key: str, file: str, names: frozenset[str], trees: tuple[str, str], prefixes: frozenset[str]) -> bool:
    """Tell whether a module is the project's: by its name, or because it lies in a tree and no installer put it there."""
    if key.partition(" ")[0].partition(".")[0] in names:
        return True
    is_script = any(os.path.dirname(file) in (f"{prefix}{os.sep}bin", f"{prefix}{os.sep}Scripts") for prefix in prefixes)
    is_installed = is_script or any(part in file for part in _INSTALLED)
    return not is_installed and any(relative_to(file, tree) is not None for tree in trees)


def _source_of(file: str, tree: str) -> str | None:
    """Find the file of the tree that an installed module was copied from; ``None`` for what was not installed."""
    _, installed, below = file.rpartition(f"{os.sep}site-packages{os.sep}")
    sources = (os.path.join(tree, "src", below), os.path.join(tree, below))
    return next((source for source in sources if os.path.isfile(source)), None) if installed else None


def _elsewhere(arm: str, module: str, file: str, *, other: str) -> MeasureError:
    loaded = "ran" if module == "__main__" else f"loaded {module} from"
    if relative_to(file, other) is not None:
        whose = "candidate" if arm == "baseline" else "baseline"
        what = "the command names it by its path" if module == "__main__" else "an editable install, or PYTHONPATH"
        return MeasureError(f"the {arm} {loaded} {file}, which is the {whose}'s ({what}): both arms would be one", hint=_SETUP)
    return MeasureError(f"the {arm} {loaded} {file}, which lies in neither tree: both arms would run that copy", hint=_SETUP)


def _starts_python(command: tuple[str, ...]) -> bool:
    """Tell whether the words that a shell or its like is given name a Python."""
    return os.path.basename(command[0]) in _CARRIERS and any(map(_PYTHON_WORD.search, command[1:]))


def is_python(name: str, path: str) -> bool:
    """Tell whether a program is Python, or a script of it."""
    program = shutil.which(name, path=path)
    if program is None:
        return False
    if os.path.basename(os.path.realpath(program)).startswith(("python", "pypy")):
        return True
    with suppress(OSError), open(program, "rb") as file:
        first = file.readline(256)
        return first.startswith(b"#!") and b"python" in first
    return False
