"""Say how far a forecast may miss: ends that are moved, day by day, by how often they have been missed.

An end that too many hours have passed moves out, one that too few have passed moves in, so that over time the share of hours
inside is the level, whatever the errors look like (quantile tracking; ADR 0111). Ends are held for each hour ahead, in units
of what hours of that time of day are usually missed by.
"""

from __future__ import annotations

from dataclasses import dataclass

from vatio.plan.forecast._features import DAY_H
from vatio.plan.forecast._fill import Array
from vatio.plugins import require

# How far an end moves, in usual errors, in a day on which all hours lie outside; and how fast usual errors are forgotten.
_STEP, _FORGET = 0.5, 1.0 / 14.0
# What is foretold further ahead comes due later: an end that moved on meanwhile as fast would run away.
_PROMPT_H = 48
# An hour of the day that is hardly ever missed (the sun is down) still has a part of the whole day's error.
_LEAST_RATIO = 0.25
_FIRST_DAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Hold the ends of one day's forecasts: how far below and above, by hour ahead, in units of ``usual`` by hour of day."""

    below: Array
    above: Array
    usual: Array

    def ends(self, paths: Array, origins: Array, hours: Array) -> tuple[Array, Array]:
        """Give the low and high ends of paths (origins x hours ahead) whose origins are counted in hours."""
        np = require("numpy", extra="plan")
        usual = self.usual[(origins[:, None] + hours[None, :]) % DAY_H]
        return np.maximum(paths - self.below * usual, 0.0), paths + self.above * usual


def missed(paths: Array, truth: Array, *, first_origin: int, hours: Array) -> Array:
    """Lay errors (truth less forecast) by the hour that was foretold: rows are hours of the history, NaN where unknown."""
    np = require("numpy", extra="plan")
    errors = np.full((len(truth), len(hours)), np.nan)
    for column, hour in enumerate(hours):
        first = first_origin + int(hour)
        count = max(0, min(len(paths), len(truth) - first))
        errors[first : first + count, column] = truth[first : first + count] - paths[:count, column]
    return errors


def bands(errors: Array, *, hours: Array, first: int, level: float, phase: int = 0) -> list[tuple[int, Band | None]]:
    """Give the band in force from each day's start, learnt from errors of earlier hours only; ``None`` while there are few.

    ``errors`` are those of ``missed``; days begin where the hour's index is ``phase`` modulo 24, from ``first`` on. What has
    come due is held against the ends that were told when it was foretold.
    """
    np = require("numpy", extra="plan")
    tail_ratio = (1.0 - level) / 2.0
    begin = first + (phase - first) % DAY_H
    found: list[tuple[int, Band | None]] = [(first, None)] if begin > first else []
    told: list[Band] = []
    for days, now in enumerate(range(begin, len(errors) + 1, DAY_H)):
        if told:
            issued = np.maximum((np.arange(now - DAY_H, now)[:, None] - hours[None, :] - begin) // DAY_H - _FIRST_DAYS, 0)
            fresh = errors[now - DAY_H : now]
            told.append(
                _moved(told, issued, fresh, now - DAY_H, steps=(_STEP * np.minimum(1.0, _PROMPT_H / hours), tail_ratio))
            )
        elif days >= _FIRST_DAYS:
            told.append(_begun(errors[begin:now], begin, tail_ratio))
        found.append((now, told[-1] if told else None))
    if not told and found and (np.isfinite(errors).sum(axis=0) >= DAY_H).all():
        found[-1] = (found[-1][0], _begun(errors[begin:], begin, tail_ratio))
    return found


def _begun(errors: Array, first: int, tail_ratio: float) -> Band:
    np = require("numpy", extra="plan")
    sizes = np.abs(errors)
    whole = float(np.nanmean(sizes)) if np.isfinite(sizes).any() else 0.0
    usual = np.full(DAY_H, max(whole, 1e-9))
    hours_of_day = (first + np.arange(len(errors))) % DAY_H
    for hour in range(DAY_H):
        rows = sizes[hours_of_day == hour]
        if np.isfinite(rows).any():
            usual[hour] = max(float(np.nanmean(rows)), _LEAST_RATIO * whole, 1e-9)
    scaled = errors / usual[hours_of_day][:, None]
    whole_ends = np.nanquantile(scaled, [tail_ratio, 1.0 - tail_ratio]) if np.isfinite(scaled).any() else np.array([-1.5, 1.5])
    ends = np.repeat(whole_ends[:, None], errors.shape[1], axis=1)
    for column in np.flatnonzero(np.isfinite(scaled).sum(axis=0) >= DAY_H):
        ends[:, column] = np.nanquantile(scaled[:, column], [tail_ratio, 1.0 - tail_ratio])
    return Band(below=np.maximum(-ends[0], 0.0), above=np.maximum(ends[1], 0.0), usual=usual)


def _moved(told: list[Band], issued: Array, errors: Array, first: int, *, steps: tuple[Array, float]) -> Band:
    np = require("numpy", extra="plan")
    step, tail_ratio = steps
    band, columns = told[-1], np.arange(errors.shape[1])
    hours_of_day = (first + np.arange(DAY_H)) % DAY_H
    known, held = np.isfinite(errors), told[int(issued.min()) : int(issued.max()) + 1]
    which = issued - int(issued.min())
    usual = np.stack([one.usual for one in held])[which, hours_of_day[:, None]]
    above = np.stack([one.above for one in held])[which, columns] * usual
    below = np.stack([one.below for one in held])[which, columns] * usual
    counts, seen = np.maximum(known.sum(axis=0), 1), known.any(axis=0)
    over = (known & (errors > above)).sum(axis=0) / counts
    under = (known & (errors < -below)).sum(axis=0) / counts
    return Band(
        below=np.maximum(band.below + np.where(seen, step * (under - tail_ratio), 0.0), 0.0),
        above=np.maximum(band.above + np.where(seen, step * (over - tail_ratio), 0.0), 0.0),
        usual=_usual(band.usual, errors, known, hours_of_day),
    )


def _usual(usual: Array, errors: Array, known: Array, hours_of_day: Array) -> Array:
    np = require("numpy", extra="plan")
    sizes = np.abs(np.where(known, errors, 0.0)).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    told, fresh = known.any(axis=1), usual.copy()
    fresh[hours_of_day[told]] += _FORGET * (sizes[told] - usual[hours_of_day[told]])
    return np.maximum(fresh, max(_LEAST_RATIO * float(fresh.mean()), 1e-9))
