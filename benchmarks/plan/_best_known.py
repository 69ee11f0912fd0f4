"""Look for the best plan of each fleet of plan-07: ``python -m benchmarks.plan._best_known --minutes 10 --seeds 0-9``.

vatio's search, HiGHS (through scipy) and CP-SAT each get that many CPU-minutes; CP-SAT starts from vatio's plan. What was found
is kept in best_known.json beside this file, with the CPU-minutes of all runs together, and a later run only ever improves it.
CP-SAT lives in an environment of its own (.venvs/solvers: ortools, numpy, scipy); without it that solver is left out, and the
file says so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from typing import Any

from benchmarks.plan._fleets import make_fleet
from vatio.plan.fleet import Fleet, FleetPlan, plan_fleet

HERE = os.path.dirname(os.path.abspath(__file__))
KEPT = os.path.join(HERE, "best_known.json")
_SOLVERS = os.path.join(os.path.dirname(os.path.dirname(HERE)), ".venvs", "solvers", "bin", "python")
JOBS, SLOTS = 200, 168


def read() -> dict[str, Any]:
    """Read what is kept, by seed."""
    if not os.path.exists(KEPT):
        return {}
    with open(KEPT, encoding="utf-8") as file:
        found: dict[str, Any] = json.load(file)
    return found


def model(fleet: Fleet, plan: FleetPlan) -> dict[str, Any]:
    """Write a fleet as a time-indexed program: one column for each start of a job in one piece, or slot of one in pieces.

    A column is (job, zone, slots that it fills, grams); ``pieces`` are the jobs whose columns are slots.
    """
    factor = fleet.slot_s / 3.6e6
    columns = []
    for at, job in enumerate(fleet.jobs):
        span = 1 if job.interruptible else job.slots
        for place, zone in enumerate(fleet.zones):
            for start in range(job.earliest, job.latest - span + 1):
                grams = sum(zone.g_per_kwh[start : start + span]) * zone.pue * factor * job.power_w
                columns.append((at, place, start, span, grams))
    hint = {(placed.job, placed.zone): placed.slots for placed in plan.placements}
    chosen = [
        int(_is_chosen(hint.get((fleet.jobs[at].id, fleet.zones[place].name)), start, fleet.jobs[at].interruptible))
        for at, place, start, _, _ in columns
    ]
    return {
        "columns": columns,
        "hint": chosen,
        "power_w": [job.power_w for job in fleet.jobs],
        "slots": [job.slots for job in fleet.jobs],
        "pieces": [job.interruptible for job in fleet.jobs],
        "capacity_w": [zone.capacity_w for zone in fleet.zones],
        "horizon": fleet.horizon,
    }


def _is_chosen(slots: tuple[int, ...] | None, start: int, in_pieces: bool) -> bool:
    return slots is not None and (start in slots if in_pieces else slots[0] == start)


def _solved(which: str, program: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Solve in another process and environment; nothing where the solver has no time, is not installed or finds nothing."""
    if not seconds or not os.path.exists(_SOLVERS):
        return {}
    command = [_SOLVERS, os.path.join(HERE, "_solvers.py"), which, str(seconds)]
    done = subprocess.run(command, input=json.dumps(program), capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr[-500:], file=sys.stderr)
        return {}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def solve(seed: int, minutes: float, others: float) -> dict[str, Any]:
    """Give each solver's grams and the greatest lower bound."""
    fleet = make_fleet(JOBS, SLOTS, seed)
    ours = min(
        (plan_fleet(fleet, cpu_limit_s=minutes * 30.0, seed=at) for at in (1, 2)),
        key=lambda plan: (len(plan.unplaced), plan.emissions_g),
    )
    program = model(fleet, ours)
    solved = {which: _solved(which, program, others * 60.0) for which in ("highs", "cp-sat")}
    found = {"vatio": None if ours.unplaced else ours.emissions_g}
    found |= {which: other.get("grams") for which, other in solved.items()}
    bounds = [ours.bound_g, *(other["bound"] for other in solved.values() if other.get("bound") is not None)]
    return {"grams": found, "bound_g": max(bounds), "minutes": {"vatio": minutes, "highs": others, "cp-sat": others}}


def main() -> None:
    """Solve the seeds asked for and keep what is better."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--others", type=float, help="CPU-minutes of HiGHS and CP-SAT where they get fewer")
    parser.add_argument("--seeds", default="0-9")
    options = parser.parse_args()
    first, _, last = options.seeds.partition("-")
    for seed in range(int(first), int(last or first) + 1):
        begun_s = time.monotonic()
        others = options.minutes if options.others is None else options.others
        fresh, kept = solve(seed, options.minutes, others), read()
        before = kept.get(str(seed))
        if before is not None:
            fresh["grams"] = {name: _less(before["grams"].get(name), value) for name, value in fresh["grams"].items()}
            fresh["bound_g"] = max(before["bound_g"], fresh["bound_g"])
            fresh["minutes"] = {name: before["minutes"][name] + spent for name, spent in fresh["minutes"].items()}
        kept[str(seed)] = fresh
        with open(KEPT, "w", encoding="utf-8") as file:
            json.dump(kept, file, indent=1, sort_keys=True)
        print(seed, fresh, f"{time.monotonic() - begun_s:.0f} s", flush=True)


def _less(a: float | None, b: float | None) -> float | None:
    known = [value for value in (a, b) if value is not None]
    return min(known, default=None)


if __name__ == "__main__":
    main()
