"""Count CPU-seconds of process trees and of blocks, in interleaved repetitions, over what bare Python costs.

CPU-seconds and not seconds: on a shared machine the wall clock measures the neighbours.
"""

from __future__ import annotations

import ctypes
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

BARE_PYTHON = (sys.executable, "-c", "pass")
_PR_SET_CHILD_SUBREAPER = 36
_LAUNCHER = """
import os, resource, sys
pid = os.fork()
if pid == 0:
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.execvp(sys.argv[1], sys.argv[1:])
_, status = os.waitpid(pid, 0)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def tree_cpu_s(
    command: Sequence[str], *, cwd: str | None = None, environ: Mapping[str, str] | None = None, ok_codes: Sequence[int] = (0,)
) -> float:
    """Run a command and give the user and system CPU-seconds of it and of every process that it left behind.

    Raises:
        RuntimeError: the command ended with a code that is not among ``ok_codes``; the message has its stderr.
    """
    _adopt_orphans()
    before_s = _children_cpu_s()
    done = subprocess.run(
        list(command), cwd=cwd, env=_environ(environ), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    _reap_orphans()
    cpu_s = _children_cpu_s() - before_s
    if done.returncode not in ok_codes:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    return cpu_s


def peak_memory_bytes(command: Sequence[str], *, cwd: str | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run a command and give the peak resident memory of its largest process.

    A process's high-water mark begins at that of the process which forked it, so a launcher that is smaller than any
    Python program stands between a large caller and the command.
    """
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command],
        cwd=cwd,
        env=_environ(environ),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    return int(done.stdout.splitlines()[-1]) * 1024


def thread_cpu_s(block: Callable[[], object]) -> float:
    """Run a block and give the CPU-seconds of the calling thread."""
    before_s = time.thread_time()
    block()
    return time.thread_time() - before_s


def interleaved(cases: Mapping[str, Callable[[], float]], *, repetitions: int) -> dict[str, list[float]]:
    """Repeat all cases in turn, so that a change of the machine's mood falls on each of them alike."""
    figures: dict[str, list[float]] = {name: [] for name in cases}
    order = list(cases)
    for turn in range(repetitions):
        for name in order if turn % 2 == 0 else reversed(order):
            figures[name].append(cases[name]())
    return figures


def median_over(
    case: Callable[[], float], floor: Callable[[], float] | None = None, *, repetitions: int = 9, warm_up: int = 1
) -> float:
    """Give the median of what ``case`` costs over ``floor``, pair by pair; the floor is bare Python unless given."""
    beneath = floor or (lambda: tree_cpu_s(BARE_PYTHON))
    for _ in range(warm_up):
        case()
        beneath()
    figures = interleaved({"floor": beneath, "case": case}, repetitions=repetitions)
    return statistics.median(b - a for a, b in zip(figures["floor"], figures["case"], strict=True))


def over_bare_python(
    command: Sequence[str], *, repetitions: int = 9, cwd: str | None = None, environ: Mapping[str, str] | None = None
) -> float:
    """Give the median CPU-seconds of a command over those of ``python -c pass`` by the same interpreter."""
    bare = (command[0], "-c", "pass")
    return median_over(
        lambda: tree_cpu_s(command, cwd=cwd, environ=environ),
        lambda: tree_cpu_s(bare, cwd=cwd, environ=environ),
        repetitions=repetitions,
    )


def _environ(environ: Mapping[str, str] | None) -> dict[str, str]:
    # A build machine may forbid compiled caches; a user's Python, ours and the peers', keeps them after the first run.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **(environ or {})}


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _adopt_orphans() -> None:
    """Become the reaper of orphaned grandchildren, whose CPU time would otherwise go to init and be lost to us."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _reap_orphans(patience_s: float = 2.0) -> None:
    deadline_s = time.monotonic() + patience_s
    while time.monotonic() < deadline_s:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            time.sleep(0.01)
