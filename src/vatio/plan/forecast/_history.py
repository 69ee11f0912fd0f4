"""A zone's intensity hour by hour, as far as it is known: what forecasts are made from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vatio.errors import InvalidQuantity, UsageError
from vatio.units import S_PER_HOUR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account.grid import GridSeries


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyHistory:
    """Hold one value for each hour from ``start`` on; ``None`` is an hour that is not known. The last one is known.

    Raises:
        InvalidQuantity: the start is no whole hour of UTC, a value is negative or not finite, or the last hour is not known.
    """

    zone: str
    start: datetime
    g_per_kwh: tuple[float | None, ...]
    source: str = ""
    kind: str = "average"

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.start.timestamp() % S_PER_HOUR:
            raise InvalidQuantity(f"a history starts at a whole hour of UTC, not at {self.start}")
        if not self.g_per_kwh or self.g_per_kwh[-1] is None:
            raise InvalidQuantity("the last hour of a history is known", hint="cut what is not known off its end")
        if not all(value is None or 0.0 <= value < math.inf for value in self.g_per_kwh):
            raise InvalidQuantity("an intensity must be finite and not negative", hint="a hole is None, not NaN or -1")

    @property
    def origin(self) -> datetime:
        """Give the start of the last hour that is known."""
        return self.start + timedelta(hours=len(self.g_per_kwh) - 1)

    @property
    def known_h(self) -> int:
        """Count the hours that are known."""
        return sum(value is not None for value in self.g_per_kwh)

    def longest_hole_h(self, last_h: int) -> int:
        """Give the length of the longest hole among the last hours."""
        longest = length = 0
        for value in self.g_per_kwh[-last_h:]:
            length = length + 1 if value is None else 0
            longest = max(longest, length)
        return longest

    def last(self, hours: int) -> HourlyHistory:
        """Give the last hours only."""
        if hours >= len(self.g_per_kwh):
            return self
        return HourlyHistory(
            zone=self.zone,
            start=self.start + timedelta(hours=len(self.g_per_kwh) - hours),
            g_per_kwh=self.g_per_kwh[-hours:],
            source=self.source,
            kind=self.kind,
        )


def history_of(series: GridSeries, *, until: datetime | None = None) -> HourlyHistory:
    """Lay a series on hours and cut off what is not known at its end; ``until`` leaves out what starts at it or later.

    Raises:
        UsageError: the series knows no hour before that.
    """
    from vatio.account.grid import hours_of

    limit_s = math.inf if until is None else until.timestamp()
    forecast_s = math.inf if series.forecast_from_s is None else series.forecast_from_s
    hours = hours_of(series)
    values = [
        value for start_s, value in zip(hours.starts_s, hours.g_per_kwh, strict=True) if start_s < min(limit_s, forecast_s)
    ]
    while values and values[-1] is None:
        values.pop()
    first = next((at for at, value in enumerate(values) if value is not None), None)
    if first is None:
        raise UsageError(f"{series.source} knows nothing of {series.zone or 'the zone'} before that time")
    return HourlyHistory(
        zone=series.zone,
        start=datetime.fromtimestamp(hours.starts_s[first], UTC),
        g_per_kwh=tuple(values[first:]),
        source=series.source,
        kind=series.kind,
    )
