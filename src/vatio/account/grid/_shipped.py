"""The sources that need no network: a file of one's own, and the annual table that ships with vatio."""

from __future__ import annotations

from datetime import datetime, timedelta

from vatio.account.grid._file import read_series
from vatio.account.grid._series import GridSeries
from vatio.catalog import zone as catalog_zone
from vatio.errors import MeasureError

_HOUR_S = 3600.0
_MOST_HOURS = 10 * 366 * 24


class FileSource:
    """Read a CSV file; what lies after a moment is that moment's forecast."""

    name = "file"

    def __init__(self, path: str, *, kind: str = "average") -> None:
        self._path, self._kind = path, kind

    def history(self, zone: str, start: datetime, end: datetime) -> GridSeries:
        """Give the rows between two moments.

        Raises:
            UsageError: the file cannot be read, or holds no such zone.
            MeasureError: it knows nothing of that time.
        """
        return self._cut(zone, start, end.timestamp())

    def forecast(self, zone: str, at: datetime) -> GridSeries:
        """Give the rows from a moment on.

        Raises:
            UsageError: the file cannot be read, or holds no such zone.
            MeasureError: it ends before.
        """
        return self._cut(zone, at, float("inf"))

    def _cut(self, zone: str, start: datetime, end_s: float) -> GridSeries:
        series = read_series(self._path, zone=zone or None, kind=self._kind)
        found = series.between(series.slot_start_s(start.timestamp()), end_s)
        if found is None:
            raise MeasureError(f"{self._path} knows nothing of {start:%Y-%m-%d %H:%M}", hint="give a file of that time")
        return found


class AnnualSource:
    """Give the annual mean of the shipped table for each hour: it says what a zone emits, and nothing of when."""

    name = "annual"

    def history(self, zone: str, start: datetime, end: datetime) -> GridSeries:
        """Give the annual mean for each hour between two moments.

        Raises:
            UnknownName: the table does not know the zone.
        """
        factor = catalog_zone(zone or None)
        hours = max(1, min(_MOST_HOURS, round((end - start).total_seconds() / _HOUR_S)))
        begin_s = start.timestamp()
        return GridSeries(
            zone=factor.code,
            source=f"annual mean, {factor.g_per_kwh.source}",
            starts_s=tuple(begin_s + hour * _HOUR_S for hour in range(hours)),
            end_s=begin_s + hours * _HOUR_S,
            step_s=_HOUR_S,
            g_per_kwh=(factor.g_per_kwh.value,) * hours,
            notes=("an annual mean knows no clean hours",),
        )

    def forecast(self, zone: str, at: datetime) -> GridSeries:
        """Give the annual mean for a week of hours.

        Raises:
            UnknownName: the table does not know the zone.
        """
        return self.history(zone, at, at + timedelta(days=7))
