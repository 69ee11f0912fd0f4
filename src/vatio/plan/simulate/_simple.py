"""Policies that look at the present hour alone: run at once, wait for a clean hour, pause in the dirty ones.

An hour is clean where it lies in the lowest share of the last seven days. Each runs in closed form on cumulated sums, so that
a million jobs cost a few array operations.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from vatio.plan.simulate._trace import Array, JobTrace
from vatio.plan.simulate._year import Year, at
from vatio.plugins import require

_WEEK_H, _LEAST_H = 168, 24
CLEAN_RATIO = 0.3


class Ran(NamedTuple):
    """Hold what became of jobs: grams a watt-hour weight (sides x jobs, in hours x g/kWh), finish, resumes, hours worked."""

    weights: Array
    finish_h: Array
    resumes: Array
    worked_h: Array


class Sums(NamedTuple):
    """Hold what the closed forms look up, cumulated by hour; ``next_clean`` is the first clean hour from each one on."""

    all: Array
    clean: Array
    clean_h: Array
    dirty_h: Array
    turns: Array
    turn_values: Array
    is_clean: Array
    next_clean: Array
    sides: Array


def sums_of(year: Year) -> Sums:
    """Cumulate a year: all hours, the clean ones, and the turns from dirty to clean."""
    np = require("numpy", extra="plan")
    clean = clean_hours(year.values)
    turns = clean & ~np.concatenate([[True], clean[:-1]])
    ahead = np.where(clean, np.arange(len(clean)), len(clean))
    return Sums(
        all=year.sums(),
        clean=_cumulated(year.sides * clean),
        clean_h=_cumulated(clean.astype(float)),
        dirty_h=_cumulated((~clean).astype(float)),
        turns=_cumulated(turns.astype(np.int64)),
        turn_values=_cumulated(year.sides * turns),
        is_clean=clean,
        next_clean=np.append(np.minimum.accumulate(ahead[::-1])[::-1], len(clean)),
        sides=year.sides,
    )


def clean_hours(values: Array) -> Array:
    """Tell which hours lie in the lowest share of the seven days up to them; in the first day all are."""
    np = require("numpy", extra="plan")
    clean = np.ones(len(values), dtype=bool)
    if len(values) >= _WEEK_H:
        weeks = np.lib.stride_tricks.sliding_window_view(values, _WEEK_H)
        clean[_WEEK_H - 1 :] = values[_WEEK_H - 1 :] <= np.quantile(weeks, CLEAN_RATIO, axis=1)
    for hour in range(_LEAST_H, min(_WEEK_H - 1, len(values))):
        clean[hour] = values[hour] <= np.quantile(values[: hour + 1], CLEAN_RATIO)
    return clean


def run_now(trace: JobTrace, sums: Sums, **_: Any) -> Ran:
    """Start each job when it arrives."""
    return _in_one_piece(trace, sums, trace.arrival_h)


def run_below(trace: JobTrace, sums: Sums, **_: Any) -> Ran:
    """Start each job in the first clean hour, and when its slack is used up."""
    np = require("numpy", extra="plan")
    hour = np.floor(trace.arrival_h).astype(np.int64)
    start = np.where(sums.is_clean[hour], trace.arrival_h, sums.next_clean[hour + 1].astype(float))
    return _in_one_piece(trace, sums, np.minimum(start, trace.arrival_h + trace.freedom_h))


def run_and_pause(trace: JobTrace, sums: Sums, *, resume_h: float, **_: Any) -> Ran:
    """Run in clean hours and pause in the others until the slack is used up; those that may not pause wait for a clean one."""
    np = require("numpy", extra="plan")
    ran, whole = run_below(trace, sums), _paused(trace, sums, resume_h)
    kept = trace.interruptible & (trace.freedom_h > 0.0)
    return Ran(*(np.where(kept, late, early) for late, early in zip(whole, ran, strict=True)))


def _in_one_piece(trace: JobTrace, sums: Sums, start_h: Array) -> Ran:
    np = require("numpy", extra="plan")
    finish = start_h + trace.length_h
    weights = at(sums.all, finish) - at(sums.all, start_h)
    return Ran(weights, finish, np.zeros(len(trace), dtype=np.int64), finish - start_h)


def _paused(trace: JobTrace, sums: Sums, resume_h: float) -> Ran:
    np = require("numpy", extra="plan")
    arrival, deadline = trace.arrival_h, trace.deadline_h
    done = _when(sums.clean_h, at(sums.clean_h, arrival) + trace.length_h)
    spent = _when(sums.dirty_h, at(sums.dirty_h, arrival) + trace.freedom_h)
    forced = spent < done
    stop = np.where(forced, spent, done)
    rest = np.where(forced, deadline, stop)  # what is left runs through to the deadline
    weights = at(sums.clean, stop) - at(sums.clean, arrival) + at(sums.all, rest) - at(sums.all, stop)
    worked = at(sums.clean_h, stop) - at(sums.clean_h, arrival)
    resumes, burnt = _resumed(sums, arrival, stop)
    again = forced & (worked > 1e-9)  # the last start is a resume where the job has run before
    held = np.minimum(np.floor(stop).astype(np.int64), len(sums.is_clean) - 1)
    burnt = burnt + np.where(again, sums.sides[:, held], 0.0)
    return Ran(weights + resume_h * burnt, rest, resumes + again, worked + rest - stop)


def _resumed(sums: Sums, arrival: Array, stop: Array) -> tuple[Array, Array]:
    """Count the turns to clean hours after the arrival and before the stop, but for the first start; and sum their values."""
    np = require("numpy", extra="plan")
    first, last = np.floor(arrival).astype(np.int64) + 1, np.ceil(stop).astype(np.int64)
    last = np.maximum(np.minimum(last, len(sums.is_clean)), first)
    count = sums.turns[last] - sums.turns[first]
    burnt = sums.turn_values[:, last] - sums.turn_values[:, first]
    begins = ~sums.is_clean[first - 1] & (count > 0)  # it arrived in a dirty hour: its first turn is its start
    start = np.minimum(sums.next_clean[first], len(sums.is_clean) - 1)
    return count - begins, burnt - np.where(begins, sums.sides[:, start], 0.0)


def _when(cumulated: Array, wanted: Array) -> Array:
    """Give the first moment at which cumulated hours reach a number; past the end there is none."""
    np = require("numpy", extra="plan")
    slot = np.searchsorted(cumulated, wanted - 1e-12, side="left")
    inside = np.clip(slot, 1, len(cumulated) - 1)
    low = cumulated[inside - 1]
    moment = inside - 1 + np.clip((wanted - low) / np.maximum(cumulated[inside] - low, 1e-12), 0.0, 1.0)
    return np.where(slot >= len(cumulated), np.inf, moment)


def _cumulated(values: Array) -> Array:
    np = require("numpy", extra="plan")
    sums = np.zeros((*values.shape[:-1], values.shape[-1] + 1), dtype=values.dtype)
    np.cumsum(values, axis=-1, out=sums[..., 1:])
    return sums
