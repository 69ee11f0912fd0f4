"""The process that measures one replay: ``python -P -m vatio.govern.reproduce._measured TASK ANSWER``.

A process of its own, in the scratch copy: a measurement takes signals, orphans and the working folder of its process. No
configuration file of the scratch copy is read: what is in force was resolved before, for the person who asked.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

from vatio.config import Config
from vatio.measure import RunOptions, run_command
from vatio.measure.paired.repeat import children, descendants, end_all, send
from vatio.measure.wrap import adopt_orphans

_PR_SET_PDEATHSIG = 1
_LOOK_S, _PATIENCE_S = 1.0, 5.0


def main(arguments: list[str]) -> int:
    """Run the command of a task file under measurement and write how it went into the answer file."""
    task_path, answer_path = arguments
    with open(task_path, encoding="utf-8") as file:
        task: dict[str, Any] = json.load(file)
    os.unlink(task_path)  # it holds the environment, with its secrets
    end_with_parent(task["parent"])
    adopt_orphans()
    given = {name: {key: _tuples(value) for key, value in section.items()} for name, section in task["config"].items()}
    options = RunOptions(environ=task["environ"], parents=tuple(task["parents"]), record_file=task["record_file"])
    outcome = run_command(task["command"], config=Config(given, root=task["root"]), options=options)
    answer = {
        "exit_code": outcome.exit_code,
        "refused": outcome.refused,
        "notes": list(outcome.notes),
        "recorded_in": outcome.recorded_in,
        "run": None if outcome.record is None else outcome.record.id,
    }
    with open(answer_path, "w", encoding="utf-8") as file:
        json.dump(answer, file)
    end_all(children())  # its folder goes now
    return 0


def end_with_parent(parent: int) -> None:
    """Be asked to end when the process that waits for this one is killed, so that no workload outlives its scratch copy.

    One that does not listen is killed a while after.
    """
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(130)
    if sys.platform != "win32":
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # they are for the thread that measures
        threading.Thread(target=_outlived, args=(parent,), daemon=True).start()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _outlived(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    time.sleep(_PATIENCE_S)
    for pid in descendants(os.getpid()):
        send(pid, signal.SIGKILL)


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return {key: _tuples(item) for key, item in value.items()} if isinstance(value, Mapping) else value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
