"""The helper of an outside meter: run its command, stamp each line with the time, and end with the parent.

It is started as a file by the plain interpreter, so it imports nothing of vatio. It waits on the command's output and on
the parent's end at once (a pidfd, which also sees SIGKILL), and takes the command's whole session with it. A parent-death
signal alone would not do: the kernel sends it when the *thread* that started the helper ends.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time

_PARENT_CHECK_S = 1.0


def main(parent: int, command: str) -> int:
    """Relay ``<CLOCK_MONOTONIC> <line>`` to standard output until the command or the parent ends; give its exit code."""
    os.setsid()
    _die_with(parent)
    output, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _become(command, writing)
    os.close(writing)
    watched = _parent_watch(parent)
    poller = select.poll()
    for descriptor in (output, 0, *([] if watched is None else [watched])):
        poller.register(descriptor, select.POLLIN | select.POLLHUP)
    _relay(poller, output, parent, watched)
    return _end(child, parent)


def _become(command: str, output: int) -> None:
    """Turn the forked child into the command: it reads nothing, and what it complains of must not reach a terminal."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(nothing, 2)
    # Python ignores it, and who is started inherits that: a command that prints would then outlive a killed helper.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execv("/bin/sh", ["sh", "-c", command])


def _end(child: int, parent: int) -> int:
    """Learn the command's exit code if it has one, and end all that it started."""
    for attempt in range(40):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            _signal_others(signal.SIGTERM)
            return os.waitstatus_to_exitcode(status)
        if os.getppid() != parent:
            break
        if attempt == 4:
            _signal_others(signal.SIGTERM)
        time.sleep(0.01)
    os.killpg(0, signal.SIGKILL)
    return 0


def _signal_others(number: signal.Signals) -> None:
    signal.signal(number, signal.SIG_IGN)
    os.killpg(0, number)


def _relay(poller: select.poll, output: int, parent: int, watched: int | None) -> None:
    rest = b""
    while os.getppid() == parent:
        for descriptor, _ in poller.poll(None if watched is not None else 1000.0 * _PARENT_CHECK_S):
            if descriptor != output:
                return  # the parent has closed our input, or has ended
            part = os.read(output, 4096)
            if not part:
                return
            *lines, rest = (rest + part).split(b"\n")
            stamp = f"{time.monotonic():.6f} ".encode()
            with contextlib.suppress(BrokenPipeError):
                os.write(1, b"".join(stamp + line[:200] + b"\n" for line in lines))


def _parent_watch(parent: int) -> int | None:
    try:
        return os.pidfd_open(parent)
    except (AttributeError, OSError):
        return None


def _die_with(parent: int) -> None:
    """Leave at once when the parent was gone before we could watch it."""
    if os.getppid() != parent:
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2]))
