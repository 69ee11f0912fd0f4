"""Say why a job has no place, and prove that it can have none where that can be proved."""

from __future__ import annotations

from typing import Any

from vatio.plan.fleet._search import Search


def why_unplaced(search: Search) -> dict[int, tuple[str, bool]]:
    """Give for each job without a place the reason, and whether it is proved that no plan could place all.

    Proved are: a job that fits nowhere even alone, and a stretch of time into which more watt-slots must fall than all zones
    together have (the jobs whose windows lie within it, of at least this job's priority).
    """
    return {job: _why(search, job) for job in search.unplaced}


def _why(search: Search, job: int) -> tuple[str, bool]:
    arrays, what = search.arrays, search.arrays.fleet.jobs[job]
    if arrays.spot(job, arrays.capacity) is None:
        return f"no zone has {what.power_w:g} W and {what.devices:g} devices for {what.slots} slots in its window", True
    crowded = _crowded(search, job)
    if crowded is not None:
        return crowded, True
    return "no room was found beside the other jobs", False


def _crowded(search: Search, job: int) -> str | None:
    """Find a stretch around a job's window whose jobs need more than it has (the energetic reasoning of scheduling)."""
    arrays = search.arrays
    jobs, mine = arrays.fleet.jobs, arrays.fleet.jobs[job]
    rivals = [other for other in jobs if other.priority >= mine.priority]
    room = _room(arrays)
    begins = sorted({other.earliest for other in rivals if other.earliest <= mine.earliest}, reverse=True)
    ends = sorted({other.latest for other in rivals if other.latest >= mine.latest})
    for begin in begins:
        for end in ends:
            inside = [other for other in rivals if other.earliest >= begin and other.latest <= end]
            needed_w = sum(other.power_w * other.slots for other in inside)
            if needed_w > (room[end] - room[begin]) * (1.0 + 1e-9):
                return f"the {len(inside)} jobs that must run in slots {begin} to {end} need more than all zones have then"
    return None


def _room(arrays: Any) -> Any:
    """Give the watt-slots of all zones together up to each slot."""
    room = arrays.np.zeros(arrays.fleet.horizon + 1)
    arrays.np.cumsum(arrays.capacity[0].sum(axis=0), out=room[1:])
    return room
