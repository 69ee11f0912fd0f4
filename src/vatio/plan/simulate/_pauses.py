"""Choose the hours of many jobs at once that may pause, each resume burning energy: exact, as arrays over jobs.

A cheapest plan uses slots whole but for one: were two used in part, work could move from one to the other until one is
whole or empty and nothing would be dearer. The first and the last slot of a window are shorter than an hour, so for each of
the four ways to use them the number of whole hours between and the part that is left are given, and a program over hours
(whole hours done, part done, running or paused) finds the rest.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from vatio.plan.simulate._trace import Array
from vatio.plugins import require

_EPSILON_H = 1e-9


class Chosen(NamedTuple):
    """Hold, by job and slot, the hours that are used, and whether the job resumes there after a pause."""

    uses_h: Array
    resumed: Array


class _Case(NamedTuple):
    """Hold one way to use the first and the last slot: whole hours between, the part left, whether there is none."""

    first: bool
    last: bool
    whole: Array
    part_h: Array
    no_part: Array


def cheapest_pauses(costs: Array, caps_h: Array, length_h: Array, *, resume_h: float) -> Chosen:
    """Give the slots in which each job costs least; ``costs`` and ``caps_h`` have one row a job, all rows one length.

    All slots but the first and the last are whole hours. ``resume_h`` is what a resume burns, as hours of the job's energy.
    """
    np = require("numpy", extra="plan")
    jobs, slots = costs.shape
    best = np.full(jobs, np.inf)
    uses, resumed = np.zeros((jobs, slots)), np.zeros((jobs, slots), dtype=bool)
    if slots == 1:
        return Chosen(length_h[:, None].copy(), resumed)
    by_slot, rows = np.ascontiguousarray(costs.T), np.arange(jobs)
    for first, last in product((True, False), repeat=2):
        rest = length_h - first * caps_h[:, 0] - last * caps_h[:, -1]
        whole = np.floor(rest + _EPSILON_H).astype(np.int64)
        able = (whole >= 0) & (whole <= slots - 2)
        part = np.clip(rest - whole, 0.0, 1.0)
        case = _Case(first, last, np.clip(whole, 0, slots - 2), part, part < _EPSILON_H)
        value, found = _solved(by_slot, caps_h, case, resume_h, rows)
        better = able & (value < best * (1.0 - 1e-12)) & np.isfinite(value)
        best[better] = value[better]
        uses[better], resumed[better] = found.uses_h.T[better], found.resumed.T[better]
    return Chosen(uses, resumed)


def _solved(costs: Array, caps_h: Array, case: _Case, resume_h: float, rows: Array) -> tuple[Array, Chosen]:
    """Walk through the slots and back: the cost of one case, and its plan."""
    np = require("numpy", extra="plan")
    slots, jobs = costs.shape
    on = np.full((2, int(case.whole.max()) + 1, jobs), np.inf)
    off = np.full_like(on, np.inf)
    begun = case.no_part.astype(np.int64)
    if case.first:
        on[begun, 0, rows] = caps_h[:, 0] * costs[0]
    else:
        off[begun, 0, rows] = 0.0
        fits = ~case.no_part & (case.part_h <= caps_h[:, 0])
        on[1, 0, fits] = (case.part_h * costs[0])[fits]
    steps = []
    for slot in range(1, slots - 1):
        on, off, step = _step(on, off, costs[slot], case, resume_h)
        steps.append(step)
    value, end = _end(on, off, costs[-1], caps_h[:, -1], case, resume_h, rows)
    return value, _traced(steps, end, caps_h, case, rows)


def _entered(off: Array, cost: Array, case: _Case, resume_h: float) -> Array:
    """Give the cost of going on after a pause; the first start is none."""
    np = require("numpy", extra="plan")
    entered = off + resume_h * cost
    if not case.first:
        entered[0, 0] = off[0, 0]
        entered[1, 0] = np.where(case.no_part, off[1, 0], entered[1, 0])
    return entered


def _step(on: Array, off: Array, cost: Array, case: _Case, resume_h: float) -> tuple[Array, Array, tuple[Array, Array]]:
    """Go through one whole hour; the codes say where the cheapest way came from: 0 as it was, 1 the other, 2 by the part."""
    np = require("numpy", extra="plan")
    entered, paid = _entered(off, cost, case, resume_h), case.part_h * cost
    on_code, off_code = np.zeros(on.shape, dtype=np.int8), (on < off).astype(np.int8)
    fresh_off = np.minimum(on, off)
    fresh_on = np.full_like(on, np.inf)
    np.add(np.minimum(on, entered)[:, :-1], cost, out=fresh_on[:, 1:])
    on_code[:, 1:] = (entered < on)[:, :-1]
    for fresh, code, before in ((fresh_off, off_code, on), (fresh_on, on_code, entered)):
        by_part = before[0] + paid
        better = by_part < fresh[1]
        fresh[1][better] = by_part[better]
        code[1][better] = 2
    return fresh_on, fresh_off, (on_code, off_code)


class _End(NamedTuple):
    """Hold how each job ends: part done before the last slot, running then or not, and what it uses of that slot."""

    part_done: Array
    running: Array
    used_h: Array
    resumed: Array


def _end(on: Array, off: Array, cost: Array, cap_h: Array, case: _Case, resume_h: float, rows: Array) -> tuple[Array, _End]:
    np = require("numpy", extra="plan")
    entered = _entered(off, cost, case, resume_h)
    going, paused, back = (side[:, case.whole, rows] for side in (on, off, entered))
    nothing_done = _nothing_done(case, case.whole, 1)
    if case.last:
        options = np.stack([going[1], back[1]]) + cap_h * cost
        chosen = options.argmin(axis=0)
        resumed = (chosen == 1) & ~nothing_done
        return options.min(axis=0), _End(np.ones(len(rows), dtype=np.int64), chosen == 0, cap_h, resumed)
    late = np.where(~case.no_part & (case.part_h <= cap_h), case.part_h * cost, np.inf)
    options = np.stack([paused[1], going[1], going[0] + late, back[0] + late])
    chosen = options.argmin(axis=0)
    by_part = chosen >= 2
    end = _End(
        part_done=np.where(by_part, 0, 1),
        running=(chosen == 1) | (chosen == 2),
        used_h=np.where(by_part, case.part_h, 0.0),
        resumed=(chosen == 3) & ~_nothing_done(case, case.whole, 0),
    )
    return options.min(axis=0), end


def _nothing_done(case: _Case, whole: Array, part_done: Array | int) -> Array:
    """Tell whose first start is still to come."""
    return (whole == 0) & (part_done == case.no_part) & (not case.first)


def _traced(steps: list[tuple[Array, Array]], end: _End, caps_h: Array, case: _Case, rows: Array) -> Chosen:
    np = require("numpy", extra="plan")
    slots = len(steps) + 2
    uses, resumed = np.zeros((slots, len(rows))), np.zeros((slots, len(rows)), dtype=bool)
    uses[-1], resumed[-1] = end.used_h, end.resumed
    whole, part_done, running = case.whole.copy(), end.part_done.copy(), end.running.copy()
    for slot in range(slots - 2, 0, -1):
        on_code, off_code = (code[part_done, whole, rows] for code in steps[slot - 1])
        code = np.where(running, on_code, off_code)
        by_part, by_hour = code == 2, running & (code < 2)
        uses[slot] = np.where(by_part, case.part_h, by_hour)
        part_done = part_done - by_part
        whole = np.maximum(whole - by_hour, 0)
        entered = running & (code > 0)
        resumed[slot] = entered & ~_nothing_done(case, whole, part_done)
        running = np.where(running, code == 0, code > 0)
    uses[0] = caps_h[:, 0] if case.first else np.where(running, case.part_h, 0.0)
    return Chosen(uses, resumed)
