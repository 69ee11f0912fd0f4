"""Say without numpy what the hours of the day have brought: what stands in for a forecast where there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from vatio.plan.forecast._features import DAY_H
from vatio.plan.forecast._forecast import Forecast, check_asked, forecast_of
from vatio.plan.forecast._history import HourlyHistory
from vatio.units import S_PER_HOUR

_RECALL_H = 28 * DAY_H


def hourly_means(history: HourlyHistory, *, horizon_h: int, level: float = 0.8) -> Forecast:
    """Take for each hour ahead the mean and the quantiles of that hour of the day over the last 28 days.

    Raises:
        UsageError: the history is shorter than a day, the horizon is not 1 hour to a year, or the level not within 0 and 1.
    """
    check_asked(history, horizon_h, level)
    last = history.last(_RECALL_H)
    first_s = last.start.timestamp()
    told = by_hour_of_day([first_s + S_PER_HOUR * at for at in range(len(last.g_per_kwh))], last.g_per_kwh)
    rest = [value for values in told.values() for value in values]
    origin_s = history.origin.timestamp()
    ends = [_ends(told.get(hour_of_day(origin_s + S_PER_HOUR * at), rest), level) for at in range(1, horizon_h + 1)]
    means, lows, highs = zip(*ends, strict=True)
    made = forecast_of(history, (means, lows, highs), level)
    return replace(made, method="mean of the hour over 28 days")


def by_hour_of_day(starts_s: Sequence[float], values: Sequence[float | None]) -> Mapping[int, list[float]]:
    """Gather what is known by the hour of the day, in UTC."""
    told: dict[int, list[float]] = {}
    for start_s, value in zip(starts_s, values, strict=True):
        if value is not None:
            told.setdefault(hour_of_day(start_s), []).append(value)
    return told


def hour_of_day(moment_s: float) -> int:
    """Give the hour of the day of a moment, in UTC."""
    return datetime.fromtimestamp(moment_s, UTC).hour


def _ends(values: Sequence[float], level: float) -> tuple[float, float, float]:
    mean = math.fsum(values) / len(values)
    tail = (1.0 - level) / 2.0
    low, high = (_quantile(sorted(values), ratio) for ratio in (tail, 1.0 - tail))
    return mean, min(low, mean), max(high, mean)


def _quantile(ordered: Sequence[float], ratio: float) -> float:
    place = ratio * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
