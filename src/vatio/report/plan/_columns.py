"""Cut a curve and a plan's windows into the columns of a drawing."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from vatio.account import IntensityCurve
from vatio.records import Plan, Span


class Column(NamedTuple):
    """Hold one column: its time in seconds since 1970, g/kWh where they are known, and which share of it the job runs."""

    start_s: float
    end_s: float
    value: float | None
    low: float | None
    high: float | None
    running_ratio: float


def columns(
    plan: Plan, curve: IntensityCurve, *, start: datetime, end: datetime, most: int, even: bool = False
) -> list[Column]:
    """Cut the time from a start to an end into a column for each slot, or into ``most`` equal ones where those are fewer.

    With ``even`` a longer slot, such as a hole, has as many columns as its time takes: where all columns are drawn as wide.
    """
    start_s, end_s = start.timestamp(), end.timestamp()
    inner = [edge_s for edge_s in (*curve.starts_s, *([curve.end_s] if curve.end_s else [])) if start_s < edge_s < end_s]
    edges_s = [start_s, *inner, end_s]
    if even:
        edges_s = _evened(edges_s)
    if len(edges_s) > most + 1:
        edges_s = [start_s + (end_s - start_s) * at / most for at in range(most + 1)]
    return [_column(plan, curve, early, late) for early, late in pairwise(edges_s)]


def _evened(edges_s: list[float]) -> list[float]:
    """Cut slots into pieces of about the shortest one's length; the first and last may be the rest of one."""
    lengths_s = [late - early for early, late in pairwise(edges_s)]
    # No shorter than a thousandth: a picture has not that many columns.
    usual_s = max(min(lengths_s[1:-1] or lengths_s), sum(lengths_s) / 1000.0)
    pieces = [(early, late, max(1, round((late - early) / usual_s))) for early, late in pairwise(edges_s)]
    return [*(early + (late - early) * at / count for early, late, count in pieces for at in range(count)), edges_s[-1]]


def _column(plan: Plan, curve: IntensityCurve, start_s: float, end_s: float) -> Column:
    span = Span(start_s=start_s, end_s=end_s)
    known = curve.covered_ratio(span) > 0.5
    found = curve.quantity(span) if known else None
    running_s = sum(
        max(0.0, min(end_s, window.end.timestamp()) - max(start_s, window.start.timestamp())) for window in plan.windows
    )
    return Column(
        start_s,
        end_s,
        None if found is None else found.value,
        None if found is None else found.low,
        None if found is None else found.high,
        min(1.0, running_s / (end_s - start_s)),
    )
