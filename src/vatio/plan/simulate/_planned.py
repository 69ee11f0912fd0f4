"""Policies that plan ahead: on what then came (the oracle), and on forecasts made when the job arrived (vatio)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from vatio.plan.simulate._foresight import Foreseen
from vatio.plan.simulate._pauses import Chosen, cheapest_pauses
from vatio.plan.simulate._piece import cheapest_piece
from vatio.plan.simulate._simple import Ran, Sums, run_now
from vatio.plan.simulate._trace import Array, JobTrace
from vatio.plugins import require

# What one block of jobs may take while it is solved.
_BLOCK_BYTES = 96 << 20
_MOST_JOBS = 20_000
# A gain below this is the rounding of sums.
_NOTHING_RATIO = 1e-9

Foresee = Callable[[JobTrace, Array, int], tuple[Array, Any]]
Judge = Callable[[JobTrace, Array, Array, Chosen, Any], Array]


def run_oracle(trace: JobTrace, sums: Sums, *, resume_h: float, **_: Any) -> Ran:
    """Plan each job on what then came."""

    def truth(jobs: JobTrace, hour: Array, slots: int) -> tuple[Array, Any]:
        np = require("numpy", extra="plan")
        return sums.sides[0][hour[:, None] + np.arange(slots)[None, :]], None

    return _run(
        trace, sums, resume_h, truth, lambda jobs, costs, caps, chosen, extra: _gains(costs, caps, chosen, jobs, resume_h)
    )


def run_foreseeing(trace: JobTrace, sums: Sums, *, resume_h: float, foreseen: Foreseen | None, **_: Any) -> Ran:
    """Plan each job on the forecast of its arrival, and run it at once where the gain is not to be trusted."""
    if foreseen is None:
        return run_now(trace, sums)

    def judged(jobs: JobTrace, costs: Array, caps: Array, chosen: Chosen, origins: Any) -> Array:
        hoped = _gains(costs, caps, chosen, jobs, resume_h)
        return hoped & foreseen.trusts(jobs, origins, costs, caps, chosen)

    return _run(trace, sums, resume_h, foreseen.rows, judged)


def _run(trace: JobTrace, sums: Sums, resume_h: float, foresee: Foresee, judged: Judge) -> Ran:
    np = require("numpy", extra="plan")
    ran = run_now(trace, sums)
    free = np.flatnonzero(trace.freedom_h > 0.0)
    for block, slots in _blocks(trace.pick(free)):
        which = free[block]
        jobs = trace.pick(which)
        hour = np.floor(jobs.arrival_h).astype(np.int64)
        edges = _edges(jobs, hour, slots)
        caps = np.diff(edges, axis=1)
        costs, extra = foresee(jobs, hour, slots)
        chosen = _chosen(jobs, costs, caps, edges, resume_h)
        taken = judged(jobs, costs, caps, chosen, extra)
        found = _ran(sums, hour, edges, chosen, resume_h)
        for held, fresh in zip(ran, found, strict=True):
            held[..., which[taken]] = fresh[..., taken]
    return ran


def _blocks(trace: JobTrace) -> Iterator[tuple[Array, int]]:
    """Give jobs whose windows have equally many slots together, as many as memory allows."""
    np = require("numpy", extra="plan")
    slots = np.ceil(trace.deadline_h - 1e-9).astype(np.int64) - np.floor(trace.arrival_h).astype(np.int64)
    kind = slots * 2 + trace.interruptible
    order = np.lexsort((trace.length_h, kind))
    bounds = np.flatnonzero(np.diff(kind[order], prepend=-1, append=-1))
    for first, last in pairwise(bounds.tolist()):
        count = int(slots[order[first]])
        while first < last:
            # Sorted by length: the last job of a block is its longest.
            widest = max(1.0, float(trace.length_h[order[last - 1]]) + 2.0)
            size = max(1, min(_MOST_JOBS, int(_BLOCK_BYTES / (count * 40.0 + count * widest * 6.0))))
            yield order[first : min(first + size, last)], count
            first += size


def _edges(jobs: JobTrace, hour: Array, slots: int) -> Array:
    """Give where the slots of each window begin and end: at arrival, at whole hours, at the deadline."""
    np = require("numpy", extra="plan")
    edges = hour[:, None] + np.arange(slots + 1, dtype=float)[None, :]
    return np.clip(edges, jobs.arrival_h[:, None], jobs.deadline_h[:, None])


def _chosen(jobs: JobTrace, costs: Array, caps: Array, edges: Array, resume_h: float) -> Chosen:
    if jobs.interruptible[0]:
        return cheapest_pauses(costs, caps, jobs.length_h, resume_h=resume_h)
    return cheapest_piece(costs, edges, jobs.length_h)


def at_once(caps: Array, length_h: Array) -> Array:
    """Give the hours of each slot that a job uses when it starts at once."""
    np = require("numpy", extra="plan")
    before = np.cumsum(caps, axis=1) - caps
    return np.clip(length_h[:, None] - before, 0.0, caps)


def _gains(costs: Array, caps: Array, chosen: Chosen, jobs: JobTrace, resume_h: float) -> Array:
    """Tell which plans are expected to be cheaper than to run at once."""
    now = (at_once(caps, jobs.length_h) * costs).sum(axis=1)
    plan = (chosen.uses_h * costs).sum(axis=1) + resume_h * (chosen.resumed * costs).sum(axis=1)
    return now - plan > _NOTHING_RATIO * now


def _ran(sums: Sums, hour: Array, edges: Array, chosen: Chosen, resume_h: float) -> Ran:
    """Hold plans against what came."""
    np = require("numpy", extra="plan")
    jobs, slots = chosen.uses_h.shape
    came = sums.sides[:, hour[:, None] + np.arange(slots)[None, :]]
    weights = np.einsum("jt,sjt->sj", chosen.uses_h + resume_h * chosen.resumed, came)
    last = slots - 1 - np.argmax(chosen.uses_h[:, ::-1] > 1e-9, axis=1)
    rows = np.arange(jobs)
    # In its last slot a job that was running goes on, one that resumes begins at once; a single slot is as late as it must.
    finish = edges[rows, last] + chosen.uses_h[rows, last]
    return Ran(weights, finish, chosen.resumed.sum(axis=1), chosen.uses_h.sum(axis=1))
