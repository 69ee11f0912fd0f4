"""Past a week nothing of today is left to see: the hour of the day and the season are what there is to say."""

from __future__ import annotations

import math

from vatio.plan.forecast._features import DAY_H
from vatio.plan.forecast._fill import Array
from vatio.plugins import require

_YEAR_H, _SEASON_DAYS = 365 * DAY_H, 15
# What a forecast of a week still knows fades within two weeks more.
_FADE_H = 14.0 * DAY_H


def climatology(values: Array, horizon_h: int, level: float) -> tuple[Array, Array, Array]:
    """Give mean and ends of each hour ahead: the same hour within two weeks of that day a year ago, else of all days."""
    np = require("numpy", extra="plan")
    count = len(values)
    tails = [(1.0 - level) / 2.0, (1.0 + level) / 2.0]
    by_hour = [_told(np, values[hour::DAY_H], tails) for hour in range(DAY_H)] if count >= DAY_H else []
    found = []
    for ahead_h in range(1, horizon_h + 1):
        at = count - 1 + ahead_h
        middle, reach = at - _YEAR_H, _SEASON_DAYS * DAY_H
        if middle - reach >= 0:
            days = [day for day in range(middle - reach, middle + reach + 1, DAY_H) if day < count]
            found.append(_told(np, values[days], tails))
        else:
            found.append(by_hour[at % DAY_H])
    mean, low, high = zip(*found, strict=True)
    return np.array(mean), np.array(low), np.array(high)


def extended(
    near: tuple[Array, Array, Array], climate: tuple[Array, Array, Array], horizon_h: int
) -> tuple[Array, Array, Array]:
    """Go on from the last forecast day into the climatology: value and ends fade alike."""
    np = require("numpy", extra="plan")
    known_h = len(near[0])
    further = np.arange(known_h, horizon_h)
    last = known_h - DAY_H + (further - known_h) % DAY_H if known_h >= DAY_H else np.full(len(further), known_h - 1)
    weight = np.exp(-(further + 1 - known_h) / _FADE_H)
    path, low, high = (
        np.concatenate([side, weight * side[last] + (1.0 - weight) * far[known_h:horizon_h]])
        for side, far in zip(near, climate, strict=True)
    )
    return path, low, high


def _told(np: Array, values: Array, tails: list[float]) -> tuple[float, float, float]:
    mean = math.fsum(map(float, values)) / len(values)
    low, high = map(float, np.quantile(values, tails))
    return mean, min(low, mean), max(high, mean)
