"""Run a command once in the scratch copy, as a run of the ledger, within limits of time and room."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from vatio.config import SECTIONS, Config
from vatio.errors import MeasureError
from vatio.govern.reproduce._scratch import size_bytes
from vatio.measure.paired.repeat import descendants, send
from vatio.records import to_json

_LOOK_S, _PATIENCE_S, _SPARED = 0.5, 5.0, 50.0
_TAIL_BYTES = 4096
# Sections of the configuration that a replay is measured by; what is run is not taken from it.
_KEPT = ("site", "meters", "record", "budgets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Hold what one repetition needs: its command, folder and environment, the limits, and what the ledger is told of it."""

    command: tuple[str, ...]
    folder: str
    environ: Mapping[str, str]
    workload: Mapping[str, Any]
    project: str
    parents: tuple[str, ...]
    ledger: str
    config: Config
    limit_s: float
    limit_bytes: int
    watched: str


class Repeated(NamedTuple):
    """Hold how a repetition went: its run in the ledger, its code, what it printed last, and which limit ended it."""

    run: str | None
    exit_code: int
    said: str
    stopped: str | None
    notes: tuple[str, ...]


def repeat(task: Task, *, papers: str, conceal: Callable[[str], str]) -> Repeated:
    """Run a task; its files of order and answer lie in the folder ``papers``, its output in a file beside them.

    What it has printed is kept only as ``conceal`` gives it back: it may hold secrets and names.

    Raises:
        MeasureError: the measuring process itself failed, or nothing was recorded.
    """
    order, answer, log = (os.path.join(papers, name) for name in ("task.json", "answer.json", "output.txt"))
    with suppress(FileNotFoundError):
        os.unlink(answer)
    with open(order, "w", encoding="utf-8") as file:
        json.dump(_written(task), file)
    stopped = _measured((order, answer), log, task)
    try:
        with open(answer, encoding="utf-8") as file:
            told = json.load(file)
    except (OSError, ValueError):
        told = {"exit_code": 137, "refused": None, "notes": [], "recorded_in": None, "run": None}
        if stopped is None:
            raise MeasureError(f"the replay could not be measured: {conceal(_tail(log))}") from None
    if told["refused"]:
        raise MeasureError(f"the replay could not be started: {conceal(told['refused'])}")
    return Repeated(told["run"], told["exit_code"], conceal(_tail(log)), stopped, tuple(map(conceal, told["notes"])))


def _measured(papers: tuple[str, str], log: str, task: Task) -> str | None:
    """Run the measuring process; say which limit ended it, if one did."""
    words = [sys.executable, "-P", "-m", "vatio.govern.reproduce._measured", *papers]
    with open(log, "wb") as output:
        process = subprocess.Popen(
            words,
            cwd=task.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
        try:
            return _watched(process, task)
        except BaseException:
            _end(process)
            raise


def _watched(process: subprocess.Popen[bytes], task: Task) -> str | None:
    begin_s = time.monotonic()
    before_bytes = size_bytes(task.watched, limit_bytes=sys.maxsize)
    look_s = 0.02
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(look_s)
            return None
        begin_look_s, stopped = time.monotonic(), None
        if time.monotonic() - begin_s > task.limit_s:
            stopped = f"it ran longer than {task.limit_s:.0f} s"
        elif size_bytes(task.watched, limit_bytes=before_bytes + task.limit_bytes) > before_bytes + task.limit_bytes:
            stopped = f"it wrote more than {task.limit_bytes / 1e6:.0f} MB"
        if stopped:
            _end(process)
            return stopped
        # A large tree takes a while to add up, on the machine that is measured.
        look_s = max(min(_LOOK_S, 2.0 * look_s), _SPARED * (time.monotonic() - begin_look_s))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the whole group to end, then end the workload, so that its run is still closed, then all of it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_PATIENCE_S)
    for pid in descendants(process.pid):
        send(pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_PATIENCE_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _written(task: Task) -> dict[str, Any]:
    config = {name: _section(task.config, name) for name in SECTIONS if name in _KEPT}
    config["record"] = {**config["record"], "environment": "full"}
    config["ledger"] = {**_section(task.config, "ledger"), "path": task.ledger}
    config["workload"], config["project"] = dict(task.workload), {"name": task.project}
    return {
        "command": list(task.command),
        "environ": dict(task.environ),
        "parents": list(task.parents),
        "root": task.folder,
        "config": config,
        "record_file": None,
        "parent": os.getpid(),
    }


def _section(config: Config, name: str) -> dict[str, Any]:
    chosen = getattr(config, name)
    return {item.name: to_json(getattr(chosen, item.name)) for item in fields(chosen)}


def _tail(path: str) -> str:
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.path.getsize(path) - _TAIL_BYTES))
            lines = file.read().decode("utf-8", "replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][:200] if lines else ""
