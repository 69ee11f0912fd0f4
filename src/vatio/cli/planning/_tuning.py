"""Tune a workload from a terminal, and write what was found into its configuration."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

from vatio.cli._rim import Rim
from vatio.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.plan.tune import Tried, Tuned


def tuned(rim: Rim, words: Sequence[str], options: Mapping[str, Any]) -> Tuned:
    """Tune the command as asked.

    Raises:
        UsageError: there is no command, or nothing to turn.
        MeasureError: the workload fails as it is.
    """
    from vatio.measure import PairedOptions, surroundings
    from vatio.plan.tune import read_knob, thread_knob, tune
    from vatio.units import parse_duration_s

    config = rim.config({})
    command = tuple(words) or config.workload.command
    if not command:
        raise UsageError("no command to tune", hint="vatio plan tune -- python train.py")
    knobs = [read_knob(text) for text in options["knobs"]]
    if not knobs:
        around = surroundings(rim.environ)
        knobs = [thread_knob(max(1, int(around.cpus_granted or around.cpus)))]
    limit = options["max_time"]
    return tune(
        command,
        knobs,
        config=config,
        options=PairedOptions(environ={**config.workload.environ, **rim.environ}, name="tune"),
        work_unit=options["work_unit"],
        max_time_s=None if limit is None else parse_duration_s(limit),
        told=rim.note,
    )


def keep_in(path: str, found: Tuned) -> None:
    """Write the chosen setting into [workload] of a configuration file that does not say it yet.

    Raises:
        UsageError: the file says it already, or cannot be written: the lines to change are in the hint.
    """
    from vatio.files import write_whole

    lines = setting_lines(found)
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}", hint="\n".join(lines)) from error
    said = _workload_of(path, text)
    taken = [name for name in ("environ", "command") if name in said and any(line.startswith(f"{name} =") for line in lines)]
    if taken:
        raise UsageError(f"{path} sets {' and '.join(taken)} of [workload] already", hint="write there: " + "; ".join(lines))
    head = "[workload]"
    if head in text.splitlines():
        text = text.replace(head, "\n".join([head, *lines]), 1)
    else:
        text = f"{text.rstrip()}\n\n" * bool(text.strip()) + "\n".join([head, *lines]) + "\n"
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}", hint="\n".join(lines)) from error


def setting_lines(found: Tuned) -> list[str]:
    """Give the lines of [workload] that keep the setting; none where the default is kept."""
    if found.chosen == found.default:
        return []
    import json

    pairs = ", ".join(f"{name} = {json.dumps(value)}" for name, value in found.environ.items())
    lines = [f"environ = {{ {pairs} }}"] if pairs else []
    if found.default.values:  # some knobs are placeholders of the command
        lines.append(f"command = {json.dumps(list(found.command))}")
    return lines


def tuned_lines(found: Tuned) -> list[str]:
    """Say what was found: each setting against the default, what is kept, and what finding it cost."""
    width = max(len(tried.setting.name) for tried in found.tried)
    lines = [f"cost of a run in {found.basis}, against {found.default.name!r}", ""]
    for tried in sorted(found.tried, key=lambda one: 0.0 if one.change_ratio is None else one.change_ratio.value):
        mark = ">" if tried.setting == found.chosen else " "
        lines.append(f"{mark} {tried.setting.name:<{width}}  {_change_text(tried, found)}")
    lines += ["", f"keep: {found.chosen.name}" + ("" if found.chosen != found.default else "; nothing is surely cheaper")]
    lines += [f"  {line}" for line in setting_lines(found)]
    is_measured = found.unit == "J" and found.energy_j.value is not None
    spent = f"{found.energy_j.value:.3g} J" if is_measured else f"{found.cpu_s or 0.0:.3g} CPU-s"
    after = "" if found.payback_ratio is None else f"; repaid after {max(1, math.ceil(found.payback_ratio))} runs"
    return [*lines, f"search: {spent}{after}", *(f"note: {note}" for note in found.notes)]


def tuned_json(found: Tuned) -> dict[str, Any]:
    """Give the same as JSON."""
    return {
        "schema": "vatio.tuned/1",
        "chosen": dict(found.chosen.values),
        "command": list(found.command),
        "environ": dict(found.environ),
        "change_ratio": None if found.change_ratio is None else found.change_ratio._asdict(),
        "unit": found.unit,
        "tried": [
            {
                "setting": dict(tried.setting.values),
                "change_ratio": None if tried.change_ratio is None else tried.change_ratio._asdict(),
                "blocks": tried.blocks,
                "reason": tried.reason,
            }
            for tried in found.tried
        ],
        "runs": list(found.runs),
        "cpu_s": found.cpu_s,
        "pays_after": found.payback_ratio,
        "notes": list(found.notes),
    }


def _change_text(tried: Tried, found: Tuned) -> str:
    if tried.reason:
        return f"failed: {tried.reason}"
    if tried.setting == found.default:
        return f"the default, {tried.blocks} blocks"
    if tried.change_ratio is None:
        return "not measured often enough"
    low, high = tried.change_ratio.low * 100.0, tried.change_ratio.high * 100.0
    return f"{tried.change_ratio.value * 100.0:+.1f} % ({low:+.1f} .. {high:+.1f}), {tried.blocks} blocks"


def _workload_of(path: str, text: str) -> Mapping[str, Any]:
    import tomllib

    try:
        found = tomllib.loads(text).get("workload", {})
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is no TOML: {error}") from None
    return found if isinstance(found, dict) else {}


def project_file(rim: Rim) -> str:
    """Name the configuration file that a setting is written to."""
    return os.path.join(rim.config({}).root, "vatio.toml")
