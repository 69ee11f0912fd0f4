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


def columns(plan: Plan, curve: IntensityCurve, *, start: datetime, end: datetime, most: int) -> list[Column]:
    """Cut the time from a start to an end into a column for each slot, or into ``most`` equal ones where those are fewer."""
    start_s, end_s = start.timestamp(), end.timestamp()
    inner = [edge_s for edge_s in (*curve.starts_s, *([curve.end_s] if curve.end_s else [])) if start_s < edge_s < end_s]
    edges_s = [start_s, *inner, end_s]
    if len(edges_s) > most + 1:
        edges_s = [start_s + (end_s - start_s) * at / most for at in range(most + 1)]
    return [_column(plan, curve, early, late) for early, late in pairwise(edges_s)]


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
