"""Say which share of its grams a run by its plan has saved, with its pauses and without them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from vatio.account import GridSeries, mean_over
from vatio.plan.outcome._paused import PAUSED
from vatio.records import Quantity, Saving

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account import EnergyCurve
    from vatio.records import RunRecord


class Met(NamedTuple):
    """Hold intensities in g/kWh: over the whole run, over the time that it was not paused, and had it run at once."""

    whole_g_per_kwh: Quantity
    running_g_per_kwh: Quantity
    at_once_g_per_kwh: Quantity


def saved(met: Met, paused_ratio: float, *, is_measured: bool) -> Saving:
    """Give the saved share: the energy is the same but for that of the pauses, so it is that of the intensities.

    What a pause draws is idle power. Where it is modelled it is a guess, and a machine that stays on would have drawn it
    anyway: then there is no one share, and its ends are those with the pauses and without them.
    """
    found = _share(met.whole_g_per_kwh, met.at_once_g_per_kwh, 1.0 - paused_ratio)
    if is_measured or not paused_ratio:
        return found
    both = (found, _share(met.running_g_per_kwh, met.at_once_g_per_kwh, 1.0))
    ends = [end for one in both for end in (one.low, one.high) if end is not None]
    return Saving(value=None, low=min(ends, default=None), high=max(ends, default=None))


def _share(met_g_per_kwh: Quantity, now_g_per_kwh: Quantity, running_ratio: float) -> Saving:
    met, at_once = met_g_per_kwh, now_g_per_kwh
    if met.value is None or at_once.value is None or not at_once.value * running_ratio > 0.0:
        return Saving(value=None, low=None, high=None)
    ends = [
        1.0 - one / (other * running_ratio)
        for one in (met.low, met.high)
        for other in (at_once.low, at_once.high)
        if one is not None and other
    ]
    value = 1.0 - met.value / (at_once.value * running_ratio)
    return Saving(value=value, low=min([value, *ends]), high=max([value, *ends]))


def paused_ratio(record: RunRecord, drawn: EnergyCurve | None) -> float:
    """Give the share of a run's energy that was drawn while it was paused: an idle machine, and memory that is held.

    Without a curve of its energy that is taken as even.
    """
    if not record.paused_s or not record.duration_s > 0.0:
        return 0.0
    return min(1.0, math.fsum(_part(gap.start_s, gap.end_s, record, drawn) for gap in record.gaps if gap.reason == PAUSED))


def met_running(record: RunRecord, series: GridSeries, drawn: EnergyCurve | None) -> Quantity:
    """Give the mean intensity of the time in which a run was not paused, by the energy of each stretch of it."""
    begin = (record.ended_at or record.started_at) - timedelta(seconds=record.duration_s)
    stretches = list(_stretches(record))
    means = [
        mean_over(series, "g_per_kwh", begin + timedelta(seconds=start_s), end_s - start_s) for start_s, end_s in stretches
    ]
    missing = next((mean for mean in means if mean.is_missing), None)
    if missing is not None or not means:
        return missing or Quantity.absent("g_per_kwh", source="it was paused all the time")
    weights = [_part(start_s, end_s, record, drawn) for start_s, end_s in stretches]
    whole = math.fsum(weights)
    if not whole > 0.0:
        weights, whole = (
            [end_s - start_s for start_s, end_s in stretches],
            math.fsum(end_s - start_s for start_s, end_s in stretches),
        )
    value, low, high = (
        math.fsum(weight * (getattr(mean, end) or 0.0) for weight, mean in zip(weights, means, strict=True)) / whole
        for end in ("value", "low", "high")
    )
    return Quantity.around(value, min(value, low), max(value, high), provenance="modelled", source=means[0].source)


def _stretches(record: RunRecord) -> Iterator[tuple[float, float]]:
    """Give the stretches of a run between its pauses, in seconds since its begin."""
    at_s = 0.0
    for gap in sorted((gap for gap in record.gaps if gap.reason == PAUSED), key=lambda gap: gap.start_s):
        if gap.start_s > at_s:
            yield at_s, gap.start_s
        at_s = max(at_s, gap.end_s)
    if record.duration_s > at_s:
        yield at_s, record.duration_s


def _part(start_s: float, end_s: float, record: RunRecord, drawn: EnergyCurve | None) -> float:
    return (end_s - start_s) / record.duration_s if drawn is None else drawn.share_ratio(start_s, end_s)
