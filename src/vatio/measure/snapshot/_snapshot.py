"""Take the snapshot of a run's environment in small steps, so that it never delays or disturbs the workload.

What is stated before the child starts is only the stat of the declared files; everything else is read once it runs.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Protocol

from vatio.measure._surroundings import Surroundings
from vatio.measure.snapshot._files import Mark, StatCache, cache_folder, digest_in_slices, mark
from vatio.measure.snapshot._git import Helper, Tree, find_change, find_tree
from vatio.measure.snapshot._machine import accelerators, allowed, determinism, processor, seeds, system
from vatio.measure.snapshot._python import describe, find_distributions, find_python
from vatio.measure.snapshot._redact import redact_variables
from vatio.measure.snapshot._veil import Veil
from vatio.records import Environment, FileDigest, Git

_LOCKS = (
    "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "requirements.txt", "requirements.lock",
    "conda-lock.yml", "environment.yml", "pixi.lock", "package-lock.json", "Cargo.lock",
)  # fmt: skip
# A slice of the work takes about this long, and rests three times as long: a quarter of one core at the most.
_SLICE_S = 0.005
_REST_RATIO = 3.0
_IDLE_S = 0.02
_MOST_AFTER_S = 10.0
# What a step did: worked, or found that it has to wait for another process.
Steps = Generator[bool, None, None]


class Wishes(Protocol):
    """Say what is to be recorded: the configuration's section ``record``."""

    @property
    def code(self) -> str:
        """Give ``copy`` or ``digest``."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Give the names of more variables to record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Name what a snapshot is of: a command in a folder, its declared files, and the folder that lock files lie in."""

    argv: tuple[str, ...]
    cwd: str
    root: str
    environ: Mapping[str, str]
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


class Snapshot:
    """Collect an ``Environment`` by ``step()``, beside the workload; ``finish()`` gives it.

    ``code`` is the code copy to keep as a blob under the digest in ``git.code_blob``; ``artifacts`` are
    files that the workload said it has made, digested as outputs are; ``pids`` are vatio's own processes.
    """

    __slots__ = (
        "_cache",
        "_declared",
        "_environment",
        "_helpers",
        "_next_s",
        "_steps",
        "_subject",
        "_veil",
        "artifacts",
        "code",
        "notes",
    )

    def __init__(self, subject: Subject, *, wishes: Wishes, around: Surroundings, veil: Veil) -> None:
        self._subject, self._veil = subject, veil
        self._declared = {path: _mark_of(os.path.join(subject.cwd, path)) for path in subject.inputs}
        self._helpers: list[Helper] = []
        self._cache: StatCache | None = None
        self.code: bytes | None = None
        self.notes: list[str] = []
        self.artifacts: tuple[str, ...] = ()
        self._next_s = 0.0
        self._environment = Environment(argv=veil.argv(subject.argv), cwd=veil.text(subject.cwd))
        self._steps: Steps | None = self._work(wishes, around)

    @property
    def pids(self) -> set[int]:
        """Give the processes that this snapshot has started."""
        return {helper.pid for helper in self._helpers}

    @property
    def helpers_cpu_s(self) -> float:
        """Give the CPU-seconds of those that have ended: vatio's cost, not the workload's."""
        return sum(helper.cpu_s for helper in self._helpers)

    def due_s(self, now_s: float) -> float | None:
        """Give the seconds until the next slice; ``None`` when nothing is left to do."""
        return None if self._steps is None else max(0.0, self._next_s - now_s)

    def step(self, *, clock: Callable[[], float] = time.monotonic) -> bool:
        """Work for one slice; tell whether all is done."""
        begin_s = clock()
        while self._steps is not None:
            waits = self._advance()
            now_s = clock()
            if waits or now_s - begin_s >= _SLICE_S:
                self._next_s = now_s + (_IDLE_S if waits else _REST_RATIO * (now_s - begin_s))
                break
        return self._steps is None

    def finish(self, *, limit_s: float = _MOST_AFTER_S, stop: Callable[[], bool] = lambda: False) -> Environment:
        """Finish what is left once the workload has ended, and digest its outputs; for ``limit_s`` at the most."""
        if self._steps is not None:
            self._complete(self._steps, limit_s, stop)
        self._steps = self._outputs()
        self._complete(self._steps, limit_s, stop)
        self._steps = None
        if self._cache is not None:
            self._cache.save()
        return self._environment

    def close(self) -> None:
        """End what is still at work."""
        self._steps = None
        for helper in self._helpers:
            helper.stop()

    def _advance(self) -> bool:
        if self._steps is None:
            return True
        try:
            return next(self._steps)
        except StopIteration:
            self._steps = None
            return False

    def _complete(self, steps: Steps, limit_s: float, stop: Callable[[], bool]) -> None:
        end_s = time.monotonic() + limit_s
        for waits in steps:
            if stop() or time.monotonic() >= end_s:
                self.notes.append("the environment snapshot was cut short: some digests are missing")
                steps.close()
                break
            if waits:
                time.sleep(0.001)
        for helper in self._helpers:
            helper.stop()

    def _know(self, **facts: object) -> None:
        self._environment = replace(self._environment, **facts)  # type: ignore[arg-type]

    def _work(self, wishes: Wishes, around: Surroundings) -> Steps:
        subject, veil = self._subject, self._veil
        tree = find_tree(subject.cwd)
        self._know(git=None if tree is None else Git(commit=tree.commit, remote=veil.url(tree.remote) if tree.remote else None))
        self._know(
            cpu=processor(root=around.root),
            gpus=accelerators(around.visible_gpus, root=around.root),
            **system(root=around.root),
        )
        self._know(memory_bytes=around.memory_bytes, container=around.container, seeds=seeds(subject.argv, subject.environ))
        self._know(determinism=determinism(subject.environ), variables=self._variables(wishes.variables))
        yield False
        python = find_python(subject.argv, subject.environ)
        self._know(python={name: veil.text(told) for name, told in describe(python).items()})
        self._know(distributions=(yield from find_distributions(python, subject.environ)))
        yield False
        if tree is not None:
            yield from self._change(tree, wishes)
        self._know(locks=(yield from self._digests(self._locks())))
        self._know(inputs=(yield from self._digests(subject.inputs)))

    def _outputs(self) -> Steps:
        self._know(outputs=(yield from self._digests(tuple(dict.fromkeys((*self._subject.outputs, *self.artifacts))))))

    def _change(self, tree: Tree, wishes: Wishes) -> Steps:
        copy = wishes.code == "copy"
        change = yield from find_change(tree, copy=copy, environ=self._subject.environ, started=self._helpers.append)
        if not change.known:
            self.notes.append("git could not be asked for uncommitted changes")
        self.code = change.copy
        blob = None if change.copy is None else sha256(change.copy).hexdigest()
        git = self._environment.git or Git(commit=tree.commit)
        self._know(git=replace(git, dirty_sha256=change.sha256, code_blob=blob))
        if copy and change.left_out:
            self.notes.append(f"{len(change.left_out)} untracked files are not in the code copy: large, binary or private")

    def _digests(self, paths: Sequence[str]) -> Generator[bool, None, tuple[FileDigest, ...]]:
        found = []
        for path in paths:
            place = os.path.join(self._subject.cwd, path)
            digest = yield from digest_in_slices(place, self._stat_cache())
            if path in self._declared and self._declared[path] != _mark_of(place):
                self.notes.append(f"{self._veil.text(path)} changed while the run went on: its digest is not known")
                digest = replace(digest, sha256=None)
            found.append(replace(digest, path=self._veil.text(path)))
        return tuple(found)

    def _stat_cache(self) -> StatCache:
        if self._cache is None:
            folder = cache_folder(self._subject.environ)
            self._cache = StatCache(os.path.join(folder, "files.json") if folder else None)
        return self._cache

    def _locks(self) -> tuple[str, ...]:
        places = dict.fromkeys((self._subject.root, self._subject.cwd))
        found = [os.path.join(place, name) for place in places for name in _LOCKS if place]
        return tuple(os.path.relpath(path, self._subject.cwd or None) for path in found if os.path.isfile(path))

    def _variables(self, more: Sequence[str]) -> dict[str, str]:
        found = redact_variables(allowed(self._subject.environ, more))
        return {name: self._veil.text(value) for name, value in found.items()}


def working_folder() -> str:
    """Give the working folder; nothing when it was deleted."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def _mark_of(path: str) -> Mark | None:
    try:
        return mark(os.stat(path))
    except OSError:
        return None
