"""Run each arm once and look where it loads its code from, before anything is compared."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from vatio.errors import MeasureError
from vatio.govern.gate._bench import Bench
from vatio.govern.gate.arms import Seen, Side, Sides, check_built, check_loaded, lay_probe, read_probe, untracked_hint
from vatio.measure import Arm, PairedDesign, PairedMeasurement


def look_through(bench: Bench, sides: Sides) -> tuple[str, ...]:
    """Run each arm once with a probe in it, and check that each loaded the project from its own tree; give remarks.

    Raises:
        MeasureError: an arm fails, logs no metric that is asked for, or ran the other's code.
    """
    folders = {side.arm.name: os.path.join(sides.folder, f"seen-{side.arm.name}") for side in sides.both}
    arms = tuple(_probed(side.arm, folders[side.arm.name], bench.environ) for side in sides.both)
    design = PairedDesign(pairs=1, warm_up=0, pin=False, work_unit=bench.request.work_unit)
    hint = untracked_hint() if sides.baseline.tree is not None else ""
    found = bench.measure("looking where each arm loads its code from", arms, design, hint=hint)
    _check_metric(found, bench.request.metric)
    remarks = []
    for side, other in (sides.both, sides.both[::-1]):
        seen = read_probe(folders[side.arm.name])
        _check_prefix(side, seen)
        if side.tree is not None and other.tree is not None:
            path = side.arm.environ.get("PATH") or bench.environ.get("PATH", os.defpath)
            if side is sides.candidate and bench.request.setup is None:
                check_built(side, seen, other=other.tree)
            remarks.append(check_loaded(side, seen, other=other.tree, names=sides.modules, path=path))
    # Mostly the same holds of both arms, and is said once.
    return tuple(dict.fromkeys(filter(None, remarks)))


def _check_prefix(side: Side, seen: Seen) -> None:
    if side.prefix is None or not seen.is_python or os.path.realpath(side.prefix) in seen.prefixes:
        return
    where = ", ".join(sorted(seen.prefixes))
    raise MeasureError(
        f"the {side.arm.name} ran the Python of {where}, not that of {side.prefix}",
        hint="write `python`, which is found in each arm's environment first, and not a path",
    )


def _check_metric(found: PairedMeasurement, metric: str | None) -> None:
    for each in found.repetitions if metric is not None else ():
        if metric not in each.metrics:
            logged = ", ".join(sorted(each.metrics)) or "none"
            raise MeasureError(
                f"the {each.arm} logs no metric {metric!r}; it logs: {logged}", hint=f'vatio.log_metric("{metric}", value)'
            )


def _probed(arm: Arm, folder: str, environ: Mapping[str, str]) -> Arm:
    laid = lay_probe(folder, {"PYTHONPATH": environ.get("PYTHONPATH"), **arm.environ})
    return replace(arm, environ=laid)
