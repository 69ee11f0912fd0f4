"""Make two arms of two commands in one tree."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from vatio.errors import UsageError
from vatio.govern.gate.arms._environment import WITHIN
from vatio.govern.gate.arms._side import BASELINE, CANDIDATE, Side, Sides
from vatio.govern.gate.arms._worktree import scratch
from vatio.measure import Arm


@contextmanager
def sides_of_commands(text: str, command: tuple[str, ...], *, folder: str, environ: Mapping[str, str]) -> Iterator[Sides]:
    """Give two arms that differ in their command only.

    Raises:
        UsageError: the text is no command.
    """
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"cmd:{text} is no command: {error}".lower(), hint='quote it once: "cmd:python old.py"') from error
    if not words:
        raise UsageError("cmd: names no command", hint='"cmd:python old.py"')
    with scratch(environ) as own:
        yield Sides(
            baseline=Side(arm=_arm(BASELINE, words, folder), label=shlex.join(words)),
            candidate=Side(arm=_arm(CANDIDATE, command, folder), label=shlex.join(command)),
            folder=own,
        )


def _arm(name: str, command: tuple[str, ...], folder: str) -> Arm:
    return Arm(name=name, command=command, cwd=os.path.realpath(folder), environ={WITHIN: "1"})
