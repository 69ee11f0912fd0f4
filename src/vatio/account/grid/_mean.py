"""What a run met: the mean of a series over the run's time, by the energy that was drawn in each slot."""

from __future__ import annotations

import math
from bisect import bisect_right
from datetime import datetime

from vatio.account.grid._series import GridSeries
from vatio.records import Quantity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account._energy_curve import EnergyCurve


def mean_over(
    series: GridSeries, column: str, begin: datetime, duration_s: float, *, drawn: EnergyCurve | None = None
) -> Quantity:
    """Give the mean of a column over a run that began at ``begin``, weighted by its energy where that is known over time.

    Time for which the series knows nothing takes anything between the least and the greatest value that it tells, and a run
    of which it knows nothing at all has no mean.
    """
    values = getattr(series, column)
    known = [value for value in values if value is not None]
    begin_s = begin.timestamp()
    pieces = _pieces(series, begin_s, begin_s + max(0.0, duration_s))
    weights = [_weight(start_s - begin_s, end_s - begin_s, drawn) for start_s, end_s, _ in pieces]
    if not math.fsum(weights):  # a run of milliseconds, of whose samples none shows any energy
        weights = [_weight(start_s, end_s, None) for start_s, end_s, _ in pieces]
    met = [None if at is None or not values else values[at] for _, _, at in pieces]
    if not known or all(value is None for value in met):
        return Quantity.absent(column, source=f"{series.source} knows nothing of the time of the run")
    whole = math.fsum(weights) or 1.0
    low, value, high = (
        math.fsum(weight * (stand_in if one is None else one) for weight, one in zip(weights, met, strict=True)) / whole
        for stand_in in (min(known), math.fsum(known) / len(known), max(known))
    )
    filled = any(one is None for one in met)
    said = f"{series.source}, hours of the run" + (", holes filled by its range" if filled else "")
    value = min(max(value, low), max(low, high))
    return Quantity.around(value, low, max(low, high), provenance="default" if filled else "modelled", source=said)


def _weight(start_s: float, end_s: float, drawn: EnergyCurve | None) -> float:
    if drawn is None:
        return max(end_s - start_s, 1e-9)  # a run without length still has its moment
    return drawn.share_ratio(start_s, end_s)


def _pieces(series: GridSeries, start_s: float, end_s: float) -> list[tuple[float, float, int | None]]:
    """Cut a stretch of time at the slots: begin, end, and the place of the slot; ``None`` outside of the series."""
    ends_s = (*series.starts_s[1:], series.end_s)
    if end_s <= start_s:
        at = bisect_right(series.starts_s, start_s) - 1
        return [(start_s, start_s, at if at >= 0 and start_s < series.end_s else None)]
    pieces: list[tuple[float, float, int | None]] = []
    at_s = start_s
    if at_s < series.starts_s[0]:
        until_s = min(end_s, series.starts_s[0])
        pieces.append((at_s, until_s, None))
        at_s = until_s
    place = bisect_right(series.starts_s, at_s) - 1
    while at_s < min(end_s, series.end_s):
        until_s = min(end_s, ends_s[place])
        pieces.append((at_s, until_s, place))
        at_s, place = until_s, place + 1
    if at_s < end_s:
        pieces.append((at_s, end_s, None))
    return pieces
