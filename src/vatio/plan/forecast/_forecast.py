"""Forecast a zone's intensity from its own past, with an interval (ADR 0110, 0111)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from vatio.account import IntensityCurve
from vatio.errors import InvalidQuantity, UsageError
from vatio.plan.forecast._band import bands, missed
from vatio.plan.forecast._beyond import climatology, extended
from vatio.plan.forecast._features import DAY_H, WEEK_H
from vatio.plan.forecast._fill import Array, filled
from vatio.plan.forecast._history import HourlyHistory
from vatio.plan.forecast._walk import believable, walk
from vatio.plugins import require
from vatio.units import S_PER_HOUR

# Horizons up to two days are fitted on all that has come due within two days, later ones within a week.
NEAR_H, FAR_H = 2 * DAY_H, WEEK_H
LONGEST_H = 366 * DAY_H
_LEAST_H, _SHORT_H, _FITTED_H = DAY_H, 28 * DAY_H, 8 * DAY_H
# More of the past than this makes it no better and slower.
_RECALL_H = 400 * DAY_H
# Walking begins where residuals of a week can be seen.
_FIRST_ORIGIN_H = 8 * DAY_H


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Hold hours ahead of the last known one, with the interval that holds a share ``level`` of what comes.

    ``origin`` is the start of the last known hour, ``known_g_per_kwh`` its value; the last hour ends at ``horizon_end``.
    """

    SCHEMA: ClassVar[str] = "vatio.forecast/1"

    zone: str
    origin: datetime
    known_g_per_kwh: float
    starts: tuple[datetime, ...]
    g_per_kwh: tuple[float, ...]
    low_g_per_kwh: tuple[float, ...]
    high_g_per_kwh: tuple[float, ...]
    level: float
    horizon_end: datetime
    method: str
    history_h: int
    kind: str = "average"
    source: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for low, value, high in zip(self.low_g_per_kwh, self.g_per_kwh, self.high_g_per_kwh, strict=True):
            if not 0.0 <= low <= value <= high < math.inf:
                raise InvalidQuantity(f"not 0 <= low <= value <= high: {low}, {value}, {high}")

    def curve(self) -> IntensityCurve:
        """Give the last known hour and those ahead as a curve over seconds since 1970."""
        known = (self.known_g_per_kwh,)
        return IntensityCurve(
            starts_s=(self.origin.timestamp(), *(start.timestamp() for start in self.starts)),
            values_g_per_kwh=known + self.g_per_kwh,
            end_s=self.horizon_end.timestamp(),
            kind=self.kind,
            source=f"forecast from {self.source}" if self.source else "forecast",
            zone=self.zone,
            low_g_per_kwh=known + self.low_g_per_kwh,
            high_g_per_kwh=known + self.high_g_per_kwh,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """Hold one block of hours ahead: what was foretold from each origin, what came, and the ends that hold now."""

    hours: Array
    first_origin: int
    paths: Array
    low: Array
    high: Array


def forecast(history: HourlyHistory, *, horizon_h: int = NEAR_H, level: float = 0.8) -> Forecast:
    """Forecast so many hours past the last known one, from earlier hours only.

    A few days are enough to begin with, and the notes say so; past a week the forecast fades to what the time of the day
    and of the year have brought before.

    Raises:
        UsageError: the history is shorter than a day, the horizon is not 1 hour to a year, or the level not within 0 and 1.
        MissingExtra: numpy is not installed.
    """
    return foretold(history, horizon_h=horizon_h, level=level)[0]


def foretold(history: HourlyHistory, *, horizon_h: int, level: float) -> tuple[Forecast, Array, Array, list[Walked]]:
    """Give a forecast, and what it stands on: the hours of the history without and with their holes, the walks.

    Raises:
        UsageError: see ``forecast``.
    """
    np = require("numpy", extra="plan")
    check_asked(history, horizon_h, level)
    told = history.last(_RECALL_H)
    truth = np.array([np.nan if value is None else value for value in told.g_per_kwh], dtype=float)
    values = filled(truth)
    blocks = [(1, min(horizon_h, NEAR_H)), (NEAR_H + 1, min(horizon_h, FAR_H))]
    walks = [_walked(values, truth, first, last, level) for first, last in blocks if first <= last]
    path = np.concatenate([one.paths[-1] for one in walks])
    low, high = (np.concatenate([getattr(one, name) for one in walks]) for name in ("low", "high"))
    hole_h = told.longest_hole_h(_SHORT_H)
    if hole_h > DAY_H:
        wider = 1.0 + hole_h / max(1, int(np.isfinite(truth[-_SHORT_H:]).sum()))
        low, high = np.maximum(path - wider * (path - low), 0.0), path + wider * (high - path)
    if horizon_h > len(path):
        path, low, high = extended((path, low, high), climatology(values, horizon_h, level), horizon_h)
    made = forecast_of(history, (path, np.minimum(low, path), np.maximum(high, path)), level)
    return replace(made, notes=_notes(history, horizon_h, hole_h)), values, truth, walks


def forecast_of(history: HourlyHistory, sides: tuple[Array, Array, Array], level: float) -> Forecast:
    """Put a forecast together: expected values, low and high ends of the hours after the last known one."""
    path, low, high = (tuple(map(float, side)) for side in sides)
    origin, horizon_h = history.origin, len(path)
    return Forecast(
        zone=history.zone,
        origin=origin,
        known_g_per_kwh=history.g_per_kwh[-1] or 0.0,
        starts=tuple(origin + timedelta(hours=hour) for hour in range(1, horizon_h + 1)),
        g_per_kwh=path,
        low_g_per_kwh=low,
        high_g_per_kwh=high,
        level=level,
        horizon_end=origin + timedelta(seconds=(horizon_h + 1) * S_PER_HOUR),
        method=_method(len(history.g_per_kwh)),
        history_h=history.known_h,
        kind=history.kind,
        source=history.source,
    )


def check_asked(history: HourlyHistory, horizon_h: int, level: float) -> None:
    """Check that there is enough to forecast from, and that what is asked can be.

    Raises:
        UsageError: the history is shorter than a day, the horizon is not 1 hour to a year, or the level not within 0 and 1.
    """
    if history.known_h < _LEAST_H:
        raise UsageError(
            f"{history.known_h} known hours of {history.zone or 'the zone'} are too few to forecast from",
            hint="give a day at least; a month is better",
        )
    if not 1 <= horizon_h <= LONGEST_H:
        raise UsageError(f"a horizon of {horizon_h} h", hint="from 1h to 366d")
    if not 0.0 < level < 1.0:
        raise UsageError(f"a level of {level:g}", hint="a share of hours, such as 0.8")


def _walked(values: Array, truth: Array, first_h: int, last_h: int, level: float) -> Walked:
    np = require("numpy", extra="plan")
    hours, count = np.arange(first_h, last_h + 1), len(values)
    first_origin, phase = min(_FIRST_ORIGIN_H, (count - 1) // 2), (count - 1) % DAY_H
    known = np.isfinite(truth)
    paths = walk(values, known, hours=hours, first_origin=first_origin, phase=phase)
    errors = missed(paths, truth, first_origin=first_origin, hours=hours)
    band = bands(errors, hours=hours, first=first_origin, level=level, phase=(phase + 1) % DAY_H)[-1][1]
    path = paths[-1:]
    if band is None:
        spread = 1.5 * float(np.std(values))
        low, high = np.maximum(path - spread, 0.0), path + spread
    else:
        low, high = band.ends(path, np.array([count - 1]), hours)
    if first_h > NEAR_H:
        least, most = believable(values, count - 1)
        low, high = np.maximum(low, np.minimum(least, path)), np.minimum(high, np.maximum(most, path))
    return Walked(hours=hours, first_origin=first_origin, paths=paths, low=low[0], high=high[0])


def _method(count: int) -> str:
    if count < _FITTED_H:
        return "mean of the hour, fading from the last one"
    return "means of the hour over 28, 14 and 7 days, damping and ridge, refitted on earlier hours"


def _notes(history: HourlyHistory, horizon_h: int, hole_h: int) -> tuple[str, ...]:
    said = []
    if history.known_h < _SHORT_H:
        days = history.known_h / DAY_H
        said.append(f"only {days:.1f} days of history: a month makes a better forecast, and its interval a better one")
    if hole_h > DAY_H:
        said.append(f"a hole of {hole_h} h in the last 28 days: the interval is wider")
    if horizon_h > FAR_H:
        said.append("past a week this is what the hour of the day and the time of the year have brought, no forecast")
    return tuple(said)
