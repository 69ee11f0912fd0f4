"""The process that measures one replay: ``python -P -m vatio.govern.reproduce._measured TASK ANSWER``.

A process of its own, in the scratch copy: a measurement takes signals, orphans and the working folder of its process. No
configuration file of the scratch copy is read: what is in force was resolved before, for the person who asked.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

from vatio.config import Config
from vatio.measure import RunOptions, run_command

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Run the command of a task file under measurement and write how it went into the answer file."""
    task_path, answer_path = arguments
    with open(task_path, encoding="utf-8") as file:
        task: dict[str, Any] = json.load(file)
    os.unlink(task_path)  # it holds the environment, with its secrets
    end_with_parent(task["parent"])
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
    return 0


def end_with_parent(parent: int) -> None:
    """Be asked to end when the process that waits for this one is killed, so that no workload outlives its scratch copy."""
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(130)


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return {key: _tuples(item) for key, item in value.items()} if isinstance(value, Mapping) else value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
