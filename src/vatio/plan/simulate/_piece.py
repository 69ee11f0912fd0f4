"""Choose the start of many jobs at once that run in one piece: exact, at any moment of their windows."""

from __future__ import annotations

from vatio.plan.simulate._pauses import Chosen
from vatio.plan.simulate._trace import Array
from vatio.plugins import require

_TIE_RATIO = 1e-9


def cheapest_piece(costs: Array, edges_h: Array, length_h: Array) -> Chosen:
    """Give the slots in which each job costs least, run in one piece; of equal starts the earliest.

    ``edges_h`` are where the slots begin and end (one more than slots); the least cost lies where a start or an end meets an
    edge, for between them it changes evenly.
    """
    np = require("numpy", extra="plan")
    sums = np.concatenate([np.zeros((len(costs), 1)), np.cumsum(costs * np.diff(edges_h, axis=1), axis=1)], axis=1)
    latest = edges_h[:, -1:] - length_h[:, None]
    starts = np.sort(np.clip(np.concatenate([edges_h, edges_h - length_h[:, None]], axis=1), edges_h[:, :1], latest), axis=1)
    paid = _at(sums, edges_h, starts + length_h[:, None]) - _at(sums, edges_h, starts)
    least = paid.min(axis=1, keepdims=True)
    chosen = np.argmax(paid <= least + np.abs(least) * _TIE_RATIO, axis=1)
    start = np.take_along_axis(starts, chosen[:, None], axis=1)
    end = start + length_h[:, None]
    uses = np.clip(np.minimum(edges_h[:, 1:], end) - np.maximum(edges_h[:, :-1], start), 0.0, None)
    return Chosen(uses, np.zeros(uses.shape, dtype=bool))


def _at(sums: Array, edges_h: Array, moments_h: Array) -> Array:
    """Give cumulated costs at moments within a row's window: slots but the first begin at whole hours."""
    np = require("numpy", extra="plan")
    origin = np.floor(edges_h[:, :1])
    slot = np.clip(np.floor(moments_h - origin).astype(np.int64), 0, edges_h.shape[1] - 2)
    begin, low, high = (np.take_along_axis(one, slot, axis=1) for one in (edges_h, sums, sums[:, 1:]))
    width = np.take_along_axis(edges_h, slot + 1, axis=1) - begin
    return low + (high - low) * np.clip((moments_h - begin) / np.maximum(width, 1e-12), 0.0, 1.0)
