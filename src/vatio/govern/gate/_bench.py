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
from vatio.govern.gate.arms import BASELINE, CANDIDATE, Sides
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
        self,
        step: str,
        arms: tuple[Arm, ...],
        design: PairedDesign,
        *,
        stop: Callable[[PairedCosts], bool] | None = None,
        hint: str = "",
    ) -> PairedMeasurement:
        """Measure arms in turn, and add that to what was done; ``hint`` is what to do where only the baseline fails.

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
            raise _failed(found, hint)
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


def _failed(found: PairedMeasurement, hint: str) -> MeasureError | UsageError:
    """Say which arm failed and how; a program that is nowhere to be found is bad use."""
    failing = [one for one in found.repetitions if not one.ok and one.arm in found.failed]
    first, arms = failing[0], [arm for arm in found.arms if arm in found.failed]
    last_words = f":\n{first.stderr_tail.rstrip()}" if first.stderr_tail.strip() else ""
    if len(arms) > 1 and all(one.exit_code in _NOT_FOUND for one in failing):
        return UsageError(f"{first.reason}{last_words}", hint="vatio gate --against main -- COMMAND")
    if len(arms) > 1:
        return MeasureError(f"both arms fail: {first.reason}{last_words}")
    said = "a candidate that does not do the work cannot be compared" if arms[0] == CANDIDATE else hint
    return MeasureError(f"the {arms[0]} fails: {first.reason}{last_words}", hint=said)
