"""Solve a small fleet to the end by HiGHS (through scipy), below the cost of a plan that is known already."""

from __future__ import annotations

from typing import Any, NamedTuple

from vatio.plan.fleet._arrays import Arrays, Spot
from vatio.plugins import require

# Columns of the time-indexed program beyond which seconds are better spent searching: plan.md's measured sizes.
MOST_COLUMNS = 3000


class Solved(NamedTuple):
    """Hold a better plan if one was found, and a lower bound in grams."""

    spots: list[Spot | None] | None
    bound_g: float


def columns_of(arrays: Arrays) -> int:
    """Count the columns: a start of each job in one piece, or a slot of one in pieces, in each zone."""
    return sum(
        len(arrays.allowed[at]) * (job.latest - job.earliest - (0 if job.interruptible else job.slots - 1))
        for at, job in enumerate(arrays.fleet.jobs)
    )


def solve(arrays: Arrays, upper_g: float, *, limit_s: float) -> Solved:
    """Look for a plan of all jobs below ``upper_g`` grams, for ``limit_s`` seconds.

    Raises:
        MissingExtra: scipy is not installed.
    """
    np, program = arrays.np, _Program(arrays)
    optimize, sparse = require("scipy.optimize", extra="plan"), require("scipy.sparse", extra="plan")
    matrix = sparse.coo_array((program.values, (program.rows, program.places)), shape=(len(program.low), program.width)).tocsr()
    cost = np.zeros(program.width)
    cost[: len(program.columns)] = [column.cost_g for column in program.columns]
    below = optimize.LinearConstraint(cost[None, :], -np.inf, upper_g)
    found = optimize.milp(
        cost,
        integrality=np.ones(program.width),
        bounds=optimize.Bounds(0, 1),
        constraints=[optimize.LinearConstraint(matrix, program.low, program.high), below],
        options={"time_limit": max(0.1, limit_s), "mip_rel_gap": 1e-4},
    )
    if found.status == 2:  # nothing lies below: what is known is the best
        return Solved(None, upper_g)
    bound_g = -np.inf if found.mip_dual_bound is None else min(float(found.mip_dual_bound), upper_g)
    return Solved(None if found.x is None else program.spots(found.x), bound_g)


class _Column(NamedTuple):
    job: int
    zone: int
    start: int
    span: int
    cost_g: float


class _Program:
    """Build the rows: one zone a job, its columns add up to its need there, and each slot's capacity."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self.columns = [column for job in range(len(arrays.fleet.jobs)) for column in _columns(arrays, job)]
        self.rows: list[int] = []
        self.places: list[int] = []
        self.values: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.width = len(self.columns)
        self._link()
        for kind in (0, 1) if arrays.has_devices else (0,):
            self._bound(kind)

    def spots(self, chosen: Any) -> list[Spot | None]:
        """Read the places of a solution."""
        np, jobs = self._arrays.np, self._arrays.fleet.jobs
        taken: dict[int, list[_Column]] = {}
        for column, value in zip(self.columns, chosen, strict=False):
            if value > 0.5:
                taken.setdefault(column.job, []).append(column)
        found: list[Spot | None] = [None] * len(jobs)
        for job, columns in taken.items():
            slots = np.sort(np.concatenate([np.arange(column.start, column.start + column.span) for column in columns]))
            grams = sum(
                float(self._arrays.g_per_w[column.zone, column.start : column.start + column.span].sum()) for column in columns
            )
            moved_g = float(self._arrays.move_g[job, columns[0].zone])
            found[job] = Spot(columns[0].zone, slots, grams * jobs[job].power_w + moved_g)
        return found

    def _add(self, row: int, place: int, value: float) -> None:
        self.rows.append(row)
        self.places.append(place)
        self.values.append(value)

    def _link(self) -> None:
        """Open one zone for each job, and let its columns there add up to what it needs."""
        by_place: dict[tuple[int, int], list[int]] = {}
        for at, column in enumerate(self.columns):
            by_place.setdefault((column.job, column.zone), []).append(at)
        one_zone: dict[int, int] = {}
        for (job, _), columns in by_place.items():
            opened, self.width = self.width, self.width + 1
            if job not in one_zone:
                one_zone[job] = self._row(1.0, 1.0)
            self._add(one_zone[job], opened, 1.0)
            row = self._row(0.0, 0.0)
            what = self._arrays.fleet.jobs[job]
            self._add(row, opened, -float(what.slots if what.interruptible else 1))
            for at in columns:
                self._add(row, at, 1.0)

    def _bound(self, kind: int) -> None:
        arrays = self._arrays
        rows: dict[tuple[int, int], int] = {}
        for at, column in enumerate(self.columns):
            demand = float(arrays.demand[column.job, kind])
            for slot in range(column.start, column.start + column.span) if demand else ():
                place = column.zone, slot
                if place not in rows:
                    rows[place] = self._row(-arrays.np.inf, float(arrays.capacity[kind, column.zone, slot]))
                self._add(rows[place], at, demand)

    def _row(self, low: float, high: float) -> int:
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1


def _columns(arrays: Arrays, job: int) -> list[_Column]:
    what = arrays.fleet.jobs[job]
    span = 1 if what.interruptible else what.slots
    found = []
    for zone in arrays.allowed[job].tolist():
        moved_g = float(arrays.move_g[job, zone]) / (what.slots if what.interruptible else 1)
        for start in range(what.earliest, what.latest - span + 1):
            grams = float(arrays.g_per_w[zone, start : start + span].sum()) * what.power_w
            found.append(_Column(job, zone, start, span, grams + moved_g))
    return found
