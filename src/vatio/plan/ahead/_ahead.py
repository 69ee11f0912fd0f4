"""Find what tells a zone's hours to come: a curve that reaches so far, a service's forecast, else one of our own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from vatio.account import IntensityCurve
from vatio.errors import MeasureError, MissingExtra, UnknownName, VatioError
from vatio.plan.ahead._own import Reach, own_forecast
from vatio.plan.job import Guard, Steps, steps_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account import GridSeries, IntensitySource

# What a service is asked for to forecast from: what a guard can learn from, and no more questions than needed.
_ASKED_DAYS = 56
# A service fails in these ways, and the plan is made without it; a file that cannot be read is bad use.
_FAILURES = (MeasureError, MissingExtra, UnknownName)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Hold what may tell of a zone: a curve that was given, a source to ask, and what has happened, to forecast from."""

    curve: GridSeries | None = None
    source: IntensitySource | None = None
    history: GridSeries | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """Hold a zone's hours to come, and what judges gains in them; without a curve nothing is known. ``notes`` say why."""

    curve: IntensityCurve | None = None
    renewable_ratio: Steps | None = None
    price_eur_per_kwh: Steps | None = None
    guard: Guard | None = None
    notes: tuple[str, ...] = ()


def look_ahead(zone: str, known: Known, *, now: datetime, start: datetime, end: datetime, interruptible: bool = False) -> Ahead:
    """Look from ``now`` at the time that a job may use, ``start`` to ``end``.

    A curve that reaches past ``start`` is taken as it is, then a source's own forecast to its own horizon: nothing is put
    behind either. Else a forecast is made from the history, that of the source, or a curve that has ended. What fails is
    said in the notes, and never an error: the plan is then to run at once.

    Raises:
        UsageError: a file's curve cannot be read, or tells no intensity.
    """
    notes: list[str] = []
    if known.curve is not None:
        if known.curve.end_s > start.timestamp():
            return _as_told(known.curve)
        until = datetime.fromtimestamp(known.curve.end_s, UTC).strftime("%Y-%m-%d %H:%M")
        notes.append(f"the curve of {zone or 'here'} ended at {until} UTC: it says nothing of the time to come")
    told = _told_by(known.source, zone, now, start, notes)
    if told is not None:
        return replace(told, notes=(*notes, *told.notes))
    history = _history(zone, known, now, notes)
    if history is None:
        return Ahead(notes=_once(notes))
    made = own_forecast(zone or "here", history, Reach(now=now, start=start, end=end), interruptible=interruptible)
    if made.forecast is None:
        return Ahead(notes=_once([*notes, *made.notes]))
    return Ahead(
        curve=made.forecast.curve(),
        renewable_ratio=made.renewable_ratio,
        guard=made.guard,
        notes=_once([*notes, *made.notes]),
    )


def _as_told(series: GridSeries) -> Ahead:
    return Ahead(
        curve=series.curve(),
        renewable_ratio=steps_of(series, "renewable_ratio"),
        price_eur_per_kwh=steps_of(series, "price_eur_per_kwh"),
    )


def _told_by(source: IntensitySource | None, zone: str, now: datetime, start: datetime, notes: list[str]) -> Ahead | None:
    """Ask a source for its own forecast; ``None`` where it has none, or none of that time."""
    if source is None:
        return None
    try:
        series = source.forecast(zone, now)
        told = _as_told(series)
    except _FAILURES as error:
        notes.append(f"{source.name}: {why(error)}")
        return None
    if series.end_s <= start.timestamp():
        notes.append(f"{source.name}: its forecast ends before the job may start")
        return None
    if series.low_g_per_kwh or series.forecast_from_s is None:
        return told
    return replace(told, notes=(f"{series.source} tells no interval: how sure a gain is, is not known",))


def _history(zone: str, known: Known, now: datetime, notes: list[str]) -> GridSeries | None:
    if known.history is not None:
        return known.history
    if known.source is not None:
        # From midnight on, so that the same question is asked all day long, and kept.
        first = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=_ASKED_DAYS)
        try:
            return known.source.history(zone, first, now)
        except _FAILURES as error:
            notes.append(f"{known.source.name}: {why(error)}")
    return known.curve


def why(error: VatioError) -> str:
    """Write an error with its hint in one line."""
    return f"{error}: {error.hint}" if error.hint else str(error)


def _once(notes: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(notes))
