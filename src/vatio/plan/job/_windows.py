"""Turn what a solver chose into the windows of a plan."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from vatio.plan.job._shapes import Choice, Stretch
from vatio.records import PlanWindow

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(moment_us: int) -> datetime:
    """Give the date of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=moment_us)


def windows_of(choice: Choice, zone: str | None) -> tuple[PlanWindow, ...]:
    """Join what touches and runs alike."""
    joined: list[Stretch] = []
    for one in choice.stretches:
        last = joined[-1] if joined else None
        if last is not None and last.end_us == one.start_us and last[4:] == one[4:]:
            joined[-1] = last._replace(end_us=one.end_us)
        else:
            joined.append(one)
    return tuple(
        PlanWindow(
            start=moment_of(one.start_us),
            end=moment_of(one.end_us),
            zone=zone,
            scale=one.scale,
            power_limit_w=one.power_limit_w,
        )
        for one in joined
    )
