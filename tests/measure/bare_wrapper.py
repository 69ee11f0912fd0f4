"""Wrap a command with nothing beside it: what the tests of the spawn loop start as a process of its own.

Usage: python bare_wrapper.py MODE COMMAND...; MODE is kernel, pipe (no signalfd, no pidfd), broken (the loop fails) or
late (the work beside fails). Lines on stderr say what the loop told of orphans.
"""

import os
import sys

from vatio.measure._spawn import Unstartable, exit_code, find_program, spawn
from vatio.measure.wrap._loop import bare_wait, open_pidfd, watch
from vatio.measure.wrap._signals import PipeSignals, adopt_orphans, open_signals


class Nothing:
    def __init__(self, mode: str) -> None:
        self.mode = mode

    def due_s(self) -> float:
        if self.mode == "broken":
            raise RuntimeError("the clock has gone")
        return 0.05

    def descriptors(self) -> tuple[int, ...]:
        return ()

    def wake(self) -> None:
        pass

    def orphaned(self, pid: int, cpu_s: float) -> None:
        print(f"orphan {cpu_s:.3f}", file=sys.stderr, flush=True)


def main() -> int:
    mode, command = sys.argv[1], sys.argv[2:]
    program = find_program(command[0], os.environ)
    if isinstance(program, Unstartable):
        print(program.reason, file=sys.stderr)
        return program.exit_code
    adopt_orphans()
    signals = PipeSignals() if mode == "pipe" else open_signals()
    child = spawn(program, command, environ=os.environ, mask=signals.mask)
    if isinstance(child, Unstartable):
        print(child.reason, file=sys.stderr)
        return child.exit_code
    print(f"child {child}", file=sys.stderr, flush=True)
    try:
        ended = watch(child, signals=signals, beside=Nothing(mode), pidfd=None if mode == "pipe" else open_pidfd(child))
    except RuntimeError:
        ended = bare_wait(child)
    signals.close()
    return exit_code(ended.status)


if __name__ == "__main__":
    sys.exit(main())
