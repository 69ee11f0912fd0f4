"""Choose the environment of a replay: the one that is here, where it is the same byte by byte, else one from the run's lock."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from vatio.errors import InvalidLock
from vatio.govern.bundle import Bundle, Lock, read_lock
from vatio.govern.reproduce._files import digest_now
from vatio.govern.reproduce._interpreter import Interpreter, interpreter_at, interpreter_version, needs_python, same_minor
from vatio.govern.reproduce._original import Original
from vatio.measure.snapshot import Veil
from vatio.records import Environment

# The most exact kind first.
_KINDS = ("pylock.toml", "uv.lock", "requirements.lock", "requirements.txt")


class Locked(NamedTuple):
    """Hold a lock that can rebuild an environment; ``why`` says why there is none."""

    path: str
    lock: Lock | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Hold the environment of a replay: the interpreter at hand, or the ``lock`` to rebuild it from by ``base``.

    ``wheels`` is the folder of a bundle's wheels: then nothing is fetched.
    ``told`` says which of both it is, ``missing`` what neither has, ``notes`` why.
    """

    interpreter: Interpreter
    told: str
    lock: str | None = None
    base: str | None = None
    wheels: str | None = None
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def choose(original: Original, *, environ: Mapping[str, str], veil: Veil) -> Choice:
    """Choose where to replay: here where every distribution has the bytes, else from the lock, else here all the same."""
    environment, nothing = original.environment, Interpreter("", "", ())
    if not needs_python(environment):
        return Choice(interpreter=nothing, told="this machine's; the command names no Python")
    if original.bundle is not None:
        return _of_bundle(original, original.bundle, environ, veil)
    executable, version = executable_of(original, veil), environment.python.get("version", "")
    started_at = original.record.started_at
    at_hand = interpreter_at(executable, environment, environ, started_at=started_at) if os.path.isfile(executable) else None
    usable = at_hand is not None and same_minor(version, at_hand.version)
    if at_hand is not None and usable and not at_hand.differences:
        told = f"this one, {executable} ({at_hand.version}); every distribution has the run's bytes"
        return Choice(interpreter=at_hand, told=told, notes=at_hand.notes)
    locked = lock_of(environment, original.folder, veil=veil)
    base = base_python(version, executable, environ)
    if locked.lock is not None and base is not None:
        name, packages = os.path.basename(locked.path), len(locked.lock.packages)
        told = f"rebuilt from {name}, {packages} packages by their hashes"
        notes = tuple(f"not so here: {one.reason}" for one in at_hand.differences) if at_hand is not None else ()
        return Choice(interpreter=at_hand or nothing, told=told, lock=locked.path, base=base, notes=notes)
    if at_hand is not None and usable:
        told = f"this one, {executable} ({at_hand.version}), although it is not the run's"
        return Choice(interpreter=at_hand, told=told, notes=(f"the environment is not rebuilt: {locked.why}",))
    is_here = f"{executable} is gone" if at_hand is None else f"{executable} is {at_hand.version}"
    why = f"no Python {version} was found" if locked.lock is not None else locked.why
    return Choice(interpreter=at_hand or nothing, told="", missing=(f"its interpreter, Python {version}: {is_here}; {why}",))


def executable_of(original: Original, veil: Veil) -> str:
    """Give the whole path of the run's interpreter, as it was; empty where its command named none."""
    told = veil.bare(original.environment.python.get("executable", ""))
    return os.path.normpath(os.path.join(original.folder, told)) if told else ""


def _of_bundle(original: Original, bundle: Bundle, environ: Mapping[str, str], veil: Veil) -> Choice:
    """Choose the bundle's own wheels: what is installed here is not asked."""
    python = original.environment.python
    version = python.get("version", "")
    base = base_python(version, executable_of(original, veil), environ)
    folders = (os.path.join(original.root, os.path.relpath(path, bundle.code)) for path in bundle.editable)
    interpreter = Interpreter("", version, (), tuple(os.path.normpath(path) for path in folders))
    if bundle.lock is None or base is None:
        lacks = "the bundle has no lock of its packages" if bundle.lock is None else f"no Python {version} was found here"
        return Choice(interpreter=interpreter, told="", missing=(f"its interpreter, Python {version}: {lacks}",))
    told = f"rebuilt from the bundle's lock, {len(bundle.lock.packages)} packages by their hashes, without a network"
    lock = os.path.join(bundle.folder, "pylock.toml")
    return Choice(interpreter=interpreter, told=told, lock=lock, base=base, wheels=bundle.wheels)


def lock_of(environment: Environment, folder: str, *, veil: Veil) -> Locked:
    """Find a lock that the run was recorded with, unchanged, and that locks every package by its hash."""
    why = "the run was recorded without a lock file"
    ranked = sorted(environment.locks, key=lambda item: _rank(item.path))
    for item in ranked:
        path = os.path.normpath(os.path.join(folder, veil.bare(item.path)))
        if _rank(path) == len(_KINDS):
            continue
        if item.sha256 is None or digest_now(path).sha256 != item.sha256:
            why = f"{item.path} is not the lock any more that the run was recorded with"
            continue
        try:
            return Locked(path, read_lock(path))
        except InvalidLock as error:
            why = str(error)
    return Locked("", None, why)


def base_python(version: str, wanted: str, environ: Mapping[str, str]) -> str | None:
    """Find an interpreter of a minor version: the run's own, this one, or one on PATH."""
    minor = ".".join(version.split(".")[:2])
    named = [os.path.join(place, f"python{minor}") for place in environ.get("PATH", "").split(os.pathsep) if place and minor]
    for path in (wanted, sys.executable, *named):
        if path and os.path.isfile(path) and same_minor(version, interpreter_version(path) or "0"):
            return path
    return None


def _rank(path: str) -> int:
    name = os.path.basename(path)
    return _KINDS.index(name) if name in _KINDS else len(_KINDS)
