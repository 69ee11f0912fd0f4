"""Make two arms of two locks: the same code and command, each in an environment that its lock fixes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from vatio.govern.bundle import Lock, read_lock
from vatio.govern.gate.arms._environment import arm_environ
from vatio.govern.gate.arms._side import BASELINE, CANDIDATE, Side, Sides
from vatio.govern.gate.arms._trees import Work
from vatio.govern.gate.arms._worktree import scratch
from vatio.measure import Arm
from vatio.records import PackageChange


@contextmanager
def sides_of_locks(old: str, new: str, work: Work) -> Iterator[Sides]:
    """Build both environments and give the arms; the environments go when they are no longer needed.

    Raises:
        UsageError: a lock cannot be read.
        MeasureError: an environment cannot be built.
    """
    locks = {BASELINE: read_lock(old), CANDIDATE: read_lock(new)}
    packages = package_changes(locks[BASELINE], locks[CANDIDATE])
    with scratch(work.environ) as folder:
        prefixes = {name: _built(name, lock, folder, work) for name, lock in locks.items()}
        sides = [
            Side(arm=_arm(name, prefixes[name], work), label=path, prefix=prefixes[name])
            for name, path in ((BASELINE, old), (CANDIDATE, new))
        ]
        notes = () if packages else ("both locks fix the same versions: nothing would change",)
        yield Sides(baseline=sides[0], candidate=sides[1], folder=folder, notes=notes, packages=packages)


def package_changes(old: Lock, new: Lock) -> tuple[PackageChange, ...]:
    """Name the distributions whose versions differ between two locks, by name."""
    before, after = ({package.name: package.version for package in lock.packages} for lock in (old, new))
    return tuple(
        PackageChange(name=name, baseline=before.get(name), candidate=after.get(name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )


def _built(name: str, lock: Lock, folder: str, work: Work) -> str:
    from vatio.govern.bundle import build_environment  # here: it brings what unpacks wheels

    work.tell(f"building the environment of the {name}")
    python = build_environment(lock, folder=os.path.join(folder, f"env-{name}"))
    return os.path.dirname(os.path.dirname(python))


def _arm(name: str, prefix: str, work: Work) -> Arm:
    environ = arm_environ(work.environ, home=work.folder, tree=work.folder, folder=work.folder, venv=prefix)
    return Arm(name=name, command=work.command, cwd=work.folder, environ=environ)
