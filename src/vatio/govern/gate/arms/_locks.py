"""Make two arms of two locks: the same code and command, each in an environment that its lock fixes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from vatio.errors import MeasureError
from vatio.govern.bundle import Lock, read_lock
from vatio.govern.gate.arms._environment import arm_environ, relative_to
from vatio.govern.gate.arms._repository import Repository
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
    before, after = (_versions(lock) for lock in (old, new))
    return tuple(
        PackageChange(name=name, baseline=before.get(name), candidate=after.get(name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )


def _versions(lock: Lock) -> dict[str, str]:
    """Give the versions of each package: where markers tell several, all of them."""
    found: dict[str, list[str]] = {}
    for package in lock.packages:
        found.setdefault(package.name, []).append(package.version or package.files[0].sha256[:12])
    return {name: " or ".join(sorted(versions)) for name, versions in found.items()}


def _built(name: str, lock: Lock, folder: str, work: Work) -> str:
    from vatio.govern.bundle import build_environment  # here: it brings what unpacks wheels

    work.tell(f"building the environment of the {name}")
    base = shutil.which("python3", path=work.environ.get("PATH")) or shutil.which("python", path=work.environ.get("PATH"))
    # The project itself is in no lock of its dependencies: it is imported from its tree, by both alike.
    source = os.path.join(_root(work), "src")
    made = build_environment(
        lock,
        folder=os.path.join(folder, f"env-{name}"),
        python=base,
        paths=(source,) if os.path.isdir(source) else (),
        environ=work.environ,
    )
    return os.path.dirname(os.path.dirname(made))


def _root(work: Work) -> str:
    try:
        return Repository(work.folder, work.environ).root
    except MeasureError:
        return work.folder


def _is_source(path: str, work: Work) -> bool:
    return relative_to(os.path.join(work.folder, path), _root(work)) is not None and "-packages" not in path


def _arm(name: str, prefix: str, work: Work) -> Arm:
    environ = arm_environ(work.environ, home=work.folder, tree=work.folder, folder=work.folder, venv=prefix)
    # What is installed elsewhere would come before both environments, and both arms would be one.
    kept = [part for part in work.environ.get("PYTHONPATH", "").split(os.pathsep) if part and _is_source(part, work)]
    environ["PYTHONPATH"] = os.pathsep.join(kept) or None
    return Arm(name=name, command=work.command, cwd=work.folder, environ=environ)
