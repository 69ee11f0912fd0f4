"""Hours of intensity, and what is drawn under them between two moments: exact for parts of hours, by cumulated sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vatio.errors import UsageError
from vatio.plan.simulate._trace import Array
from vatio.plugins import require
from vatio.units import J_PER_KWH, S_PER_HOUR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account import GridSeries

_LONGEST_HOLE_S = 24 * S_PER_HOUR
G_PER_W_H = S_PER_HOUR / J_PER_KWH  # what one watt for one hour emits under 1 g/kWh


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """Hold hourly intensity from ``start`` on: the value of each hour, and what it may have been where it was not known.

    ``known`` tells which hours were; ``sides`` has one row for the value, and two more (low, high) where there are holes.
    """

    zone: str
    source: str
    start: datetime
    sides: Array
    known: Array

    @property
    def values(self) -> Array:
        """Give the intensity of each hour, holes filled."""
        return self.sides[0]

    @property
    def hours(self) -> int:
        """Count the hours."""
        return int(self.sides.shape[1])

    @property
    def end(self) -> datetime:
        """Give the end of the last hour."""
        return self.start + timedelta(hours=self.hours)

    def sums(self) -> Array:
        """Give the integral of each side up to each hour's start, in hours x g/kWh."""
        np = require("numpy", extra="plan")
        sums = np.zeros((len(self.sides), self.hours + 1))
        np.cumsum(self.sides, axis=1, out=sums[:, 1:])
        return sums


def year_of(series: GridSeries) -> Year:
    """Lay a series on whole hours; a hole of a day at most is filled as a forecast would, and widens what comes of it.

    Raises:
        UsageError: the series has a longer hole, or less than a day.
        MissingExtra: numpy is not installed.
    """
    np = require("numpy", extra="plan")
    from vatio.account import hours_of
    from vatio.plan.forecast import filled

    hourly = hours_of(series)
    hole_s = hourly.longest_hole_s()
    if hole_s > _LONGEST_HOLE_S:
        raise UsageError(
            f"{series.source} has a hole of {hole_s / S_PER_HOUR:.0f} h", hint="give a curve with holes of a day at most"
        )
    truth = np.array([np.nan if value is None else value for value in hourly.g_per_kwh], dtype=float)
    known = np.isfinite(truth)
    if known.sum() < 24:
        raise UsageError(f"{series.source} knows {int(known.sum())} hours", hint="give a day at least; a year is better")
    values = filled(truth)
    sides = (
        [values]
        if known.all()
        else [values, *(np.where(known, truth, end) for end in (truth[known].min(), truth[known].max()))]
    )
    if len(sides) == 3:
        sides[1], sides[2] = np.minimum(sides[1], values), np.maximum(sides[2], values)
    return Year(
        zone=series.zone,
        source=series.source,
        start=datetime.fromtimestamp(hourly.starts_s[0], UTC),
        sides=np.stack(sides),
        known=known,
    )


def at(sums: Array, hours: Array) -> Array:
    """Give cumulated sums at any moments, straight between whole hours."""
    np = require("numpy", extra="plan")
    whole = np.minimum(np.floor(hours).astype(np.int64), sums.shape[-1] - 2)
    low = sums[..., whole]
    return low + (sums[..., whole + 1] - low) * (hours - whole)
