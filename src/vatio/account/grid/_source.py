"""Where a zone's intensity comes from: a file, a service, the annual table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from vatio.account.grid._series import GridSeries


def _tell_nobody(_: str) -> None:
    """Say nothing."""


class Access(NamedTuple):
    """Hold how a service is reached. ``key`` is passed in by the caller and never written down; ``cache`` is a folder.

    ``base_url`` takes the place of the service's own address; ``fresh_s`` is how long an answer is used again, and
    ``stale_s`` how long it still helps when the service cannot be reached. ``patience_s`` is how long it is waited for in vain,
    over all questions and tries; ``told`` hears what is waited for where that takes long.
    """

    key: str | None = None
    cache: str | None = None
    base_url: str | None = None
    fresh_s: float = 900.0
    stale_s: float = 86400.0
    least_gap_s: float = 1.0
    patience_s: float = 15.0
    told: Callable[[str], None] = _tell_nobody


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
