"""Where a zone's intensity comes from: a file, a service, the annual table."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from vatio.account.grid._series import GridSeries


class IntensitySource(Protocol):
    """Tell what a zone's electricity emitted, and what it is expected to emit. ``name`` is what ``--source`` calls it."""

    @property
    def name(self) -> str:
        """Name the source."""

    def history(self, zone: str, start: datetime, end: datetime) -> GridSeries:
        """Give what has happened between two moments, as far as the source knows.

        Raises:
            UnknownName: the source does not know the zone.
            MeasureError: it cannot be asked, or answers nonsense.
        """

    def forecast(self, zone: str, at: datetime) -> GridSeries:
        """Give what the source expects from a moment on; its ``end_s`` is its true horizon.

        Raises:
            UnknownName: the source does not know the zone.
            MeasureError: it has no forecast, cannot be asked, or answers nonsense.
        """
