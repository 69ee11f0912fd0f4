"""Propose changes of code from a terminal, and say what was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vatio.cli._rim import Rim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.code import Candidate, CodeFound


def coded(rim: Rim, target: str, options: Mapping[str, Any]) -> CodeFound:
    """Propose, check and measure as asked.

    Raises:
        UsageError: the file, the function, the arguments or a number cannot be used.
        MissingExtra: numpy is not installed.
        MeasureError: the function fails on its arguments or does not end in time.
    """
    from vatio.measure import PairedOptions
    from vatio.optimise.code import optimise_code
    from vatio.units import parse_duration_s

    return optimise_code(
        target,
        config=rim.config({}),
        options=PairedOptions(environ=rim.environ, name="optimise code"),
        arguments=options["arguments"],
        pairs=options["pairs"],
        tolerance_ratio=options["tolerance"],
        timeout_s=parse_duration_s(options["timeout"]),
    )


def code_lines(found: CodeFound) -> list[str]:
    """Say what was found, candidate by candidate, and show the change."""
    lines = [f"{found.path}:{found.name}"]
    if found.cost is not None:
        lines.append(f"  a call costs {found.cost:.3g} {_unit(found)} ({found.basis})")
    lines += [f"  {one.name}: {_candidate_text(one, found)}" for one in found.candidates]
    lines += [f"  {reason}" for reason in found.reasons]
    if found.cases:
        lines.append(f"  equal means: to {found.tolerance_ratio:g} on {', '.join(found.cases)}")
    shown = found.chosen
    if found.verdict == "unchecked":
        shown = found.candidates[0]
        lines += ["", "unchecked: give --args FILE.npz or module:function to have it checked and measured"]
    elif found.verdict != "cheaper":
        lines += ["", "keep it as it is" + ("" if found.candidates else ": nothing was found to propose")]
    if found.search_cpu_s is not None:
        lines += _search_lines(found)
    return lines if shown is None else [*lines, "", *shown.diff.splitlines()]


def code_json(found: CodeFound) -> dict[str, Any]:
    """Give the same as JSON."""
    return {
        "schema": "vatio.code/1",
        "path": found.path,
        "function": found.name,
        "verdict": found.verdict,
        "chosen": None if found.chosen is None else found.chosen.name,
        "call_cost": found.cost,
        "unit": found.unit,
        "basis": found.basis,
        "cases": list(found.cases),
        "tolerance_ratio": found.tolerance_ratio,
        "candidates": [_candidate_json(one) for one in found.candidates],
        "reasons": list(found.reasons),
        "notes": list(found.notes),
        "run": found.run,
        "search_cpu_s": found.search_cpu_s,
    }


def _candidate_json(one: Candidate) -> dict[str, Any]:
    return {
        "name": one.name,
        "how": one.how,
        "is_equal": one.is_equal,
        "reason": one.reason,
        "times": None if one.times is None else one.times._asdict(),
        "call_cost": one.cost,
        "first_cpu_s": one.first_cpu_s,
        "pays_after": one.pays_after,
        "diff": one.diff,
    }


def _unit(found: CodeFound) -> str:
    return "J" if found.unit == "J" else "CPU-s"


def _candidate_text(one: Candidate, found: CodeFound) -> str:
    if one.times is None:
        return f"{one.how}; {one.reason}" if one.reason else one.how
    text = f"{one.how}; equal results, {one.times.value:.3g} times cheaper ({one.times.low:.3g} .. {one.times.high:.3g})"
    if one.pays_after:
        text += f"; compiling costs {one.first_cpu_s or 0.0:.2g} CPU-s, repaid after {one.pays_after} calls"
    elif one.pays_after is None:
        text += f"; compiling costs {one.first_cpu_s or 0.0:.2g} CPU-s and is never repaid"
    return text + (" <- chosen" if one == found.chosen else "")


def _search_lines(found: CodeFound) -> list[str]:
    text = f"finding this cost {found.search_cpu_s:.3g} CPU-s"
    before, after = found.cost, None if found.chosen is None else found.chosen.cost
    if found.unit == "cpu_s" and before is not None and after is not None and before > after:
        text += f", repaid after {(found.search_cpu_s or 0.0) / (before - after):.0f} calls"
    return ["", text]
