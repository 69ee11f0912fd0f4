"""Have candidates checked in a child process that ends in time, whatever the user's code does."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from vatio.errors import MeasureError
from vatio.optimise.code._source import Proposal, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Hold what the child found of the function and of each candidate."""

    baseline: Mapping[str, Any]
    candidates: tuple[Mapping[str, Any], ...]
    cases: tuple[str, ...]
    writes: bool
    cpu_s: float


def check(
    source: Source,
    proposals: Sequence[Proposal],
    arguments: str,
    *,
    tolerance_ratio: float,
    timeout_s: float,
    environ: Mapping[str, str],
) -> Checked:
    """Call the function and the candidates on the same inputs; what they print goes nowhere.

    Raises:
        MeasureError: the function fails on its arguments, does not end in time, or cannot be loaded.
    """
    asked = {
        "path": source.path,
        "name": source.name,
        "text": source.text,
        "args": arguments,
        "tolerance_ratio": tolerance_ratio,
        "candidates": [proposal.text for proposal in proposals],
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory(prefix="vatio-code-") as folder:
        out = os.path.join(folder, "found.json")
        _run(asked, out, timeout_s=timeout_s, environ=environ)
        try:
            with open(out, encoding="utf-8") as file:
                found = json.load(file)
        except (OSError, ValueError) as error:
            raise MeasureError(f"{source.name} could not be checked: its process left nothing") from error
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if found["error"]:
        raise MeasureError(f"cannot check {source.name}: {found['error']}", hint="call it with these arguments yourself")
    return Checked(
        baseline=found["baseline"],
        candidates=tuple(found["candidates"]),
        cases=tuple(found["cases"]),
        writes=found["writes"],
        cpu_s=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    )


def _run(asked: Mapping[str, Any], out: str, *, timeout_s: float, environ: Mapping[str, str]) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "vatio.optimise.code._child", out],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=dict(environ),
        start_new_session=True,
    )
    try:
        child.communicate(json.dumps(asked).encode(), timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        raise MeasureError(
            f"{asked['name']} and its candidates did not end within {timeout_s:g} s",
            hint="give smaller arguments, or more time with --timeout",
        ) from error
    finally:
        # The whole session: whatever the user's code has started ends with it.
        if child.poll() is None or child.returncode != 0:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        child.wait()
