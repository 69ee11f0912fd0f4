"""What a forecast sees at an hour: the profile of the last days, and how far the hours before lie from it."""

from __future__ import annotations

import math

from vatio.plan.forecast._fill import Array
from vatio.plugins import require

DAY_H, WEEK_H = 24, 168
# Means of earlier residuals, hours back: from, to.
_MEANS_H = ((24, 48), (48, 96), (96, 168))
_HARMONICS = 2


def profile(values: Array, days: int) -> Array:
    """Give, for each hour, the mean of that hour of the day over the last ``days`` days, itself included."""
    np = require("numpy", extra="plan")
    means = np.empty(len(values))
    for hour in range(min(DAY_H, len(values))):
        same = values[hour::DAY_H]
        sums = np.concatenate([[0.0], np.cumsum(same)])
        ends = np.arange(1, len(same) + 1)
        counts = np.minimum(ends, days)
        means[hour::DAY_H] = (sums[ends] - sums[ends - counts]) / counts
    return means


def ahead(means: Array, hours: Array) -> Array:
    """Lay a profile over the hours ahead of every hour: rows are origins, columns ``hours``; the latest that is known."""
    np = require("numpy", extra="plan")
    origins = np.arange(len(means))[:, None]
    back = DAY_H * -(-hours // DAY_H)
    return means[np.maximum(origins + (hours - back)[None, :], 0)]


def features(values: Array, means: Array) -> Array:
    """Give the row of each hour: the last day's residuals, means of earlier ones, the hour and the weekday as waves.

    A wave times the latest residual lets a surprise of the morning count otherwise than one of the evening.
    """
    np = require("numpy", extra="plan")
    residuals, count = values - means, len(values)
    columns = [_back(residuals, lag) for lag in range(DAY_H)]
    sums = np.concatenate([[0.0], np.cumsum(residuals)])
    for near, far in _MEANS_H:
        column = np.zeros(count)
        at = np.arange(min(far, count), count)
        column[at] = (sums[at - near + 1] - sums[at - far + 1]) / (far - near)
        columns.append(column)
    hours = np.arange(count)
    daily = [wave for turn in range(1, _HARMONICS + 1) for wave in _waves(hours, DAY_H / turn)]
    weekly = [wave for turn in range(1, _HARMONICS + 1) for wave in _waves(hours, WEEK_H / turn)]
    columns += [*daily, *weekly, *(residuals * wave for wave in daily), np.ones(count)]
    return np.stack(columns, axis=1)


def _back(residuals: Array, lag: int) -> Array:
    np = require("numpy", extra="plan")
    column = np.zeros(len(residuals))
    column[lag:] = residuals[: len(residuals) - lag]
    return column


def _waves(hours: Array, period_h: float) -> tuple[Array, Array]:
    np = require("numpy", extra="plan")
    angle = 2.0 * math.pi * hours / period_h
    return np.sin(angle), np.cos(angle)
