"""Stop and continue a whole process tree: every descendant, those that are born meanwhile too, and never vatio itself."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

# Each round stops what the last one found; what is stopped has no more children, so few rounds find all.
_ROUNDS = 100
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def descendants(pid: int) -> list[int]:
    """List a process and all that comes from it, parents first."""
    found, at = [pid], 0
    while at < len(found):
        found += [child for child in _children(found[at]) if child not in found]
        at += 1
    return found


def workload(pid: int, run: str) -> list[int]:
    """List the processes of a run: the child's tree, and the orphans of it that this process has adopted."""
    mark = f"VATIO_RUN={run}".encode()
    adopted = [child for child in _children(os.getpid()) if child != pid and mark in _environ(child)]
    return [one for root in (pid, *adopted) for one in descendants(root) if one != os.getpid()]


def stop(pid: int, run: str) -> list[int]:
    """Stop a run's processes, parents first, until no running one is left; list what is stopped."""
    stopped: list[int] = []
    for _ in range(_ROUNDS):
        found = workload(pid, run)
        going = [one for one in found if not _is_still(one)]
        if not going:
            return found
        for one in going:
            _send(one, signal.SIGSTOP)
        stopped = found
    return stopped


def resume(pids: list[int]) -> None:
    """Let stopped processes go on, children first: a parent that wakes finds them alive."""
    for one in reversed(pids):
        _send(one, signal.SIGCONT)


def is_asked_to_end(pids: list[int]) -> bool:
    """Tell whether a signal that ends a process waits for one that is stopped, and so cannot hear it."""
    return any(_pending(pid) & {int(number) for number in _ENDS} for pid in pids)


def _children(pid: int) -> list[int]:
    found = []
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            found += [int(child) for child in _read(f"/proc/{pid}/task/{thread}/children").split()]
    return found


def _is_still(pid: int) -> bool:
    """Tell whether a process is stopped, or over."""
    state = _read(f"/proc/{pid}/stat").rpartition(b") ")[2][:1]
    return state in (b"T", b"t", b"Z", b"X", b"")


def _environ(pid: int) -> list[bytes]:
    return _read(f"/proc/{pid}/environ").split(b"\0")


def _pending(pid: int) -> set[int]:
    masks = [line.split()[1] for line in _read(f"/proc/{pid}/status").splitlines() if line.startswith((b"SigPnd:", b"ShdPnd:"))]
    return {number for mask in masks for number in range(1, 65) if int(mask, 16) >> (number - 1) & 1}


def _send(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
