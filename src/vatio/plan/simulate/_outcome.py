"""What policies did: counts of blocks of jobs, added up, and held against one another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from vatio.errors import MeasureError
from vatio.plan.simulate._simple import Ran
from vatio.plan.simulate._trace import Array, JobTrace
from vatio.plan.simulate._year import G_PER_W_H
from vatio.plugins import require
from vatio.records import Quantity
from vatio.units import J_PER_KWH, S_PER_HOUR

_SAME_H, _SAME_RATIO = 1e-6, 1e-9
_SOURCE = "trace on a curve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Hold what one policy did. ``saved_ratio`` is of run-now's grams, all jobs together.

    ``wait`` is how much later a job finishes than if it had run at once; ``energy_j`` holds ``overhead_j``, what resumes
    burnt. ``cpu_s`` is what it took to simulate.
    """

    policy: str
    does: str
    jobs: int
    emissions_g: Quantity
    saved_ratio: float
    energy_j: float
    overhead_j: float
    wait_mean_s: float
    wait_p95_s: float
    missed: int
    resumes: int
    cpu_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """Hold the outcomes of all policies on one trace; every policy ran the same jobs with the same work, which is checked."""

    SCHEMA: ClassVar[str] = "vatio.simulation/1"

    zone: str
    source: str
    hours: int
    jobs: int
    left_out: int
    work_j: float
    resume_cost_s: float
    outcomes: tuple[Outcome, ...]
    checks: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Hold what one block of jobs did under one policy: ``grams`` are value, low and high."""

    jobs: int
    missed: int
    resumes: int
    work_j: float
    overhead_j: float
    cpu_s: float
    grams: tuple[float, ...]
    waits_h: Array


def count_of(jobs: JobTrace, ran: Ran, *, resume_h: float, cpu_s: float) -> Count:
    """Count what became of a block of jobs."""
    np = require("numpy", extra="plan")
    wait = ran.finish_h - jobs.arrival_h - jobs.length_h
    return Count(
        jobs=len(jobs),
        missed=int((wait > jobs.slack_h + _SAME_H).sum()),
        resumes=int(ran.resumes.sum()),
        work_j=float(jobs.power_w @ ran.worked_h) * S_PER_HOUR,
        overhead_j=float(jobs.power_w @ ran.resumes) * resume_h * S_PER_HOUR,
        cpu_s=cpu_s,
        grams=tuple(map(float, (ran.weights @ jobs.power_w) * G_PER_W_H)),
        waits_h=np.where(wait > _SAME_H, wait, 0.0).astype(np.float32),
    )


def checked(counts: dict[str, list[Count]], *, jobs: int, work_j: float) -> tuple[str, ...]:
    """Hold the books together: every policy has run every job once, and done the same work; say so.

    Raises:
        MeasureError: they do not hold.
    """
    apart = max(abs(math.fsum(one.work_j for one in some) - work_j) for some in counts.values())
    if any(sum(one.jobs for one in some) != jobs for some in counts.values()) or not apart <= _SAME_RATIO * work_j:
        raise MeasureError("a policy has lost jobs or energy", hint="this is a fault of vatio: please report it with the trace")
    return (
        f"every policy ran all {jobs} jobs once",
        f"every policy did the same {work_j / J_PER_KWH:.6g} kWh of work (to {apart / work_j:.0e} of it), resumes apart",
    )


def outcome(name: str, does: str, counts: Sequence[Count], *, base_g: float) -> Outcome:
    """Add up one policy's blocks."""
    np = require("numpy", extra="plan")
    waits = np.concatenate([one.waits_h for one in counts])
    sides = [math.fsum(one) for one in zip(*(one.grams for one in counts), strict=True)]
    value, low, high = sides if len(sides) == 3 else (sides[0],) * 3
    work_j, overhead_j = (math.fsum(getattr(one, name) for one in counts) for name in ("work_j", "overhead_j"))
    return Outcome(
        policy=name,
        does=does,
        jobs=sum(one.jobs for one in counts),
        emissions_g=Quantity.around(value, min(low, value), max(high, value), provenance="modelled", source=_SOURCE),
        saved_ratio=1.0 - value / base_g if base_g > 0.0 else 0.0,
        energy_j=work_j + overhead_j,
        overhead_j=overhead_j,
        wait_mean_s=float(waits.mean(dtype=np.float64)) * S_PER_HOUR,
        wait_p95_s=float(np.quantile(waits, 0.95)) * S_PER_HOUR,
        missed=sum(one.missed for one in counts),
        resumes=sum(one.resumes for one in counts),
        cpu_s=math.fsum(one.cpu_s for one in counts),
    )
