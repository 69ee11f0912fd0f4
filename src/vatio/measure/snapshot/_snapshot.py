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
from vatio.measure.snapshot._git import Change, Helper, Tree, find_change, find_changed_since, find_tree, is_between
from vatio.measure.snapshot._loose import changed_loose, find_loose
from vatio.measure.snapshot._machine import accelerators, allowed, determinism, processor, seeds, system
from vatio.measure.snapshot._python import describe, find_distributions, find_python
from vatio.measure.snapshot._redact import redact_variables
from vatio.measure.snapshot._veil import Veil
from vatio.measure.snapshot._written import find_written
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
_MOST_NAMED = 5
# Of files that nobody declared: larger ones are named without their digest.
_MOST_FOUND_BYTES = 1 << 30
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
    """Name what a snapshot is of: a command in a folder, its declared files, and the folder that lock files lie in.

    ``search_s`` is how long to look, when it has ended, for files that it has written without declaring them; 0: not.
    ``ours`` are the beginnings of paths that vatio itself writes.
    """

    argv: tuple[str, ...]
    cwd: str
    root: str
    environ: Mapping[str, str]
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    search_s: float = 0.0
    ours: tuple[str, ...] = ()


class Snapshot:
    """Collect an ``Environment`` by ``step()``, beside the workload; ``finish()`` gives it.

    ``code`` is the code copy to keep as a blob under the digest in ``git.code_blob``; ``artifacts`` are
    files that the workload said it has made, digested as outputs are; ``pids`` are vatio's own processes.
    """

    __slots__ = (
        "_begun_ns",
        "_cache",
        "_change",
        "_declared",
        "_ends",
        "_environment",
        "_helpers",
        "_is_late",
        "_looked_ns",
        "_next_s",
        "_steps",
        "_subject",
        "_tree",
        "_veil",
        "artifacts",
        "code",
        "notes",
    )

    def __init__(self, subject: Subject, *, wishes: Wishes, around: Surroundings, veil: Veil) -> None:
        self._subject, self._veil = subject, veil
        self._declared = {path: _mark_of(os.path.join(subject.cwd, path)) for path in subject.inputs}
        self._begun_ns = self._looked_ns = time.time_ns()
        self._tree: Tree | None = None
        self._ends = self._is_late = False
        self._change = Change(None, None, known=False)
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
        self._ends = True
        if self._steps is not None:
            self._complete(self._steps, limit_s, stop)
        self._steps = self._afterwards()
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
        self._tree = tree = find_tree(subject.cwd)
        if tree is not None:
            remote = veil.url(tree.remote) if tree.remote else None
            folder = os.path.relpath(subject.cwd, tree.root)
            self._know(git=Git(commit=tree.commit, remote=remote, folder="" if folder == os.curdir else folder))
            yield from self._find_change(tree, wishes)
        elif subject.cwd:
            yield from self._find_loose(wishes)
        self._know(
            cpu=processor(root=around.root, cpus_granted=around.cpus_granted),
            gpus=accelerators(around.visible_gpus, root=around.root),
            **system(root=around.root),
        )
        self._know(memory_bytes=around.memory_bytes, container=around.container, seeds=seeds(subject.argv, subject.environ))
        self._know(determinism=determinism(subject.environ), variables=self._variables(wishes.variables))
        yield False
        python = find_python(subject.argv, subject.environ)
        installed = yield from find_distributions(python, subject.environ, looks=lambda: not self._ends)
        # A run that is over before all files were looked at does not wait for that.
        told = {"installed_by": "RECORD" if self._ends else "files"} if python is not None else {}
        self._know(python={name: veil.text(text) for name, text in describe(python).items()} | told, distributions=installed)
        yield False
        self._know(locks=(yield from self._digests(self._locks())))
        self._know(inputs=(yield from self._digests(subject.inputs)))

    def _afterwards(self) -> Steps:
        """Hold code and inputs against what they were, and digest what was written."""
        self._know(changed=(yield from self._changed()))
        told = tuple(dict.fromkeys((*self._subject.outputs, *self.artifacts)))
        self._know(outputs=(yield from self._digests(told)))
        if self._subject.search_s > 0.0 and self._subject.cwd:
            self._know(outputs=(*self._environment.outputs, *(yield from self._found(told))))

    def _changed(self) -> Generator[bool, None, tuple[str, ...] | None]:
        subject, names = self._subject, tuple[str, ...]()
        if self._tree is not None and self._change.known:
            since = yield from self._code_since(self._tree)
            if since is None:
                return None
            names = tuple(f"code: {name}" for name in since)
        elif self._change.known:
            names = tuple(f"code: {name}" for name in changed_loose(subject.cwd, self._change.files))
        for told in self._environment.inputs:
            if (yield from self._is_changed(told)):
                names = (*names, f"input: {told.path}")
        if names:
            more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
            self.notes.append(f"changed while the run went on: {', '.join(names[:_MOST_NAMED])}{more}")
        return names if self._tree is None or self._change.known else None

    def _code_since(self, tree: Tree) -> Generator[bool, None, tuple[str, ...] | None]:
        files, begun_ns, looked_ns = self._change.files, self._begun_ns, self._looked_ns
        if self._is_late:  # git was asked when the run was over: dates tell what it has changed
            late = [name for name in files if is_between(os.path.join(tree.root, name), begun_ns, looked_ns)]
            return tuple(sorted(late))
        return (
            yield from find_changed_since(
                tree,
                files,
                begun_ns=begun_ns,
                looked_ns=looked_ns,
                environ=self._subject.environ,
                started=self._helpers.append,
            )
        )

    def _is_changed(self, told: FileDigest) -> Generator[bool, None, bool]:
        path = next((path for path in self._declared if self._veil.text(path) == told.path), None)
        if path is None:
            return False
        place = os.path.join(self._subject.cwd, path)
        if self._declared[path] == _mark_of(place) and not os.path.isdir(place):
            return told.sha256 is None and told.bytes is not None
        now = yield from digest_in_slices(place, self._stat_cache())
        return now.sha256 != told.sha256 or (told.sha256 is None and now.bytes is not None)

    def _found(self, told: tuple[str, ...]) -> Generator[bool, None, tuple[FileDigest, ...]]:
        """Digest the files that were written and not told of, as far as that is soon done."""
        folder = self._subject.cwd
        written = yield from find_written(folder, self._begun_ns, limit_s=self._subject.search_s)
        if not written.is_whole:
            self.notes.append(f"the search for written files was cut short: {len(written.paths)} found so far")
        known = [os.path.abspath(os.path.join(folder, path)) for path in told]
        places = {path: os.path.abspath(os.path.join(folder, path)) for path in written.paths}
        new = [
            path for path in places if not _is_among(places[path], known) and not places[path].startswith(self._subject.ours)
        ]
        small, left_bytes = [], _MOST_FOUND_BYTES
        for path in new:
            left_bytes -= _size_bytes(os.path.join(folder, path))
            if left_bytes >= 0:
                small.append(path)
        digests = {item.path: item for item in (yield from self._digests(small))}
        absent = {path: FileDigest(path=path, sha256=None, bytes=_size_bytes(os.path.join(folder, path))) for path in new}
        return tuple(replace(digests.get(self._veil.text(path), absent[path]), found=True) for path in new)

    def _find_loose(self, wishes: Wishes) -> Steps:
        subject = self._subject
        home = subject.environ.get("HOME", "")
        change = yield from find_loose(subject.cwd, subject.argv, home=home, copy=wishes.code == "copy")
        if change.sha256 is not None:
            self._change, self.code = change, change.copy
            blob = None if change.copy is None else sha256(change.copy).hexdigest()
            self._know(git=Git(commit=None, dirty_sha256=change.sha256, code_blob=blob))

    def _find_change(self, tree: Tree, wishes: Wishes) -> Steps:
        copy = wishes.code == "copy"
        change = yield from find_change(tree, copy=copy, environ=self._subject.environ, started=self._helpers.append)
        self._change, self._looked_ns, self._is_late = change, time.time_ns(), self._ends
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


def _is_among(path: str, known: Sequence[str]) -> bool:
    return any(path == one or path.startswith(f"{one}{os.sep}") for one in known)


def _size_bytes(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _mark_of(path: str) -> Mark | None:
    try:
        return mark(os.stat(path))
    except OSError:
        return None
