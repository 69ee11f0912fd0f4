"""Judge whether a gain that a forecast promises is real, by what forecasts made before have been worth (ADR 0112).

All are arrays over origins, so that one plan and a backtest of thousands go through the same lines. A plan is a row of
changes: joules of run-now less those of the plan, by hour ahead; what it saves is their sum with the intensities.
"""

from __future__ import annotations

from vatio.plan.forecast._features import DAY_H, WEEK_H
from vatio.plan.forecast._fill import Array
from vatio.plugins import require

# A forecast that goes wrong does so for about two days, one part in fourteen of 28 days: what those may lose at worst is
# weighed against what 28 days gain, of which half a percent may be lost.
_STRETCH_RATIO, _MAY_LOSE_RATIO = 14.0, 0.005
# The least share of earlier errors under which a bet is to gain.
_LIKELY_RATIO = 2.0 / 3.0
# The gain of 28 days is counted at two standard errors below its mean, by weeks.
_ERRORS, _LEAST_WEEKS = 2.0, 3
# A day's errors twice as large as any of the last 28 days, and more than a tenth of the level: the grid does what is new.
_SURPRISE_RATIO, _MATERIAL_RATIO = 2.0, 0.1
RECALL_H, _SURPRISE_H = 120 * DAY_H, 28 * DAY_H
# Errors of neighbouring hours are nearly one error: every third tells what there is to tell.
_EVERY_H = 3


def spread_j(errors: Array, changes: Array, tail_ratio: float) -> tuple[Array, Array]:
    """Give, for each plan, the two quantiles of what the errors of earlier forecasts would have added to what it saves."""
    np = require("numpy", extra="plan")
    ends = np.quantile(errors[::_EVERY_H] @ changes.T, [tail_ratio, 1.0 - tail_ratio], axis=0)
    return ends[0], ends[1]


def earned_ratio_of(saved_ratios: Array) -> float:
    """Give what plans of one kind have surely saved: their mean by whole weeks less two standard errors, or 0 of a few weeks.

    ``saved_ratios`` are those of consecutive hours, the latest last.
    """
    np = require("numpy", extra="plan")
    weeks = len(saved_ratios) // WEEK_H
    if weeks < _LEAST_WEEKS:
        return 0.0
    means = saved_ratios[len(saved_ratios) - weeks * WEEK_H :].reshape(weeks, WEEK_H).mean(axis=1)
    return max(0.0, float(means.mean() - _ERRORS * means.std(ddof=1) / np.sqrt(weeks)))


def bears(gain_j: Array, whole_j: Array, changes: Array, errors: Array, earned_ratio: float) -> Array:
    """Tell, for each plan (a row of ``changes``), whether it may be taken as a single bet.

    It is to gain under two of three of the ``errors`` (origins x hours) of earlier forecasts, and what it loses under the
    worst of them is to be borne by what such bets have surely gained, ``earned_ratio``. What few weeks have seen at worst
    is less than what 120 days will: it is stretched by the root of what is missing. ``whole_j`` is what run-now costs.
    """
    np = require("numpy", extra="plan")
    added = errors[::_EVERY_H] @ changes.T
    likely = (added + gain_j[None, :] > 0.0).mean(axis=0) >= _LIKELY_RATIO
    worst_j = gain_j + added.min(axis=0) * np.sqrt(max(1.0, RECALL_H / max(len(errors), 1)))
    return likely & (worst_j >= -_STRETCH_RATIO * (earned_ratio + _MAY_LOSE_RATIO) * whole_j)


def day_errors(errors: Array) -> Array:
    """Give, for each hour, the root mean square error of the last day's hours as foretold up to a day ahead.

    ``errors`` are laid by the hour that was foretold, their columns 1, 2, ... hours ahead.
    """
    np = require("numpy", extra="plan")
    squares = errors[:, :DAY_H] ** 2
    known = np.isfinite(squares)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, squares, 0.0).sum(axis=1))])
    counts = np.concatenate([[0], np.cumsum(known.sum(axis=1))])
    first = np.maximum(np.arange(1, len(sums)) - DAY_H, 0)
    return np.sqrt((sums[1:] - sums[first]) / np.maximum(counts[1:] - counts[first], 1))


def surprised(days: Array, at: int, level: float) -> bool:
    """Tell whether forecasts have gone wrong, within the two days before an hour, as not once in the 28 days before those."""
    recent = days[max(0, at - DAY_H) : at + 1].max()
    seen = days[max(0, at - _SURPRISE_H) : max(0, at - 2 * DAY_H + 1)]
    most = float(seen.max()) if len(seen) else 0.0
    return most > 0.0 and bool(recent > max(_SURPRISE_RATIO * most, _MATERIAL_RATIO * level))
