"""Forecasts from every hour of a year, each of what was known by then, and what earlier ones were worth."""

from __future__ import annotations

from dataclasses import dataclass, field

from vatio.plan.simulate._pauses import Chosen
from vatio.plan.simulate._piece import cheapest_piece
from vatio.plan.simulate._trace import Array, JobTrace
from vatio.plan.simulate._year import Year
from vatio.plugins import require

_DAY_H, _NEAR_H, _FAR_H = 24, 48, 168
_FIRST_ORIGIN_H = 8 * _DAY_H
# Bets on single windows are judged once a week of plans like them has come due.
_LEAST_ERRORS = 7 * _DAY_H


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """Hold forecasts: a row for each origin from ``first`` on, its own hour first, which is known.

    ``surprised`` tells the origins at which no forecast is to be trusted.
    """

    first: int
    paths: Array
    values: Array
    surprised: Array
    _records: dict[tuple[int, int], Array] = field(default_factory=dict, repr=False)

    def rows(self, jobs: JobTrace, hour: Array, slots: int) -> tuple[Array, Array]:
        """Give the forecast of each job's window, and its origin; past the last hour foretold its last day goes on."""
        np = require("numpy", extra="plan")
        width = self.paths.shape[1]
        ahead = np.arange(slots)
        ahead = np.where(ahead < width, ahead, width - _DAY_H + (ahead - width) % _DAY_H) if width > _DAY_H else ahead % width
        origin = np.maximum(hour - self.first, 0)
        return self.paths[origin[:, None], ahead[None, :]], hour - self.first

    def trusts(self, jobs: JobTrace, origins: Array, costs: Array, caps: Array, chosen: Chosen) -> Array:
        """Tell which plans may be taken: none before there are forecasts or after a surprise; single bets by their record."""
        np = require("numpy", extra="plan")
        trusted = (origins >= 0) & ~self.surprised[np.maximum(origins, 0)]
        if jobs.interruptible[0]:
            return trusted
        days = np.maximum(origins, 0) // _DAY_H
        kinds = days * 10_000 + np.ceil(jobs.length_h).astype(np.int64)
        for kind in np.unique(kinds[trusted]):
            which = np.flatnonzero((kinds == kind) & trusted)
            trusted[which] = self._bears(
                int(kind) // 10_000,
                int(kind) % 10_000,
                costs[which],
                caps[which],
                Chosen(chosen.uses_h[which], chosen.resumed[which]),
                jobs.length_h[which],
            )
        return trusted

    def _bears(self, day: int, length: int, costs: Array, caps: Array, chosen: Chosen, length_h: Array) -> Array:
        np = require("numpy", extra="plan")
        from vatio.plan.forecast import RECALL_H, bears, earned_ratio_of

        slots = costs.shape[1]
        if slots > self.paths.shape[1]:
            return np.zeros(len(costs), dtype=bool)
        last = day * _DAY_H - slots + 1
        begin = max(0, last - RECALL_H)
        if last - begin < _LEAST_ERRORS:
            return np.zeros(len(costs), dtype=bool)
        before = np.cumsum(caps, axis=1) - caps
        now = np.clip(length_h[:, None] - before, 0.0, caps)
        changes = now - chosen.uses_h
        came = np.lib.stride_tricks.sliding_window_view(self.values[self.first :], slots)[begin:last]
        errors = came - self.paths[begin:last, :slots]
        record = earned_ratio_of(self._record(length, slots)[begin:last])
        return bears((changes * costs).sum(axis=1), (now * costs).sum(axis=1), changes, errors, record)

    def _record(self, length: int, slots: int) -> Array:
        """Give what plans of one length in windows of so many hours have saved, origin by origin."""
        np = require("numpy", extra="plan")
        if (length, slots) not in self._records:
            came = np.lib.stride_tricks.sliding_window_view(self.values[self.first :], slots)
            paths = self.paths[: len(came), :slots]
            hours = min(length, slots)
            edges = np.broadcast_to(np.arange(slots + 1, dtype=float), (len(came), slots + 1))
            uses = cheapest_piece(paths, edges, np.full(len(came), float(hours))).uses_h
            now = came[:, :hours].sum(axis=1)
            self._records[length, slots] = 1.0 - (uses * came).sum(axis=1) / np.maximum(now, 1e-9)
        return self._records[length, slots]


def foresee_all(year: Year, *, window_h: int) -> Foreseen | None:
    """Forecast from every hour as far as the longest window asks, a week at most; ``None`` where there is too little past."""
    np = require("numpy", extra="plan")
    from vatio.plan.forecast import day_errors, missed, walk

    values, known = year.values, year.known
    if year.hours <= _FIRST_ORIGIN_H:
        return None
    first = _FIRST_ORIGIN_H
    near = np.arange(1, _NEAR_H + 1)
    blocks = [walk(values, known, hours=near, first_origin=first)]
    if window_h > _NEAR_H + 1:
        far = np.arange(_NEAR_H + 1, min(window_h, _FAR_H) + 1)
        blocks.append(walk(values, known, hours=far, first_origin=first))
    errors = missed(blocks[0], np.where(known, values, np.nan), first_origin=first, hours=near)
    return Foreseen(
        first=first,
        paths=np.concatenate([values[first:, None], *blocks], axis=1),
        values=values,
        surprised=_surprised(day_errors(errors), blocks[0][:, :_DAY_H].mean(axis=1), first),
    )


def _surprised(days: Array, levels: Array, first: int) -> Array:
    np = require("numpy", extra="plan")
    from vatio.plan.forecast import surprised

    return np.array([surprised(days, first + origin, float(level)) for origin, level in enumerate(levels)], dtype=bool)
