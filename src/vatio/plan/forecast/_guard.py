"""Say of one plan what it may save under a forecast, and whether that gain is real (ADR 0112)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vatio.errors import UsageError
from vatio.plan.forecast._band import missed
from vatio.plan.forecast._choose import at_once, cheapest_window
from vatio.plan.forecast._features import DAY_H
from vatio.plan.forecast._fill import Array
from vatio.plan.forecast._forecast import FAR_H, NEAR_H, Forecast, foretold
from vatio.plan.forecast._history import HourlyHistory
from vatio.plan.forecast._stake import RECALL_H, bears, day_errors, earned_ratio_of, spread_j, surprised
from vatio.plugins import require

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.plan.job import Outlook

_NS_PER_HOUR = 3_600_000_000_000
_LEAST_ERRORS = 7 * DAY_H


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Hold what a plan saves of run-now's emissions: expected, and the ends that hold ``level`` of what comes.

    ``is_real`` is False where shifting is not worth it, and ``why`` says why.
    """

    saved_ratio: float
    low_ratio: float
    high_ratio: float
    level: float
    is_real: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """Hold a forecast with its own record: what earlier ones foretold for the hours ahead of them, and what came.

    Rows of ``foretold`` and ``came`` are consecutive origins, the latest last, all come due; columns hours ahead, from the
    origin's own hour, which is known. ``is_surprised``: the last two days went as none of the last 28.
    """

    forecast: Forecast
    foretold: Array
    came: Array
    is_surprised: bool

    def promise(self, now_j: Sequence[float], plan_j: Sequence[float], *, interruptible: bool, window_h: int) -> Promise:
        """Judge a plan by the joules of run-now and of the plan in each hour, from the origin's own on.

        A job that runs in one piece is one bet on one window: it is taken only where what such bets have surely gained in
        this zone, moved within ``window_h`` hours, bears what it may lose. One that may be interrupted spreads its bets.

        Raises:
            UsageError: a plan is longer than the forecast.
        """
        np = require("numpy", extra="plan")
        path = np.array([self.forecast.known_g_per_kwh, *self.forecast.g_per_kwh])
        now, plan = (_padded(loads, len(path)) for loads in (now_j, plan_j))
        whole, width = float(now @ path), self.foretold.shape[1]
        gain = float((now - plan) @ path) / whole if whole > 0.0 else 0.0
        changes = _folded(now - plan, width)
        tail_ratio = (1.0 - self.forecast.level) / 2.0
        if not np.abs(changes).any() or whole <= 0.0:
            return self._promise(gain, (gain, gain), False, "the plan is to run now")
        errors = self._errors()
        if len(errors) < _LEAST_ERRORS:
            return self._promise(gain, (-math.inf, math.inf), False, "too short a history to say what a gain is worth")
        low, high = (float(end[0]) / whole for end in spread_j(errors, changes[None, :], tail_ratio))
        if self.is_surprised:
            why = "the last two days went as none of the last 28 did: no forecast holds"
        elif gain <= 0.0:
            why = "it saves nothing"
        elif interruptible or self._bears(gain * whole, whole, changes, now_j, window_h):
            return self._promise(gain, (gain + low, gain + high), True, "plans like it have saved in this zone")
        else:
            why = "no predictable gain: such shifts may lose more than they have surely saved here"
        return self._promise(gain, (gain + low, gain + high), False, why)

    def guard(self, *, interruptible: bool, window_h: int) -> Callable[[Outlook], tuple[float, float, bool]]:
        """Give the guard that ``plan_job`` asks: ends of the saved share, and whether it is real."""

        def judge(outlook: Outlook) -> tuple[float, float, bool]:
            origin_ns = round(self.forecast.origin.timestamp()) * 1_000_000_000
            count = 1 + len(self.forecast.g_per_kwh)
            now_j = by_hour(outlook.now_load_j, outlook.edges_ns, origin_ns, count)
            plan_j = by_hour(outlook.plan_load_j, outlook.edges_ns, origin_ns, count)
            found = self.promise(now_j, plan_j, interruptible=interruptible, window_h=window_h)
            return found.low_ratio, found.high_ratio, found.is_real

        return judge

    def _promise(self, gain_ratio: float, ends: tuple[float, float], is_real: bool, why: str) -> Promise:
        low, high = max(min(ends[0], gain_ratio), -10.0), min(max(ends[1], gain_ratio), 1.0)
        return Promise(
            saved_ratio=gain_ratio,
            low_ratio=low,
            high_ratio=max(high, gain_ratio),
            level=self.forecast.level,
            is_real=is_real,
            why=why,
        )

    def _errors(self) -> Array:
        np = require("numpy", extra="plan")
        errors = self.came - self.foretold
        return errors[np.isfinite(errors).all(axis=1)]

    def _bears(self, gain_j: float, whole_j: float, changes: Array, now_j: Sequence[float], window_h: int) -> bool:
        np = require("numpy", extra="plan")
        length_h = max(1, sum(load > 0.0 for load in now_j))
        width = min(max(window_h, length_h), self.foretold.shape[1])
        if length_h > width:
            return False
        paths, came = self.foretold[:, :width], self.came[:, :width]
        known = np.isfinite(came).all(axis=1)
        paths, came = paths[known], came[known]
        now = at_once(paths, length_h)
        saved = ((now - cheapest_window(paths, length_h)) * came).sum(axis=1)
        ratios = saved / np.maximum((now * came).sum(axis=1), 1e-9)
        return bool(bears(np.array([gain_j]), whole_j, changes[None, :], self._errors(), earned_ratio_of(ratios))[0])


def foresee(history: HourlyHistory, *, horizon_h: int = NEAR_H, level: float = 0.8) -> Foresight:
    """Forecast, and keep with it what earlier forecasts of the zone have been worth, to judge plans by.

    Raises:
        UsageError: see ``forecast``.
        MissingExtra: numpy is not installed.
    """
    np = require("numpy", extra="plan")
    made, values, truth, walks = foretold(history, horizon_h=max(horizon_h, NEAR_H - 1), level=level)
    first, count = walks[0].first_origin, len(truth)
    width = min(len(made.g_per_kwh), FAR_H)
    last = max(first, count - width)
    origins = np.arange(max(first, last - RECALL_H), last)
    paths = np.concatenate([one.paths[origins - first] for one in walks], axis=1)[:, :width]
    known = values[origins][:, None]
    came = truth[origins[:, None] + np.arange(width + 1)[None, :]] if len(origins) else np.zeros((0, width + 1))
    near = walks[0]
    days = day_errors(missed(near.paths, truth, first_origin=first, hours=near.hours))
    return Foresight(
        forecast=made,
        foretold=np.concatenate([known, paths], axis=1),
        came=came,
        is_surprised=surprised(days, count - 1, float(np.mean(made.g_per_kwh[:DAY_H]))),
    )


def by_hour(loads_j: Sequence[float], edges_ns: Sequence[int], origin_ns: int, count: int) -> list[float]:
    """Lay joules of slots on the hours from an origin on; what lies before or past them falls to the first or last."""
    hours = [0.0] * count
    for load, start_ns, end_ns in zip(loads_j, edges_ns[:-1], edges_ns[1:], strict=True):
        at_ns = start_ns
        while load and at_ns < end_ns:
            hour = (at_ns - origin_ns) // _NS_PER_HOUR
            until_ns = min(end_ns, origin_ns + (hour + 1) * _NS_PER_HOUR)
            hours[min(max(hour, 0), count - 1)] += load * (until_ns - at_ns) / (end_ns - start_ns)
            at_ns = until_ns
    return hours


def _padded(loads: Sequence[float], count: int) -> Array:
    np = require("numpy", extra="plan")
    if len(loads) > count:
        raise UsageError(f"a plan of {len(loads)} h and a forecast of {count}", hint="forecast further")
    return np.concatenate([np.asarray(loads, dtype=float), np.zeros(count - len(loads))])


def _folded(loads: Array, width: int) -> Array:
    """Take hours that no earlier forecast is held against for the same hours of the last day that is."""
    np = require("numpy", extra="plan")
    folded = np.zeros(width)
    inside = min(width, len(loads))
    folded[:inside] = loads[:inside]
    for at in range(width, len(loads)):
        folded[width - DAY_H + (at - width) % DAY_H] += loads[at]
    return folded
