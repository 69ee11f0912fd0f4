"""Turn what a solver chose into the windows of a plan."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from vatio.plan.job._shapes import Choice, Stretch
from vatio.records import PlanWindow

_NS_PER_US = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(since_ns: int) -> datetime:
    """Give the date of nanoseconds since 1970."""
    return _EPOCH + timedelta(microseconds=round(since_ns / _NS_PER_US))


def windows_of(choice: Choice, zone: str | None) -> tuple[PlanWindow, ...]:
    """Join what touches and runs alike."""
    joined: list[Stretch] = []
    for one in choice.stretches:
        last = joined[-1] if joined else None
        if last is not None and last.end_ns == one.start_ns and last[4:] == one[4:]:
            joined[-1] = last._replace(end_ns=one.end_ns)
        else:
            joined.append(one)
    return tuple(
        PlanWindow(
            start=moment_of(one.start_ns),
            end=moment_of(one.end_ns),
            zone=zone,
            scale=one.scale,
            power_limit_w=one.power_limit_w,
        )
        for one in joined
        if moment_of(one.start_ns) < moment_of(one.end_ns)
    )
