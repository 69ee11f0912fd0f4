"""Read a git work tree: commit and remote from its files, the uncommitted change by ``git`` itself, beside the workload."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple

from vatio.files import regular
from vatio.measure._granted import slurp

_LARGEST_SOURCE_BYTES = 1 << 20
_LARGEST_COPY_BYTES = 16 << 20
_MOST_SOURCES = 2000
_PROBE_BYTES = 8192
_DEEPEST_LINK = 5
_UNTRACKED = "??"
# What git would run of the repository's own choosing (a monitor, a filter of differences) stays off.
_GIT = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
_STATUS = (*_GIT, "status", "--porcelain", "-z", "--untracked-files=normal")
_DIFF = (*_GIT, "diff", "--binary", "--no-ext-diff", "--no-textconv", "--no-color", "HEAD", "--")
# Files that hold secrets by habit are not copied.
_PRIVATE = (
    ".env",
    ".netrc",
    ".pgpass",
    "id_rsa",
    "id_ed25519",
    "credentials",
    "credentials.json",
    "secrets.toml",
    "secrets.yaml",
)
_PRIVATE_ENDS = (".pem", ".key", ".p12", ".pfx", ".env", ".kdbx")


class Tree(NamedTuple):
    """Name a work tree, its commit and its remote, as its files tell."""

    root: str
    commit: str | None
    remote: str | None


class Change(NamedTuple):
    """Hold the uncommitted change: its digest (``None``: clean, or not known), the copy, and what was left out of it.

    ``files`` are the digests of the changed and new files, to be held against what is there when the run has ended.
    """

    sha256: str | None
    copy: bytes | None
    left_out: tuple[str, ...] = ()
    known: bool = True
    files: Mapping[str, str] = MappingProxyType({})


class Helper:
    """Run a program beside the workload, its output in memory; it belongs to vatio, and is waited for without stopping."""

    __slots__ = ("_output", "_status", "cpu_s", "pid")

    def __init__(self, argv: tuple[str, ...], *, cwd: str, environ: Mapping[str, str]) -> None:
        self._output = os.memfd_create("vatio") if hasattr(os, "memfd_create") else _nameless()
        actions = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, self._output, 1)]
        actions.append((os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0))
        self.pid, self.cpu_s, self._status = 0, 0.0, -1
        try:
            command = [argv[0], "-C", cwd, *argv[1:]]
            self.pid = os.posix_spawnp(command[0], command, {**environ, "LC_ALL": "C"}, file_actions=actions, setsigmask=())
        except OSError:
            os.close(self._output)

    def ended(self) -> bool:
        """Tell whether it has ended, or never began."""
        if self.pid == 0 or self._status >= 0:
            return True
        try:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
        except ChildProcessError:
            self._status = 1
            return True
        if pid:
            self._status, self.cpu_s = status, usage.ru_utime + usage.ru_stime
        return bool(pid)

    def output(self) -> bytes | None:
        """Give what it printed, once; ``None`` where it failed."""
        if self.pid == 0:
            return None
        with open(self._output, "rb") as file:
            file.seek(0)
            printed = file.read()
        return printed if self._status == 0 else None

    def stop(self) -> None:
        """End it now: its answer would come too late."""
        if self.pid and not self.ended():
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
            self._status = 9


def find_tree(folder: str) -> Tree | None:
    """Find the work tree that holds a folder; its commit and remote are read from its files, which starts no process."""
    while folder:
        place = os.path.join(folder, ".git")
        git = place if os.path.isdir(place) else _linked(place, folder)
        if git is not None:
            common = os.path.normpath(os.path.join(git, slurp(os.path.join(git, "commondir")).strip() or "."))
            return Tree(folder, _commit(git, common), _remote(common))
        parent = os.path.dirname(folder)
        folder = "" if parent == folder else parent
    return None


def find_change(
    tree: Tree, *, copy: bool, environ: Mapping[str, str], started: Callable[[Helper], None]
) -> Generator[bool, None, Change]:
    """Ask git for the uncommitted change, giving way while it works; ``started`` is told of each process."""
    entries = yield from _changed_files(tree.root, environ, started)
    if entries is None:
        return Change(None, None, known=False)
    if not entries:
        return Change(None, None)
    diff = yield from _ask(_DIFF, tree.root, environ, started)
    sources, left_out = _sources(tree.root, [name for kind, name in entries if kind == _UNTRACKED])
    change = sha256(diff or b"")
    for name in sorted(sources):
        change.update(f"\0{name}\0{sha256(sources[name]).hexdigest()}".encode("utf-8", "surrogateescape"))
    for name in left_out:
        change.update(f"\0{name}".encode("utf-8", "surrogateescape"))
    files = {name: state_of(os.path.join(tree.root, name)) for kind, name in entries if kind != _UNTRACKED}
    files |= {name: sha256(data).hexdigest() for name, data in sources.items()}
    return Change(
        change.hexdigest(), code_copy(tree.commit, diff or b"", sources) if copy else None, tuple(left_out), files=files
    )


def find_changed_since(
    tree: Tree,
    files: Mapping[str, str],
    *,
    begun_ns: int,
    looked_ns: int,
    environ: Mapping[str, str],
    started: Callable[[Helper], None],
) -> Generator[bool, None, tuple[str, ...] | None]:
    """Name the files of code that are other ones than when the run began; new files may be its outputs, and are left out.

    ``files`` is what the change held when it was looked at, soon after the run had begun; ``None``: git could not be asked.
    """
    entries = yield from _changed_files(tree.root, environ, started)
    if entries is None:
        return None
    names = files.keys() | {name for kind, name in entries if kind != _UNTRACKED}
    after = {name: state_of(os.path.join(tree.root, name)) for name in names}
    # What was looked at late, as in a short run, may have changed before that.
    changed = {
        name
        for name in names
        if after[name] != files.get(name) or is_between(os.path.join(tree.root, name), begun_ns, looked_ns)
    }
    now = find_tree(tree.root)
    moved = () if now is None or now.commit == tree.commit else (f"commit {tree.commit} to {now.commit}",)
    return (*moved, *sorted(changed))


def state_of(path: str) -> str:
    """Give the digest of a small file, of another one what its stat tells: enough to see that it was changed."""
    try:
        if os.path.islink(path):
            return f"link {os.readlink(path)}"
        found = os.stat(path)
        if found.st_size > _LARGEST_COPY_BYTES or not os.path.isfile(path):
            return f"{found.st_size} {found.st_mtime_ns} {found.st_ino}"
        with open(path, "rb", opener=regular) as file:
            return sha256(file.read()).hexdigest()
    except OSError:
        return "gone"


def is_between(path: str, begun_ns: int, looked_ns: int) -> bool:
    """Tell whether a file has last changed between two moments, by the one date that nobody can set."""
    try:
        return begun_ns < os.lstat(path).st_ctime_ns <= looked_ns
    except OSError:
        return False


def read_copy(blob: bytes) -> tuple[bytes, dict[str, bytes]]:
    """Give back the difference and the untracked sources of a code copy (``vatio.code/1``)."""
    import zlib

    kept = json.loads(zlib.decompress(blob))
    untracked = {name: text.encode("utf-8", "surrogateescape") for name, text in kept["untracked"].items()}
    return kept["diff"].encode("utf-8", "surrogateescape"), untracked


def _changed_files(
    root: str, environ: Mapping[str, str], started: Callable[[Helper], None]
) -> Generator[bool, None, list[tuple[str, str]] | None]:
    """Ask git for what is changed and new, each with its two letters; vatio's own files are left out."""
    status = yield from _ask(_STATUS, root, environ, started)
    if status is None:
        return None
    entries, words = [], iter(os.fsdecode(status).split("\0"))
    for word in words:
        if word:
            entries.append((word[:2], word[3:]))
            if word[0] in "RC":  # followed by the name that it had
                entries.append((word[:2], next(words, "")))
    return [(kind, name) for kind, name in entries if name and not _is_ours(name)]


def _ask(
    argv: tuple[str, ...], root: str, environ: Mapping[str, str], started: Callable[[Helper], None]
) -> Generator[bool, None, bytes | None]:
    helper = Helper(argv, cwd=root, environ=environ)
    started(helper)
    while not helper.ended():
        yield True
    return helper.output()


def code_copy(commit: str | None, diff: bytes, sources: Mapping[str, bytes]) -> bytes | None:
    """Pack a difference and untracked sources (``vatio.code/1``); ``None`` where they are too large to be kept."""
    import zlib

    if len(diff) + sum(map(len, sources.values())) > _LARGEST_COPY_BYTES:
        return None
    untracked = {name: data.decode("utf-8", "surrogateescape") for name, data in sources.items()}
    text = {
        "schema": "vatio.code/1",
        "commit": commit,
        "diff": diff.decode("utf-8", "surrogateescape"),
        "untracked": untracked,
    }
    return zlib.compress(json.dumps(text, sort_keys=True, separators=(",", ":")).encode())


def _sources(root: str, untracked: list[str]) -> tuple[dict[str, bytes], list[str]]:
    """Read the untracked text files up to 1 MiB; a folder is walked, and what is too many or too large is named."""
    sources: dict[str, bytes] = {}
    left_out: list[str] = []
    for name in _expanded(root, untracked):
        data = read_source(os.path.join(root, name)) if len(sources) < _MOST_SOURCES else None
        if data is None:
            left_out.append(name)
        else:
            sources[name] = data
    return sources, sorted(left_out)[:_MOST_SOURCES]


def _expanded(root: str, untracked: list[str]) -> Generator[str, None, None]:
    count = 0
    for name in untracked:
        if not name.endswith("/"):
            yield name
            continue
        for folder, folders, files in os.walk(os.path.join(root, name)):
            folders[:] = sorted(item for item in folders if item not in (".git", ".vatio", "__pycache__"))
            for item in sorted(files):
                count += 1
                if count > 2 * _MOST_SOURCES:
                    return
                yield os.path.relpath(os.path.join(folder, item), root)


def read_source(path: str) -> bytes | None:
    """Read a text file of at most 1 MiB that holds no secret by habit; ``None`` for anything else."""
    name = os.path.basename(path).lower()
    if name in _PRIVATE or name.startswith(".env.") or name.endswith(_PRIVATE_ENDS):
        return None
    try:
        if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) > _LARGEST_SOURCE_BYTES:
            return None
        with open(path, "rb") as file:
            data = file.read(_LARGEST_SOURCE_BYTES + 1)
    except OSError:
        return None
    return None if b"\0" in data[:_PROBE_BYTES] or len(data) > _LARGEST_SOURCE_BYTES else data


def _is_ours(name: str) -> bool:
    return f"/{name}".find("/.vatio/") >= 0


def _linked(place: str, folder: str) -> str | None:
    """Follow the file that stands for .git in a linked work tree or a submodule."""
    text = slurp(place).strip()
    target = os.path.normpath(os.path.join(folder, text.removeprefix("gitdir:").strip()))
    return target if text.startswith("gitdir:") and os.path.isdir(target) else None


def _commit(git: str, common: str) -> str | None:
    text = slurp(os.path.join(git, "HEAD")).strip()
    for _ in range(_DEEPEST_LINK):
        if not text.startswith("ref:"):
            return text if _is_hash(text) else None
        name = text[4:].strip()
        text = slurp(os.path.join(git, name)).strip() or slurp(os.path.join(common, name)).strip() or _packed(common, name)
    return None


def _packed(common: str, name: str) -> str:
    for line in slurp(os.path.join(common, "packed-refs")).splitlines():
        digest, _, ref = line.partition(" ")
        if ref == name:
            return digest
    return ""


def _remote(common: str) -> str | None:
    """Read the address of ``origin``, else of the first remote."""
    found: dict[str, str] = {}
    section = ""
    for line in slurp(os.path.join(common, "config")).splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line.strip("[]")
        elif section.startswith('remote "') and line.partition("=")[0].strip() == "url":
            found.setdefault(section[8:].rstrip('"'), line.partition("=")[2].strip())
    return found.get("origin") or next(iter(found.values()), None)


def _is_hash(text: str) -> bool:
    return len(text) in (40, 64) and all(letter in "0123456789abcdef" for letter in text)


def _nameless() -> int:
    import tempfile

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
