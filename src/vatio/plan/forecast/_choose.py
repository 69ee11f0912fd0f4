"""Choose hours on forecasts of many origins at once: what the record of a kind of plan is made of."""

from __future__ import annotations

from vatio.plan.forecast._fill import Array
from vatio.plugins import require

# Sums that differ by less are one: the earliest is taken (plan.md section 3).
TIE_RATIO = 1e-9


def cheapest_hours(paths: Array, length_h: int) -> Array:
    """Give the cheapest ``length_h`` hours of each row, the earliest of equal ones, as rows of 0 and 1."""
    np = require("numpy", extra="plan")
    scale = np.maximum(np.abs(paths).max(axis=1, keepdims=True), 1e-300)
    order = np.argsort(np.round(paths / scale, 9), axis=1, kind="stable")[:, :length_h]
    chosen = np.zeros(paths.shape)
    np.put_along_axis(chosen, order, 1.0, axis=1)
    return chosen


def cheapest_window(paths: Array, length_h: int) -> Array:
    """Give the cheapest ``length_h`` hours in a row of each row, the earliest of equal ones, as rows of 0 and 1."""
    np = require("numpy", extra="plan")
    sums = np.cumsum(np.pad(paths, ((0, 0), (1, 0))), axis=1)
    windows = sums[:, length_h:] - sums[:, :-length_h]
    least = windows.min(axis=1, keepdims=True)
    start = np.argmax(windows <= least + np.abs(least) * TIE_RATIO, axis=1)[:, None]
    hours = np.arange(paths.shape[1])[None, :]
    return ((hours >= start) & (hours < start + length_h)).astype(float)


def at_once(paths: Array, length_h: int) -> Array:
    """Give the first ``length_h`` hours of each row as rows of 0 and 1."""
    np = require("numpy", extra="plan")
    chosen = np.zeros(paths.shape)
    chosen[:, :length_h] = 1.0
    return chosen
