"""Measure the arms of a gate step by step: each alone and looked through, the baseline against itself, both in turn."""

from __future__ import annotations

import math
import os
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from vatio.analysis import Control, GateRule, control
from vatio.errors import MeasureError, UsageError
from vatio.govern.gate._outcome import GateProgress
from vatio.govern.gate._request import GateRequest
from vatio.govern.gate.arms import BASELINE, CANDIDATE, Sides, check_loaded, lay_probe, read_probe, untracked_hint
from vatio.measure import Arm, PairedCosts, PairedDesign, PairedMeasurement, PairedOptions, PairedProgress, measure_paired
from vatio.records import Quantity, total

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config

CONTROL = "control"
_CONTROL_PAIRS = 4
_FEWEST_CONTROL_PAIRS = 2
# The part of the time that the control may take where a time is given.
_CONTROL_SHARE = 0.25
_NOT_FOUND = (126, 127)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Hold what every step of a gate needs. ``until_s`` (monotonic) is when the measuring must have ended."""

    request: GateRequest
    config: Config
    environ: Mapping[str, str]
    progress: Callable[[GateProgress], None] | None = None
    until_s: float | None = None
    done: list[PairedMeasurement] = field(default_factory=list)

    def tell(self, step: str) -> None:
        """Say what is being done."""
        if self.progress is not None:
            self.progress(GateProgress(step=step))

    def measure(
        self, step: str, arms: tuple[Arm, ...], design: PairedDesign, *, stop: Callable[[PairedCosts], bool] | None = None
    ) -> PairedMeasurement:
        """Measure arms in turn.

        Raises:
            MeasureError: an arm's command failed, or does not exist.
        """
        self.tell(step)
        options = PairedOptions(
            environ=self.environ,
            name=f"gate: {step}",
            tags={"gate": step},
            parents=tuple(one.run for one in self.done if one.run is not None),
        )
        found = measure_paired(
            arms, design=design, config=self.config, options=options, stop=stop, progress=self._progress(step)
        )
        self.done.append(found)
        # One that fails now and then is left out, with its block; one that cannot be compared ends it.
        if found.ended_by == "failure" or (found.failed and design.pairs == 1):
            raise _failed(found)
        return found

    @property
    def folder(self) -> str:
        """Give the folder in which the command is called."""
        return self.request.folder or os.getcwd()

    @property
    def left_s(self) -> float | None:
        """Give the time that is left; ``None`` where none was given."""
        return None if self.until_s is None else max(1.0, self.until_s - time.monotonic())

    @property
    def energy_j(self) -> Quantity:
        """Give what all that was measured drew."""
        return total(one.energy_j for one in self.done) if self.done else Quantity.absent("energy")

    def _progress(self, step: str) -> Callable[[PairedProgress], None] | None:
        tell = self.progress
        if tell is None:
            return None
        return lambda at: tell(GateProgress(step=step, done=at.done, planned=at.planned, elapsed_s=at.elapsed_s))


def look_through(bench: Bench, sides: Sides) -> tuple[str, ...]:
    """Run each arm once with a probe in it, and check that each loaded the project from its own tree; give remarks.

    Raises:
        MeasureError: an arm fails, or ran the other's code.
    """
    folders = {side.arm.name: os.path.join(sides.folder, f"seen-{side.arm.name}") for side in sides.both}
    arms = tuple(_probed(side.arm, folders[side.arm.name], sides, bench.environ) for side in sides.both)
    design = PairedDesign(pairs=1, warm_up=0, pin=False, work_unit=bench.request.work_unit)
    _check_metric(bench.measure("looking where each arm loads its code from", arms, design), bench.request.metric)
    remarks = []
    for side, other in (sides.both, sides.both[::-1]):
        seen = read_probe(folders[side.arm.name])
        path = side.arm.environ.get("PATH") or bench.environ.get("PATH", os.defpath)
        if side.prefix is not None and seen.is_python and os.path.realpath(side.prefix) not in seen.prefixes:
            where = ", ".join(sorted(seen.prefixes))
            raise MeasureError(
                f"the {side.arm.name} ran the Python of {where}, not that of {side.prefix}",
                hint="write `python`, which is found in each arm's environment first, and not a path",
            )
        if side.tree is not None and other.tree is not None:
            remarks.append(
                check_loaded(
                    side.arm.name,
                    seen,
                    tree=side.tree,
                    other=other.tree,
                    names=sides.modules,
                    command=side.arm.command,
                    path=path,
                )
            )
    return tuple(filter(None, remarks))


def against_itself(bench: Bench, sides: Sides, rule: GateRule) -> Control | None:
    """Measure the baseline against itself for a few pairs; ``None`` where the time is too short for that."""
    first = bench.done[-1] if bench.done else None
    pairs = _control_pairs(first, bench.left_s)
    if pairs < _FEWEST_CONTROL_PAIRS:
        return None
    arms = (sides.baseline.arm, replace(sides.baseline.arm, name=CONTROL))
    design = PairedDesign(pairs=pairs, seed=_seed(), work_unit=bench.request.work_unit)
    found = bench.measure("the baseline against itself", arms, design)
    ratios = found.pairs(BASELINE, CONTROL)
    return control(ratios, rule=rule) if len(ratios) >= _FEWEST_CONTROL_PAIRS else None


def compare(
    bench: Bench, sides: Sides, *, stop: Callable[[PairedCosts], bool], most_pairs: int | None = None
) -> PairedMeasurement:
    """Measure the baseline and the candidate in turn until ``stop`` says so."""
    request = bench.request
    design = PairedDesign(pairs=most_pairs or request.pairs, seed=_seed(), max_time_s=bench.left_s, work_unit=request.work_unit)
    return bench.measure("baseline and candidate in turn", (sides.baseline.arm, sides.candidate.arm), design, stop=stop)


def _seed() -> int:
    """Draw the seed of an order: one that is always the same would meet what recurs on this machine always alike."""
    return secrets.randbits(31)


def _control_pairs(first: PairedMeasurement | None, left_s: float | None) -> int:
    if left_s is None or first is None:
        return _CONTROL_PAIRS
    pair_s = max(1e-3, math.fsum(one.duration_s for one in first.repetitions))
    return min(_CONTROL_PAIRS, int(left_s * _CONTROL_SHARE / pair_s) - 1)  # one more warms up


def _check_metric(found: PairedMeasurement, metric: str | None) -> None:
    for each in found.repetitions if metric is not None else ():
        if metric not in each.metrics:
            logged = ", ".join(sorted(each.metrics)) or "none"
            raise MeasureError(
                f"the {each.arm} logs no metric {metric!r}; it logs: {logged}", hint=f'vatio.log_metric("{metric}", value)'
            )


def _probed(arm: Arm, folder: str, sides: Sides, environ: Mapping[str, str]) -> Arm:
    laid = lay_probe(folder, sides.modules, {"PYTHONPATH": environ.get("PYTHONPATH"), **arm.environ})
    return replace(arm, environ=laid)


def _failed(found: PairedMeasurement) -> MeasureError | UsageError:
    """Say which arm failed and how; a program that is nowhere to be found is bad use."""
    failing = [one for one in found.repetitions if not one.ok and one.arm in found.failed]
    last = failing[-1] if failing else None
    tail = f":\n{last.stderr_tail.rstrip()}" if last is not None and last.stderr_tail.strip() else ""
    arms = sorted(found.failed)
    if len(arms) > 1 and all(one.exit_code in _NOT_FOUND for one in failing):
        return UsageError(f"{found.failed[arms[0]]}{tail}", hint="vatio gate --against main -- COMMAND")
    only = [arm for arm in found.arms if arm in found.failed]
    whose = f"the {only[0]} fails" if len(only) == 1 else "both arms fail"
    hints = {BASELINE: untracked_hint(), CANDIDATE: "a candidate that does not do the work cannot be compared"}
    return MeasureError(f"{whose}: {found.failed[only[0]]}{tail}", hint=hints.get(only[0], "") if len(only) == 1 else "")
