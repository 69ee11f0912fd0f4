"""Start a command exactly as a shell would: same group, session, terminal and descriptors, signals as they were found.

(glibc's posix_spawn leaves its two internal signals, 32 and 33, ignored; a program that uses them sets them itself.)
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

# Python ignores these at its own start; a program that inherits that would not end when its reader goes away.
_PYTHON_IGNORES = ("SIGPIPE", "SIGXFSZ")
# What POSIX calls a shell's default, where PATH is not set.
_DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"
_MACHINE_CODE_PROBE_BYTES = 256
_NOT_FOUND = (errno.ENOENT, errno.ENAMETOOLONG)


class Place(NamedTuple):
    """Hold where a child runs: its folder, the CPUs that it may use, its input, output and errors; else all are vatio's own."""

    folder: str | None = None
    cpus: tuple[int, ...] = ()
    streams: tuple[int, int, int] | None = None


HERE = Place()


class Unstartable:
    """Say why there is no child, with the exit code that a shell would give."""

    __slots__ = ("exit_code", "reason")

    def __init__(self, exit_code: int, reason: str) -> None:
        self.exit_code, self.reason = exit_code, reason


def find_program(name: str, environ: Mapping[str, str], *, folder: str | None = None) -> str | Unstartable:
    """Look a command's first word up as a shell in ``folder`` does: 127 when it is not there, 126 when it may not be run."""
    folder = "" if folder is None else os.path.abspath(folder)
    if not name:
        return Unstartable(127, "the command is empty")
    if os.name == "nt":
        return _find_on_windows(name, environ)
    if "/" in name:
        return _checked(name, os.path.join(folder, name))
    denied = None
    for place in environ.get("PATH", _DEFAULT_PATH).split(os.pathsep):
        path = os.path.join(folder, place or ".", name)
        found = _checked(name, path)
        if isinstance(found, str):
            return found
        if found.exit_code == 126 and not os.path.isdir(path):
            denied = denied or found
    return denied or Unstartable(127, f"{name}: command not found")


def spawn(
    path: str, argv: Sequence[str], *, environ: Mapping[str, str], mask: Collection[int], place: Place = HERE
) -> int | Unstartable:
    """Start the program at ``path`` and give its process id; ``mask`` are the signals that were blocked before vatio came.

    A file without a ``#!`` line is given to ``/bin/sh``, as every shell does.
    """
    try:
        return _posix_spawn(path, argv, environ, mask, place)
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            return _refusal(argv[0], path, error)
    except ValueError as error:
        return Unstartable(126, f"{argv[0]}: {error}")
    if _is_machine_code(path):
        return Unstartable(126, f"{argv[0]}: cannot execute binary file")
    try:
        return _posix_spawn("/bin/sh", ("sh", path, *argv[1:]), environ, mask, place)
    except OSError as error:
        return _refusal(argv[0], path, error)


def exit_code(status: int) -> int:
    """Turn a wait status into what a shell returns: the code, or 128 + n when signal n ended the process.

    >>> exit_code(9), exit_code(3 << 8)
    (137, 3)
    """
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


@contextmanager
def at(place: Place) -> Iterator[None]:
    """Be where the child is to run: posix_spawn takes neither a folder nor CPUs, and a child inherits both."""
    back = os.open(".", os.O_RDONLY | os.O_CLOEXEC) if place.folder is not None else None
    cpus = os.sched_getaffinity(0) if place.cpus else None
    try:
        if place.folder is not None:
            os.chdir(place.folder)
        if place.cpus:
            os.sched_setaffinity(0, place.cpus)
        yield
    finally:
        if cpus is not None:
            os.sched_setaffinity(0, cpus)
        if back is not None:
            os.fchdir(back)
            os.close(back)


def _posix_spawn(path: str, argv: Sequence[str], environ: Mapping[str, str], mask: Collection[int], place: Place) -> int:
    defaults = [int(getattr(signal, name)) for name in _PYTHON_IGNORES if hasattr(signal, name)]
    streams = [(os.POSIX_SPAWN_DUP2, stream, number) for number, stream in enumerate(place.streams or ())]
    with at(place):
        return os.posix_spawn(path, list(argv), dict(environ), file_actions=streams, setsigdef=defaults, setsigmask=list(mask))


def _find_on_windows(name: str, environ: Mapping[str, str]) -> str | Unstartable:
    import shutil

    return shutil.which(name, path=environ.get("PATH")) or Unstartable(127, f"{name}: command not found")


def _checked(name: str, path: str) -> str | Unstartable:
    try:
        os.stat(path)
    except ValueError as error:
        return Unstartable(126, f"{name}: {error}")
    except OSError as error:
        return Unstartable(127 if error.errno in _NOT_FOUND else 126, f"{name[:80]}: {error.strerror}")
    if os.path.isdir(path):
        return Unstartable(126, f"{name}: is a directory")
    if not os.access(path, os.X_OK):
        return Unstartable(126, f"{name}: permission denied")
    return path


def _refusal(name: str, path: str, error: OSError) -> Unstartable:
    if error.errno in (errno.EAGAIN, errno.ENOMEM):
        return Unstartable(125, f"no process could be started: {error.strerror}")
    if error.errno == errno.ENOENT and os.path.exists(path):
        return Unstartable(127, f"{name}: the interpreter that its first line names is not there")
    return Unstartable(127 if error.errno in _NOT_FOUND else 126, f"{name}: {error.strerror}")


def _is_machine_code(path: str) -> bool:
    """Tell a program of another machine from a script: a script's first line has no NUL byte."""
    try:
        with open(path, "rb") as file:
            return b"\0" in file.read(_MACHINE_CODE_PROBE_BYTES).partition(b"\n")[0]
    except OSError:
        return False
