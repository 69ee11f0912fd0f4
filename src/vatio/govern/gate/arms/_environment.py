"""Give each arm the environment of its own tree, so that neither sees the other's."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from vatio.govern.gate.arms._repository import foreign_variables

# Told to what runs in an arm: that a gate is going on (so that none starts within), and where the candidate lies.
WITHIN = "VATIO_RUN_GATE"
CANDIDATE = "VATIO_RUN_CANDIDATE"
VENV = ".venv"
# Each names one environment for whoever installs, whichever tree that happens in.
_ONE_FOR_ALL = ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "POETRY_ACTIVE", "PIPENV_ACTIVE", "PYTHONHOME", "__PYVENV_LAUNCHER__")

# By these CI services name the checkout, from which a command may start.
_CHECKOUTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "WORKSPACE", "BUILD_SOURCESDIRECTORY", "TRAVIS_BUILD_DIR")

# Without compiled files a fresh tree is compiled anew at each run, and one that was used before is not.
_ALIKE: dict[str, str | None] = {"PYTHONDONTWRITEBYTECODE": None, "OLDPWD": None}


def setup_environ(environ: Mapping[str, str], *, home: str, tree: str) -> dict[str, str]:
    """Give the environment in which an arm's setup runs: whatever environment is active is not there."""
    changed = {**arm_environ(environ, home=home, tree=tree, folder=tree), **dict.fromkeys(_ONE_FOR_ALL)}
    return {name: value for name, value in {**environ, **changed}.items() if value is not None}


def arm_environ(
    environ: Mapping[str, str], *, home: str, tree: str, folder: str, venv: str | None = None
) -> dict[str, str | None]:
    """Say what differs, for the arm of ``tree``, from the environment of the gate, which stands in ``home``.

    ``venv`` is the environment that the arm's setup made; its programs come first.
    """
    changed: dict[str, str | None] = {**foreign_variables(environ), **_ALIKE, WITHIN: "1", CANDIDATE: home, "PWD": folder}
    changed |= {name: moved(environ[name], home, tree) for name in _CHECKOUTS if name in environ}
    if environ.get("PYTHONPATH"):
        parts = environ["PYTHONPATH"].split(os.pathsep)
        changed["PYTHONPATH"] = os.pathsep.join(moved(part, home, tree) for part in parts)
    if venv is not None:
        inside = {name: None for name in _ONE_FOR_ALL if name in environ}
        rest = [part for part in environ.get("PATH", os.defpath).split(os.pathsep) if not _is_active_venv(part, environ)]
        programs = os.path.join(venv, "Scripts" if os.name == "nt" else "bin")
        changed = {**changed, **inside, "PATH": os.pathsep.join((programs, *rest)), "VIRTUAL_ENV": venv}
    return changed


def moved(path: str, home: str, tree: str) -> str:
    """Give the path in ``tree`` of what lies in ``home``; every other path as it is.

    >>> moved("/src/x/lib", "/src/x", "/tmp/y"), moved("lib", "/src/x", "/tmp/y"), moved("/src/xy", "/src/x", "/tmp/y")
    ('/tmp/y/lib', 'lib', '/src/xy')
    """
    if not os.path.isabs(path) or home == tree:
        return path
    inside = relative_to(path, home)
    return path if inside is None else os.path.normpath(os.path.join(tree, inside))


def relative_to(path: str, home: str) -> str | None:
    """Give the part of a path below ``home``; ``None`` where it lies elsewhere. Links above the last part are followed."""
    at = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
    for one in (os.path.normpath(path), at):
        if one == home or one.startswith(home.rstrip(os.sep) + os.sep):
            return os.path.relpath(one, home)
    return None


def moved_command(command: tuple[str, ...], home: str, tree: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give a command whose absolute paths in the candidate's tree are those of the arm's, and the paths that are not there.

    What the arm's tree has not (data that git does not keep, an environment) stays the candidate's.
    """
    shared: list[str] = []

    def there(path: str) -> str:
        target = moved(path, home, tree)
        if target == path or os.path.exists(target):
            return target
        shared.append(path)
        return path

    words = []
    for word in command:
        name, equals, path = word.partition("=") if word.startswith("-") and "=" in word else ("", "", word)
        # What a shell is given has its paths among other words.
        is_path = os.path.isabs(path) and relative_to(path, home) is not None
        words.append(f"{name}{equals}{there(path) if is_path else _paths_below(home).sub(lambda found: there(found[0]), path)}")
    return tuple(words), tuple(shared)


def _paths_below(home: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w./-]){re.escape(home)}(?![^/\s'\";:,=)&|])[^\s'\";:,=)&|]*")


def _is_active_venv(part: str, environ: Mapping[str, str]) -> bool:
    active = environ.get("VIRTUAL_ENV")
    return bool(active) and os.path.dirname(os.path.normpath(part)) == os.path.normpath(active or "")
