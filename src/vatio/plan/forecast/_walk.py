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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """Hold what a block of horizons is fitted on, for all members at once; ``damped`` is filled while the walk goes on.

    Of the shapes members x hours of the history x features, and x horizons: what the profile misses, and what damping,
    as it was fitted at that hour, explains of it.
    """

    hours: Array
    rows: Array
    wanted: Array
    damped: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """Hold sums of products over the pairs that have come due, the older ones fading; ``done`` is the first that has not."""

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
    pairs = _pairs(scales, bases, hours)
    sums = _nothing(pairs)
    found = np.empty((count - first_origin, len(hours)))
    starts = [first for first in range(phase - DAY_H, count, DAY_H) if first + DAY_H > 0]
    for first in starts:
        sums = _learnt(sums, pairs, first, known)
        span = slice(max(first, 0), min(first + DAY_H, count))
        paths = bases[:, span] + _explained(sums, pairs, span)
        kept = slice(max(first_origin, span.start), span.stop)
        if kept.start < kept.stop:
            paths = paths[:, kept.start - span.start :]
            found[kept.start - first_origin : kept.stop - first_origin] = _average(paths, values, kept)
    return found


def _pairs(scales: list[tuple[Array, Array]], bases: Array, hours: Array) -> _Pairs:
    np = require("numpy", extra="plan")
    rows = np.stack([features(series, means) for series, means in scales])
    members, count, _ = rows.shape
    wanted = np.zeros((members, count, len(hours)))
    for member, (series, _) in enumerate(scales):
        for column, hour in enumerate(int(hour) for hour in hours if hour < count):
            wanted[member, : count - hour, column] = series[hour:] - bases[member, : count - hour, column]
    return _Pairs(hours=hours, rows=rows, wanted=wanted, damped=np.zeros_like(wanted))


def _nothing(pairs: _Pairs) -> _Sums:
    np = require("numpy", extra="plan")
    members, _, width = pairs.rows.shape
    ahead_h = len(pairs.hours)
    return _Sums(
        square=np.zeros((members, width, width)),
        cross=np.zeros((members, width, ahead_h)),
        fade_cross=np.zeros((members, ahead_h)),
        fade_square=np.zeros((members, 1)),
    )


def _learnt(sums: _Sums, pairs: _Pairs, now: int, known: Array) -> _Sums:
    """Take in the pairs that have come due by ``now``: both hours lie before it."""
    np = require("numpy", extra="plan")
    until = now - int(pairs.hours[-1]) + 1
    if until <= sums.done:
        return sums
    took = np.arange(sums.done, until)
    took = took[known[took]]
    keep = 0.5 ** (1.0 / _HALF_LIFE_DAYS)
    rows, latest = pairs.rows[:, took], pairs.rows[:, took, 0]
    wanted = pairs.wanted[:, took]
    turned = rows.transpose(0, 2, 1)
    return _Sums(
        square=sums.square * keep + turned @ rows,
        cross=sums.cross * keep + turned @ (wanted - pairs.damped[:, took]),
        fade_cross=sums.fade_cross * keep + np.einsum("mt,mth->mh", latest, wanted),
        fade_square=sums.fade_square * keep + (latest**2).sum(axis=1, keepdims=True),
        weight_h=sums.weight_h * keep + len(took),
        done=until,
    )


def _explained(sums: _Sums, pairs: _Pairs, span: slice) -> Array:
    """Give what residuals of the span's hours say of the hours ahead: damping first, then the ridge on what that leaves."""
    np = require("numpy", extra="plan")
    fades = np.exp(-pairs.hours / _FADE_H)[None, :] * np.ones_like(sums.fade_cross)
    if sums.weight_h:
        seen = sums.fade_cross / np.maximum(sums.fade_square, 1e-12)
        fades = fades + (seen - fades) * (sums.weight_h / (sums.weight_h + _FADE_WEIGHT_H))
    damped = pairs.rows[:, span, :1] * fades[:, None, :]
    pairs.damped[:, span] = damped
    if not sums.weight_h:
        return damped
    diagonal = np.einsum("mff->mf", sums.square)
    penalty = np.where(diagonal > 0.0, diagonal, 1.0) * (_RIDGE_H / sums.weight_h)
    square = sums.square + penalty[:, :, None] * np.eye(diagonal.shape[1])[None]
    return damped + pairs.rows[:, span] @ np.linalg.solve(square, sums.cross)


def believable(values: Array, at: int) -> tuple[float, float]:
    """Give the range that is foretold at an hour: that of the last 28 days, and half of it beyond either end."""
    seen = values[max(0, at - _RANGE_H) : at + 1]
    beyond = _BEYOND_RATIO * float(seen.max() - seen.min())
    return max(0.0, float(seen.min()) - beyond), float(seen.max()) + beyond


def _average(paths: Array, values: Array, kept: slice) -> Array:
    """Average the members, none of them far outside of what the last weeks have seen."""
    np = require("numpy", extra="plan")
    low, high = believable(values, kept.start)
    half = len(PROFILE_DAYS)
    logs = np.exp(np.minimum(paths[half:], np.log(max(high, 1e-9))))
    return np.clip(np.concatenate([paths[:half], logs]), low, high).mean(axis=0)
