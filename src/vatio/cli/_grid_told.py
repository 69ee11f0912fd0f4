"""Ask a source what a zone's electricity will emit, and afterwards what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from vatio.cli._rim import Rim
from vatio.errors import UsageError, VatioError
from vatio.plan.job import CurveFile, Steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account import GridSeries


def asked_of(rim: Rim, source: str | None, *, now: datetime) -> Callable[[str], CurveFile] | None:
    """Give what asks a source for a zone's forecast; ``None`` where no source was named."""
    if not source:
        return None

    def told(zone: str) -> CurveFile:
        from vatio.cli._sourcing import open_source

        return _as_curve(open_source(rim, source).forecast("" if zone == "here" else zone, now))

    return told


def realised(
    rim: Rim, wishes: Mapping[str, Any], source: str | None, *, zone: str, start: datetime, end: datetime
) -> GridSeries | None:
    """Give what a zone emitted between two moments, by the source or the file that a plan was made with.

    ``None`` where nobody knows it, or only for the year: an annual mean is no outcome of a plan.
    """
    names = [source] if source and source != "annual" else [_file_of(entry, zone) for entry in wishes.get("curves") or ()]
    for name in names:
        if name is None:
            continue
        try:
            return _history(rim, name, zone, start, end)
        except VatioError as error:
            rim.note(f"what the grid emitted meanwhile is not known: {error}")
    return None


def _history(rim: Rim, name: str, zone: str, start: datetime, end: datetime) -> GridSeries:
    from vatio.cli._sourcing import open_source

    try:
        return open_source(rim, name).history(zone, start, end)
    except UsageError:
        # A file of one zone need not name it.
        return open_source(rim, name).history("", start, end)


def _file_of(entry: str, zone: str) -> str | None:
    named, equals, path = entry.partition("=")
    if not equals:
        return entry
    return path if named == zone else None


def _as_curve(series: GridSeries) -> CurveFile:
    def steps(column: tuple[float | None, ...]) -> Steps | None:
        if not any(value is not None for value in column):
            return None
        return Steps(starts_s=series.starts_s, values=column, end_s=series.end_s, source=series.source)

    return CurveFile(
        curve=series.curve(),
        renewable_ratio=steps(series.renewable_ratio),
        price_eur_per_kwh=steps(series.price_eur_per_kwh),
    )
