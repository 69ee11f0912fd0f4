"""Rebuild the environment of a run from its lock, and look whether it is the run's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from vatio.govern.bundle import read_lock
from vatio.govern.bundle.environment import build_environment
from vatio.govern.reproduce._interpreter import interpreter_at, is_patched
from vatio.govern.reproduce._preparation import Preparation


def rebuilt(ready: Preparation, *, folder: str, environ: Mapping[str, str]) -> Preparation:
    """Build the environment of the lock, and hold every distribution in it against the run's.

    Raises:
        EnvironmentFailed: it could not be built.
    """
    choice = ready.choice
    if choice.lock is None:
        return ready
    lock = read_lock(choice.lock)
    python = build_environment(
        lock, folder=folder, python=choice.base, wheels=choice.wheels, offline=choice.wheels is not None, environ=environ
    )
    original = ready.original
    found = interpreter_at(python, original.environment, environ, started_at=original.record.started_at)
    kept = tuple(one for one in ready.contradictions if not is_patched(one))
    patched = tuple(one for one in found.differences if is_patched(one))
    return replace(
        ready,
        choice=replace(choice, interpreter=found._replace(editable=choice.interpreter.editable)),
        contradictions=(*kept, *patched),
        differences=tuple(one for one in found.differences if one not in patched),
    )
