"""Replay policies over a trace, block by block."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from vatio.errors import UnknownName, UsageError
from vatio.plan.simulate._foresight import Foreseen, foresee_all
from vatio.plan.simulate._outcome import Count, Simulation, checked, count_of, outcome
from vatio.plan.simulate._policy import POLICIES
from vatio.plan.simulate._simple import Sums, sums_of
from vatio.plan.simulate._trace import Array, JobTrace
from vatio.plan.simulate._year import Year
from vatio.plugins import require
from vatio.units import S_PER_HOUR

# Jobs that are looked at together: what bounds memory.
_AT_ONCE = 100_000
_BASE, _FORESEEING = "run-now", "vatio"
Told = Callable[[str], None]


def replay(
    trace: JobTrace, year: Year, *, policies: Sequence[str] = tuple(POLICIES), resume_h: float = 0.0, told: Told | None = None
) -> Simulation:
    """Run every job under every policy. Jobs whose window ends after the curve are left out, and counted.

    ``resume_h`` is what a resume burns, as hours of the job's energy; it takes no time. Run-now is always among the policies.

    Raises:
        UsageError: no job fits into the curve, or the cost of a resume cannot be.
        UnknownName: there is no such policy.
        MissingExtra: numpy is not installed.
    """
    np = require("numpy", extra="plan")
    names = _named(policies, resume_h)
    fits = np.flatnonzero(trace.deadline_h <= year.hours)
    if not len(fits):
        raise UsageError(
            f"none of {len(trace)} jobs ends within the {year.hours} h of the curve", hint="shift or cut the trace"
        )
    sums = sums_of(year)
    begun_s = time.process_time()
    foreseen = foresee_all(year, window_h=_widest_h(trace, fits)) if _FORESEEING in names else None
    forecast_s = time.process_time() - begun_s
    counts: dict[str, list[Count]] = {name: [] for name in names}
    for done, block in _blocks(fits):
        jobs = trace.pick(block)
        for name in names:
            counts[name].append(_counted(name, jobs, sums, resume_h, foreseen))
        if told is not None:
            told(f"{done} of {len(fits)} jobs")
    if _FORESEEING in names:
        first = counts[_FORESEEING][0]
        counts[_FORESEEING][0] = replace(first, cpu_s=first.cpu_s + forecast_s)
    return _simulation(trace, year, fits, counts, resume_h, foreseen)


def _named(policies: Sequence[str], resume_h: float) -> list[str]:
    for name in policies:
        if name not in POLICIES:
            raise UnknownName.among("policy", name, POLICIES)
    if not (math.isfinite(resume_h) and resume_h >= 0.0):
        raise UsageError(f"a resume that costs {resume_h:g} h", hint="hours of the job's own energy, such as 0.5h")
    return [name for name in POLICIES if name in {_BASE, *policies}]


def _widest_h(trace: JobTrace, fits: Array) -> int:
    return math.ceil(float((trace.length_h + trace.freedom_h)[fits].max())) + 1


def _blocks(fits: Array) -> Iterator[tuple[int, Array]]:
    for first in range(0, len(fits), _AT_ONCE):
        yield min(first + _AT_ONCE, len(fits)), fits[first : first + _AT_ONCE]


def _counted(name: str, jobs: JobTrace, sums: Sums, resume_h: float, foreseen: Foreseen | None) -> Count:
    begun_s = time.process_time()
    ran = POLICIES[name][0](jobs, sums, resume_h=resume_h, foreseen=foreseen)
    return count_of(jobs, ran, resume_h=resume_h, cpu_s=time.process_time() - begun_s)


def _simulation(
    trace: JobTrace, year: Year, fits: Array, counts: dict[str, list[Count]], resume_h: float, foreseen: Foreseen | None
) -> Simulation:
    work_j = float(trace.power_w[fits] @ trace.length_h[fits]) * S_PER_HOUR
    base_g = math.fsum(one.grams[0] for one in counts[_BASE])
    return Simulation(
        zone=year.zone,
        source=year.source,
        hours=year.hours,
        jobs=len(fits),
        left_out=len(trace) - len(fits),
        work_j=work_j,
        resume_cost_s=resume_h * S_PER_HOUR,
        outcomes=tuple(outcome(name, POLICIES[name][1], some, base_g=base_g) for name, some in counts.items()),
        checks=checked(counts, jobs=len(fits), work_j=work_j),
        notes=tuple(_notes(trace, year, len(fits), foreseen, foresees=_FORESEEING in counts)),
    )


def _notes(trace: JobTrace, year: Year, fits: int, foreseen: Foreseen | None, *, foresees: bool) -> Iterator[str]:
    if fits < len(trace):
        yield f"{len(trace) - fits} of {len(trace)} jobs could end after the curve does, and are left out"
    unknown = int((~year.known).sum())
    if unknown:
        yield f"{unknown} of {year.hours} hours were not known: filled, and the grams have an interval"
    if foresees and foreseen is None:
        yield "the curve is too short to forecast from: vatio runs at once"
    elif foresees and foreseen is not None and float(trace.arrival_h.min()) < foreseen.first:
        yield f"in the first {foreseen.first} h of the curve vatio has no forecast and runs at once: begin the trace later"
