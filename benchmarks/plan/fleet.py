"""Plan fleets of 200 and of 1 000 jobs over three real zones: plan-07a, plan-07b, plan-08a, plan-08b.

The best known plans of the small ones are kept in best_known.json; ``python -m benchmarks.plan._best_known`` looks for better.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys

from benchmarks._row import Row
from benchmarks.plan._best_known import JOBS, SLOTS, read
from benchmarks.plan._fleets import DATA, make_fleet
from vatio.plan.fleet import plan_fleet

_COMMAND = "make bench TOPIC=plan ONLY={}"
_SEEDS = range(10)
_LIMIT_S, _LARGE_LIMIT_S = 19.5, 50.0
_LARGE = "from benchmarks.plan.fleet import large; large()"


def rows(peers: bool) -> list[Row]:
    """Give the four rows."""
    if not os.path.isdir(f"{DATA}/grid"):
        return [_row("plan-07a", "fleet", 3.0, None, "%", why="../shared/data is not here")]
    return [*_small(), *_large()]


def _row(id: str, what: str, limit: float, got: float | None, unit: str, *, why: str = "") -> Row:
    return Row(id=id, what=what, relation="<=", limit=limit, got=got, unit=unit, command=_COMMAND.format(id[:7]), why=why)


def _small() -> list[Row]:
    kept = read()
    above: dict[int, float] = {}
    told, longest_s = [], 0.0
    for seed in _SEEDS:
        plan = plan_fleet(make_fleet(JOBS, SLOTS, seed), cpu_limit_s=_LIMIT_S)
        longest_s = max(longest_s, plan.cpu_s)
        known = kept.get(str(seed), {"grams": {}, "bound_g": plan.bound_g})
        least = min([value for value in known["grams"].values() if value is not None], default=plan.emissions_g)
        best = min(least, plan.emissions_g)
        placed = not plan.unplaced or all(left.proved for left in plan.unplaced)
        above[seed] = (plan.emissions_g / best - 1.0) * 100.0 if placed else 100.0
        told.append(f"{seed}: {plan.emissions_g:.0f} g, best known {best:.0f}, bound {max(known['bound_g'], plan.bound_g):.0f}")
    what = f"fleet of {JOBS} jobs x {SLOTS} slots x 3 zones: above the best known, worst of {len(above)}"
    found = [_row("plan-07a", what, 3.0, max(above.values()), "%", why="; ".join(told))]
    found += [_row(f"plan-07a-{seed}", what, 3.0, percent, "%") for seed, percent in above.items()]
    return [*found, _row("plan-07b", "the same: CPU-seconds, the longest", 20.0, longest_s, "CPU-s")]


def _large() -> list[Row]:
    """Plan a large fleet in a process of its own, whose memory is then known."""
    done = subprocess.run([sys.executable, "-c", _LARGE], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    cpu_s, gib, unplaced, gap = (float(word) for word in done.stdout.split())
    why = f"{unplaced:.0f} unplaced, gap to the bound {gap * 100.0:.1f} %"
    what = "fleet of 1 000 jobs x 336 slots x 3 zones, all placed"
    got = cpu_s if not unplaced else None
    return [_row("plan-08a", what, 60.0, got, "CPU-s", why=why), _row("plan-08b", "the same: peak memory", 4.0, gib, "GiB")]


def large() -> None:
    """Plan it, and print what it took."""
    plan = plan_fleet(make_fleet(1000, 336, 0), cpu_limit_s=_LARGE_LIMIT_S)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    gap = -1.0 if plan.gap_ratio is None else plan.gap_ratio
    print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024**2, len(plan.unplaced), gap)
