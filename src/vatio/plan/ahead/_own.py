"""Forecast a zone from what has happened, with what judges gains by it; without numpy by the means of its hours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from vatio.errors import MissingExtra, UsageError
from vatio.plan.forecast import (
    LONGEST_H,
    Forecast,
    HourlyHistory,
    by_hour_of_day,
    foresee,
    history_of,
    hour_of_day,
    hourly_means,
)
from vatio.plan.job import Guard, Steps
from vatio.units import S_PER_DAY, S_PER_HOUR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account import GridSeries

# A history that ended longer ago says nothing of today.
_STALE_H, _RECALL_DAYS = 7 * 24, 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Hold when one looks ahead, and the time that a job may use."""

    now: datetime
    start: datetime
    end: datetime

    @property
    def window_h(self) -> int:
        """Give the hours within which a job may be moved."""
        return max(1, math.ceil((self.end - self.start).total_seconds() / S_PER_HOUR))


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Hold a forecast of one's own with what came of making it; ``None`` where none could be made."""

    forecast: Forecast | None = None
    guard: Guard | None = None
    renewable_ratio: Steps | None = None
    notes: tuple[str, ...] = ()


def own_forecast(zone: str, series: GridSeries, reach: Reach, *, interruptible: bool) -> Own:
    """Forecast to the end of a job's time from what a series tells of the time before now."""
    try:
        history = history_of(series, until=reach.now)
        late_h = math.floor((reach.now - history.origin).total_seconds() / S_PER_HOUR)
        if late_h >= _STALE_H:
            return Own(notes=(f"the history of {zone} ended {late_h / 24:.0f} days ago, too long to forecast from",))
        made = _made(history, reach, interruptible)
    except UsageError as error:
        return Own(notes=(f"no forecast of {zone}: {error}",))
    late = (f"the history of {zone} ended {late_h} h ago",) if late_h > 1 else ()
    notes = (*late, *(f"{zone}: {note}" for note in made.notes))
    return Own(forecast=made.forecast, guard=made.guard, renewable_ratio=_shares(series, reach, made.forecast), notes=notes)


def _made(history: HourlyHistory, reach: Reach, interruptible: bool) -> Own:
    ahead_h = math.ceil((reach.end - history.origin).total_seconds() / S_PER_HOUR)
    horizon_h = max(1, min(LONGEST_H, ahead_h))
    try:
        found = foresee(history, horizon_h=horizon_h)
    except MissingExtra as error:
        said = f"the means of its hours stand in for a forecast: {error}; {error.hint}"
        return Own(forecast=hourly_means(history, horizon_h=horizon_h), notes=(said,))
    guard = found.guard(interruptible=interruptible, window_h=reach.window_h)
    return Own(forecast=found.forecast, guard=guard, notes=found.forecast.notes)


def _shares(series: GridSeries, reach: Reach, forecast: Forecast | None) -> Steps | None:
    """Give the renewable share of each hour ahead: its mean in that hour of the day over the last weeks."""
    now_s = reach.now.timestamp()
    recent = series.between(now_s - _RECALL_DAYS * S_PER_DAY, now_s)
    if forecast is None or recent is None or not recent.renewable_ratio:
        return None
    told = by_hour_of_day(recent.starts_s, recent.renewable_ratio)
    if not told:
        return None
    curve = forecast.curve()
    shares = [told.get(hour_of_day(start_s)) for start_s in curve.starts_s]
    return Steps(
        starts_s=curve.starts_s,
        values=tuple(math.fsum(share) / len(share) if share else None for share in shares),
        end_s=curve.end_s,
        source=f"means of its hours, {series.source}",
    )
