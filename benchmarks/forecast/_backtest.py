"""Backtest one zone-year: a 24 h job with 24 h of slack at every hour after day 28, by the conventions of plan.md section 3.

Plans are static. A forecast from hour t knows t and what lies before. It is the walk that ``vatio plan forecast`` ends with,
refitted once a day, so that most origins have an older fit than a user would get.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import numpy as np

from vatio.plan.forecast import (
    RECALL_H,
    at_once,
    bands,
    bears,
    cheapest_hours,
    cheapest_window,
    day_errors,
    earned_ratio_of,
    missed,
    surprised,
    walk,
)

JOB_H, WINDOW_H, FIRST, BEGIN = 24, 48, 672, 192
HOURS = np.arange(1, WINDOW_H)
LEVEL = 0.8
KINDS = {"interruptible": cheapest_hours, "in one piece": cheapest_window}
_DAY_H, _STRETCH_H = 24, 672


class Zone(NamedTuple):
    """Hold a zone-year's figures, all in percent of run-now; shares are of the oracle's saving."""

    name: str
    oracle: dict[str, float]
    naive: dict[str, dict[str, float]]  # forecast -> kind -> saved
    raw: dict[str, float]
    guarded: dict[str, float]
    taken: dict[str, float]
    worst_28_days: dict[str, float]
    worst_28_days_any_hour: dict[str, float]
    covered: float
    width: float
    cpu_s: float

    @property
    def points_above_m7(self) -> float:
        """Give how much more of the oracle's saving is captured than by the 7-day mean, interruptible."""
        kind = "interruptible"
        return 100.0 * (self.guarded[kind] - self.naive["m7"][kind]) / self.oracle[kind]


def backtest(name: str, values: Any) -> Zone:
    """Walk through one year, plan at every hour, and hold what was planned against what came."""
    begun_s = time.process_time()
    paths = walk(values, np.ones(len(values), dtype=bool), hours=HOURS, first_origin=BEGIN)
    errors = missed(paths, values, first_origin=BEGIN, hours=HOURS)
    told = bands(errors, hours=HOURS, first=BEGIN, level=LEVEL)
    cpu_s = time.process_time() - begun_s
    count = len(values) - WINDOW_H + 1 - BEGIN
    truth = np.lib.stride_tricks.sliding_window_view(values, WINDOW_H)[BEGIN:]
    foretold = np.concatenate([values[BEGIN : BEGIN + count, None], paths[:count]], axis=1)
    now_cost = (at_once(truth, JOB_H) * truth).sum(axis=1)
    begun_s = time.process_time()
    promised = {kind: _guarded(kind, foretold, truth, day_errors(errors)) for kind in KINDS}
    cpu_s += time.process_time() - begun_s
    counted = slice(FIRST - BEGIN, None)
    covered, width = _covered(told, paths, values)
    saved = {kind: np.where(taken, gained, 0.0) for kind, (gained, taken) in promised.items()}
    return Zone(
        name=name,
        oracle={kind: _share(_gained(truth, truth, kind), now_cost, counted) for kind in KINDS},
        naive={
            label: {kind: _share(_gained(path, truth, kind), now_cost, counted) for kind in KINDS}
            for label, path in _naive(values, count).items()
        },
        raw={kind: _share(gained, now_cost, counted) for kind, (gained, _) in promised.items()},
        guarded={kind: _share(one, now_cost, counted) for kind, one in saved.items()},
        taken={kind: 100.0 * float(taken[counted].mean()) for kind, (_, taken) in promised.items()},
        worst_28_days={kind: _worst(one, now_cost, _DAY_H) for kind, one in saved.items()},
        worst_28_days_any_hour={kind: _worst(one, now_cost, 1) for kind, one in saved.items()},
        covered=covered,
        width=width,
        cpu_s=cpu_s,
    )


def _gained(path: Any, truth: Any, kind: str) -> Any:
    return ((at_once(path, JOB_H) - KINDS[kind](path, JOB_H)) * truth).sum(axis=1)


def _guarded(kind: str, paths: Any, truth: Any, days: Any) -> tuple[Any, Any]:
    """Give what every plan saves, and which of them the guard lets through; it sees what has come due by then."""
    changes = at_once(paths, JOB_H) - KINDS[kind](paths, JOB_H)
    gained, hoped = ((changes * one).sum(axis=1) for one in (truth, paths))
    base = paths[:, :JOB_H].sum(axis=1)
    ratios, errors = gained / truth[:, :JOB_H].sum(axis=1), truth - paths
    taken = hoped > 0.0
    for first in range(FIRST - BEGIN, len(paths), _DAY_H):
        day = slice(first, min(first + _DAY_H, len(paths)))
        due = slice(max(0, first - WINDOW_H + 1 - RECALL_H), first - WINDOW_H + 1)
        taken[day] &= [not surprised(days, BEGIN + at, base[at] / JOB_H) for at in range(day.start, day.stop)]
        if kind == "in one piece":
            taken[day] &= bears(hoped[day], base[day], changes[day], errors[due], earned_ratio_of(ratios[due]))
    return gained, taken


def _share(saved: Any, now_cost: Any, counted: slice) -> float:
    return 100.0 * float(saved[counted].sum() / now_cost[counted].sum())


def _worst(saved: Any, now_cost: Any, step_h: int) -> float:
    starts = np.arange(FIRST - BEGIN, len(saved) - _STRETCH_H + 1, step_h)
    sums, costs = (np.concatenate([[0.0], np.cumsum(one)]) for one in (saved, now_cost))
    return 100.0 * float(((sums[starts + _STRETCH_H] - sums[starts]) / (costs[starts + _STRETCH_H] - costs[starts])).min())


def _covered(told: list[tuple[int, Any]], paths: Any, values: Any) -> tuple[float, float]:
    """Give the share of hours inside their interval, of all origins and hours ahead, and the mean width over the mean."""
    inside, widths = [], []
    for now, band in told:
        origins = np.arange(max(now, FIRST), min(now + _DAY_H, len(values) - WINDOW_H + 1))
        if band is None or not len(origins):
            continue
        low, high = band.ends(paths[origins - BEGIN], origins, HOURS)
        came = values[origins[:, None] + HOURS[None, :]]
        inside.append((came >= low) & (came <= high))
        widths.append((high - low).mean(axis=1))
    return 100.0 * float(np.concatenate(inside).mean()), float(np.concatenate(widths).mean() / values.mean())


def _naive(values: Any, count: int) -> dict[str, Any]:
    """Give the forecasts that anybody has: the mean of the hour over seven days, yesterday, last week; hour 0 is known."""
    hours, origins = np.arange(WINDOW_H)[None, :], np.arange(BEGIN, BEGIN + count)[:, None]
    day = origins + hours - 24 * -(-hours // 24)
    week = origins + hours - 168 * -(-hours // 168)
    means = sum(values[np.maximum(day - 24 * back, 0)] for back in range(7)) / 7.0
    found = {"m7": means, "yesterday": values[day], "last week": values[np.maximum(week, 0)]}
    return {label: np.where(hours == 0, values[origins], path) for label, path in found.items()}
