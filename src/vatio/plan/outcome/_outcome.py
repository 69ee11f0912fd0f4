"""Compare a planned run with its plan, and with itself had it run at once, on the intensity that there really was."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from vatio.account import GridSeries, IntensityCurve, mean_over
from vatio.plan.outcome._paused import running_s
from vatio.plan.outcome._saved import Met, met_running, paused_ratio, saved
from vatio.records import Plan, PlanOutcome, PlanWindow, Quantity, Span, product
from vatio.report import best
from vatio.units import kwh

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from vatio.account import EnergyCurve
    from vatio.records import Footprint, RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Hold the mean intensity that a plan met on its curve, and that of running at once; ``None`` where it knew none."""

    g_per_kwh: float | None
    now_g_per_kwh: float | None


def expected(plan: Plan, curve: IntensityCurve, *, submitted_at: datetime, duration_s: float) -> Expected:
    """Give what a plan expects of its curve, in its windows and at once."""
    now_s = submitted_at.timestamp()
    return Expected(
        g_per_kwh=mean_of(plan.windows, curve), now_g_per_kwh=_mean(curve, [(now_s, now_s + max(duration_s, 1e-3))])
    )


def mean_of(windows: Sequence[PlanWindow], curve: IntensityCurve) -> float | None:
    """Give the mean intensity of a curve over windows, weighted by time; ``None`` where it knows less than all of them."""
    return _mean(curve, [(window.start.timestamp(), window.end.timestamp()) for window in windows])


def outcome(
    record: RunRecord,
    footprint: Footprint,
    plan: Plan,
    series: GridSeries,
    *,
    submitted_at: datetime,
    drawn: EnergyCurve | None = None,
) -> PlanOutcome:
    """Compare a run that has ended with its plan. ``footprint`` is its account on the realised ``series``."""
    intensity = footprint.intensity_g_per_kwh
    nothing = Quantity.absent("intensity", source=f"{series.source} does not know the hours of the run")
    met = nothing if intensity is None else intensity.g_per_kwh
    busy_s = running_s(record)
    # Pauses are part of the energy's curve, and would not have been there: what they drew is left out, the rest taken as even.
    paused = paused_ratio(record, drawn)
    at_once = mean_over(series, "g_per_kwh", submitted_at, busy_s, drawn=None if record.paused_s else drawn)
    intensities = Met(met, met_running(record, series, drawn) if paused else met, at_once)
    # A paused run also met the hours of its pauses, of which its plan expected nothing: its forecast is judged in its windows.
    came_g_per_kwh = mean_of(plan.windows, series.curve()) if record.paused_s else met.value
    hoped = plan.more.get("expected_g_per_kwh")
    hoped_g_per_kwh = float(hoped) if isinstance(hoped, (int, float)) and hoped > 0.0 else None
    return PlanOutcome(
        promised_g=plan.emissions_g,
        obtained_g=footprint.emissions_g.operational,
        at_once_g=at_once
        if at_once.is_missing
        else product(product(_kwh(footprint.energy_j, 1.0 - paused), footprint.pue), at_once),
        saved_ratio=saved(intensities, paused, is_measured=footprint.energy_j.provenance == "measured"),
        expected_g_per_kwh=hoped_g_per_kwh,
        obtained_g_per_kwh=met,
        forecast_error_ratio=_forecast_error_ratio(hoped_g_per_kwh, came_g_per_kwh),
        renewable_ratio=footprint.renewable_ratio,
        source=series.source,
        paused_ratio=paused,
    )


def outcome_lines(found: PlanOutcome) -> Iterator[str]:
    """Write an outcome for a terminal: promised, obtained, at once; then how good the forecast was."""
    grams = [
        absent if quantity.is_missing else best(quantity, "g")
        for quantity, absent in (
            (found.promised_g, "nothing"),
            (found.obtained_g, "not measured"),
            (found.at_once_g, "unknown"),
        )
    ]
    yield f"{'plan':<10} {grams[0]} promised, {grams[1]} obtained, {grams[2]} had it run at once{_percent_saved(found)}"
    said = []
    if not found.obtained_g_per_kwh.is_missing:
        said.append(f"met {found.obtained_g_per_kwh.value:.0f} g/kWh")
    if found.expected_g_per_kwh is not None:
        said.append(f"expected {found.expected_g_per_kwh:.0f}")
    if found.forecast_error_ratio is not None:
        said.append(f"forecast off by {100.0 * found.forecast_error_ratio:+.1f} %")
    if not found.renewable_ratio.is_missing:
        said.append(f"{100.0 * (found.renewable_ratio.value or 0.0):.0f} % renewable")
    yield f"{'':<10} {', '.join([*said, found.source])}"
    if found.paused_ratio > 0.0:
        yield f"{'':<10} {_about_pauses(found)}"


def _about_pauses(found: PlanOutcome) -> str:
    """Say what a run drew in its pauses; where that is a guess, what is saved with it and without it."""
    drew, saving = f"{100.0 * found.paused_ratio:.0f} % of its energy was drawn in its pauses", found.saved_ratio
    if saving.value is not None:
        return drew
    if saving.low is None or saving.high is None:
        return f"{drew}, by a model of an idle machine"
    return f"{drew}, by a model of an idle machine: {_change(saving.low)} with it, {_change(saving.high)} without"


def _percent_saved(found: PlanOutcome) -> str:
    value = found.saved_ratio.value
    if value is None:
        return ": not comparable" if found.saved_ratio.low is not None else ""
    return f": {_change(value)}"


def _change(value: float) -> str:
    return f"{100.0 * value:.1f} % saved" if value >= 0.0 else f"{-100.0 * value:.1f} % lost"


def _forecast_error_ratio(hoped_g_per_kwh: float | None, came_g_per_kwh: float | None) -> float | None:
    return None if hoped_g_per_kwh is None or came_g_per_kwh is None else came_g_per_kwh / hoped_g_per_kwh - 1.0


def _mean(curve: IntensityCurve, spans_s: Sequence[tuple[float, float]]) -> float | None:
    spans = [Span(start_s=start_s, end_s=end_s) for start_s, end_s in spans_s]
    if any(curve.covered_ratio(span) < 1.0 - 1e-9 for span in spans):
        return None
    whole_s = math.fsum(span.duration_s for span in spans)
    return math.fsum(curve.mean_g_per_kwh(span) * span.duration_s for span in spans) / whole_s


def _kwh(energy_j: Quantity, ratio: float) -> Quantity:
    """Convert a share; an interval that reaches below zero is cut there, as in an account."""
    if energy_j.value is None or energy_j.low is None:
        return energy_j
    high = None if energy_j.high is None else kwh(max(0.0, energy_j.high)) * ratio
    low, value = kwh(max(0.0, energy_j.low)) * ratio, kwh(max(0.0, energy_j.value)) * ratio
    return replace(energy_j, value=value, low=low, high=high)
