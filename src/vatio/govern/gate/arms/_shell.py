"""Run what is not measured: an arm's setup, in its tree, quietly unless it fails."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

_TAIL_BYTES = 64 * 1024
_TAIL_LINES = 15
_STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")


class Done(NamedTuple):
    """Hold how a program ended: its code (negative: a signal) and the end of what it wrote."""

    code: int
    tail: str


def run_quietly(command: Sequence[str], *, folder: str, environ: Mapping[str, str]) -> Done:
    """Run a program to its end in a group of its own; whatever stops us stops it.

    Raises:
        OSError: it cannot be started.
    """
    with _undisturbed() as heard:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        for number in heard:
            signal.raise_signal(number)
        tail = _read_tail(process)
        return Done(process.wait(), tail)
    except BaseException:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def _undisturbed() -> Iterator[list[int]]:
    """Put off what would stop us until the program is known: one that is started and not known would go on alone."""
    heard: list[int] = []
    before = {}
    for number in (getattr(signal, name, None) for name in _STOPPING):
        if number is not None and callable(signal.getsignal(number)):
            with suppress(ValueError):  # not on the main thread, which alone is interrupted
                before[number] = signal.signal(number, lambda number, _frame: heard.append(number))
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _read_tail(process: subprocess.Popen[bytes]) -> str:
    """Read all that is written and keep its end: a build may write for hours."""
    tail = b""
    while process.stdout is not None and (part := os.read(process.stdout.fileno(), _TAIL_BYTES)):
        tail = (tail + part)[-_TAIL_BYTES:]
    return "\n".join(tail.decode(errors="replace").rstrip().splitlines()[-_TAIL_LINES:])
