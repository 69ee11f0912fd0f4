"""Walk through a history day by day, refit on what was known by then, and forecast from every hour.

The forecast of today is the last step of the walk, and a backtest is all of its steps: both are one code. Why these
members and this ridge: ADR 0110.
"""

from __future__ import annotations

from dataclasses import dataclass

from vatio.plan.forecast._features import DAY_H, ahead, features, profile
from vatio.plan.forecast._fill import Array
from vatio.plugins import require

# Members are averaged: profiles over so many days, each of the intensity and of its logarithm.
PROFILE_DAYS = (28, 14, 7)
# What was seen 90 days ago counts half. The ridge weighs as much as 6 000 hours of history would.
_HALF_LIFE_DAYS, _RIDGE_H = 90.0, 6000.0
# Residuals fade so until the history is long enough to say how they do: this weighs as much as a week of it.
_FADE_H, _FADE_WEIGHT_H = 18.0, 168.0
_FIRST_ROW_H = 4 * DAY_H
_FLOOR_RATIO = 0.02
# Each refit adds a day; a forecast may leave the range of the last 28 days by half of it.
_RANGE_H, _BEYOND_RATIO = 28 * DAY_H, 0.5


@dataclass(slots=True)
class _Fit:
    """Hold one block of horizons while the walk goes on: sums of products so far, for all members at once."""

    hours: Array
    rows: Array  # members x hours of history x features
    wanted: Array  # members x hours of history x horizons: what the profile misses, and less what damping explains of it
    damped: Array
    square: Array
    cross: Array
    fade_cross: Array
    fade_square: Array
    weight_h: float = 0.0
    done: int = _FIRST_ROW_H


def walk(values: Array, known: Array, *, hours: Array, first_origin: int, phase: int = 0) -> Array:
    """Forecast from every hour, ``first_origin`` on: rows are origins, columns the ``hours`` ahead.

    ``values`` has no holes; ``known`` tells which were measured. A refit happens at each hour whose index is ``phase``
    modulo 24, on pairs of hours that both lie before it.
    """
    np = require("numpy", extra="plan")
    count = len(values)
    floor = _FLOOR_RATIO * float(np.median(values[: 7 * DAY_H])) or 1e-3
    logs = np.log(np.maximum(values, floor))
    scales = [(values, profile(values, days)) for days in PROFILE_DAYS] + [(logs, profile(logs, days)) for days in PROFILE_DAYS]
    bases = np.stack([ahead(means, hours) for _, means in scales])
    fit = _begin(scales, bases, hours)
    found = np.empty((count - first_origin, len(hours)))
    starts = [first for first in range(phase - DAY_H, count, DAY_H) if first + DAY_H > 0]
    for first in starts:
        _learn(fit, first, known)
        span = slice(max(first, 0), min(first + DAY_H, count))
        paths = bases[:, span] + _explained(fit, span)
        kept = slice(max(first_origin, span.start), span.stop)
        if kept.start < kept.stop:
            paths = paths[:, kept.start - span.start :]
            found[kept.start - first_origin : kept.stop - first_origin] = _average(paths, values, kept)
    return found


def _begin(scales: list[tuple[Array, Array]], bases: Array, hours: Array) -> _Fit:
    np = require("numpy", extra="plan")
    rows = np.stack([features(series, means) for series, means in scales])
    members, count, width = rows.shape
    wanted = np.zeros((members, count, len(hours)))
    for member, (series, _) in enumerate(scales):
        for column, hour in enumerate(int(hour) for hour in hours if hour < count):
            wanted[member, : count - hour, column] = series[hour:] - bases[member, : count - hour, column]
    return _Fit(
        hours=hours,
        rows=rows,
        wanted=wanted,
        damped=np.zeros_like(wanted),
        square=np.zeros((members, width, width)),
        cross=np.zeros((members, width, len(hours))),
        fade_cross=np.zeros((members, len(hours))),
        fade_square=np.zeros((members, 1)),
    )


def _learn(fit: _Fit, now: int, known: Array) -> None:
    """Take in the pairs that have come due by ``now``: both hours lie before it."""
    np = require("numpy", extra="plan")
    until = now - int(fit.hours[-1]) + 1
    if until <= fit.done:
        return
    took = np.arange(fit.done, until)
    took = took[known[took]]
    fit.done = until
    keep = 0.5 ** (1.0 / _HALF_LIFE_DAYS)
    rows, latest = fit.rows[:, took], fit.rows[:, took, 0]
    wanted = fit.wanted[:, took]
    fit.fade_cross = fit.fade_cross * keep + np.einsum("mt,mth->mh", latest, wanted)
    fit.fade_square = fit.fade_square * keep + (latest**2).sum(axis=1, keepdims=True)
    rest = wanted - fit.damped[:, took]
    fit.square = fit.square * keep + rows.transpose(0, 2, 1) @ rows
    fit.cross = fit.cross * keep + rows.transpose(0, 2, 1) @ rest
    fit.weight_h = fit.weight_h * keep + len(took)


def _explained(fit: _Fit, span: slice) -> Array:
    """Give what residuals of the span's hours say of the hours ahead: damping first, then the ridge on what that leaves."""
    np = require("numpy", extra="plan")
    latest = fit.rows[:, span, :1]
    fades = np.exp(-fit.hours / _FADE_H)[None, :] * np.ones_like(fit.fade_cross)
    if fit.weight_h:
        seen = fit.fade_cross / np.maximum(fit.fade_square, 1e-12)
        fades = fades + (seen - fades) * (fit.weight_h / (fit.weight_h + _FADE_WEIGHT_H))
    fit.damped[:, span] = latest * fades[:, None, :]
    if not fit.weight_h:
        return fit.damped[:, span]
    diagonal = np.einsum("mff->mf", fit.square)
    penalty = np.where(diagonal > 0.0, diagonal, 1.0) * (_RIDGE_H / fit.weight_h)
    square = fit.square + penalty[:, :, None] * np.eye(diagonal.shape[1])[None]
    return fit.damped[:, span] + fit.rows[:, span] @ np.linalg.solve(square, fit.cross)


def _average(paths: Array, values: Array, kept: slice) -> Array:
    """Average the members, none of them far outside of what the last weeks have seen."""
    np = require("numpy", extra="plan")
    seen = values[max(0, kept.start - _RANGE_H) : kept.start + 1]
    beyond = _BEYOND_RATIO * (seen.max() - seen.min())
    low, high = max(0.0, seen.min() - beyond), seen.max() + beyond
    half = len(PROFILE_DAYS)
    logs = np.exp(np.minimum(paths[half:], np.log(max(high, 1e-9))))
    return np.clip(np.concatenate([paths[:half], logs]), low, high).mean(axis=0)
