"""Profile a command from a terminal, and say where its cost went."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from vatio.cli._rim import Rim
from vatio.cli._terminal import plain_table
from vatio.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.profile import Profile, Spent


def profiled(rim: Rim, words: Sequence[str]) -> Profile:
    """Run and sample the command.

    Raises:
        UsageError: there is no command.
        Refused: it could not be started.
        MeasureError: nothing of it could be measured.
    """
    from vatio.measure import RunOptions
    from vatio.optimise.profile import profile_command

    config = rim.config({})
    command = tuple(words) or config.workload.command
    if not command:
        raise UsageError("no command to profile", hint="vatio profile -- python train.py")
    environ = {**config.workload.environ, **rim.environ}
    return profile_command(command, config=config, options=RunOptions(environ=environ))


def profile_lines(found: Profile, top: int) -> list[str]:
    """Say what the run cost, what set its pace, and what its dearest functions and lines spent."""
    joules = found.energy_of_j(found.cpu_s or 0.0)
    whole = f"{found.cpu_s or 0.0:.3g} CPU-s" + ("" if joules is None else f", {joules:.3g} J ({found.energy_j.provenance})")
    sampled = f"{found.sampled_cpu_s:.3g} CPU-s of it known by line of Python"
    lines = [f"run {found.record.id}: {whole}; {sampled}", f"pace: {found.bottleneck.kind}"]
    lines += [f"  {one}" for one in found.bottleneck.evidence]
    for title, spent in (("function", found.functions), ("line", found.lines)):
        if spent:
            rows = [_row(one, found) for one in spent[:top]]
            lines += ["", *plain_table((title, "self", "with callees", "share"), rows, right=(1, 2, 3))]
    return lines


def profile_json(found: Profile, top: int) -> dict[str, Any]:
    """Give the same as JSON."""
    return {
        "schema": "vatio.profile/1",
        "run": found.record.id,
        "exit_code": found.outcome.exit_code,
        "duration_s": found.record.duration_s,
        "cpu_s": found.cpu_s,
        "sampled_cpu_s": found.sampled_cpu_s,
        "energy_j": found.energy_j,
        "bottleneck": {"kind": found.bottleneck.kind, "evidence": list(found.bottleneck.evidence)},
        "functions": [_json(one, found) for one in found.functions[:top]],
        "lines": [_json(one, found) for one in found.lines[:top]],
        "notes": list(found.notes),
    }


def flame_of(found: Profile) -> str:
    """Draw the stacks, in joules where they are known."""
    from vatio.optimise.profile import flame_svg

    known_j = found.energy_of_j(found.sampled_cpu_s)
    unit, cost = ("CPU-s", found.sampled_cpu_s) if known_j is None else (f"J ({found.energy_j.provenance})", known_j)
    title = f"{found.record.name}: {cost:.3g} {unit} known by line of Python"
    per_cpu_s = cost / found.sampled_cpu_s if found.sampled_cpu_s else 1.0
    return flame_svg(found.stacks, title=title, unit=unit, per_cpu_s=per_cpu_s)


def _row(one: Spent, found: Profile) -> tuple[str, str, str, str]:
    place = f"{os.path.relpath(one.file) if os.path.isabs(one.file) else one.file}:{one.line or one.function}"
    share = one.self_cpu_s / found.sampled_cpu_s if found.sampled_cpu_s else 0.0
    return place, _cost(one.self_cpu_s, found), _cost(one.total_cpu_s, found), f"{share * 100.0:.1f} %"


def _cost(cpu_s: float, found: Profile) -> str:
    joules = found.energy_of_j(cpu_s)
    return f"{cpu_s:.3f} CPU-s" if joules is None else f"{joules:.3g} J"


def _json(one: Spent, found: Profile) -> dict[str, Any]:
    return {
        "file": one.file,
        "function": one.function,
        "line": one.line or None,
        "self_cpu_s": one.self_cpu_s,
        "total_cpu_s": one.total_cpu_s,
        "self_j": found.energy_of_j(one.self_cpu_s),
        "total_j": found.energy_of_j(one.total_cpu_s),
    }
