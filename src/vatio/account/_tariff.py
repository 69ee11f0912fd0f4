"""Prices of electricity that change with time: by the hour of the day and the day of the week, or by date.

Two forms of CSV, told apart by their head. ``start,days,eur_per_kwh``: from ``start`` (HH:MM, local) on those days (``all``,
``mon-fri``, ``sat+sun``) until the day's next row or its end. ``start,eur_per_kwh``: from a date on, until the next row; the
last row holds as long as the one before it did. A time without a price is an error that names the line.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from vatio.errors import InvalidQuantity, UsageError
from vatio.files import text_of
from vatio.records import Quantity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import tzinfo

    from vatio.account._energy_curve import EnergyCurve
    from vatio.config import SiteConfig

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BY_DAY, _BY_DATE = ["start", "days", "eur_per_kwh"], ["start", "eur_per_kwh"]
_MOST_ROWS = 200_000
_MOST_BYTES = 64 << 20
# Dearer than any electricity that was ever sold retail: whoever passes it wrote EUR/MWh or cents.
_MOST_EUR_PER_KWH = 10.0
_MINUTES = 24 * 60
_LONGEST = timedelta(days=3660)


class Piece(NamedTuple):
    """Hold a stretch of time, in seconds since the run began, and its price; ``None`` where the tariff has none."""

    start_s: float
    end_s: float
    price_eur_per_kwh: float | None


class Tariff:
    """Hold prices over time. ``days`` has (minute, price) rows for each day of the week; ``dates`` (moment, price) rows."""

    def __init__(
        self,
        *,
        source: str,
        zone: tzinfo = UTC,
        days: Sequence[Sequence[tuple[int, float]]] = (),
        dates: Sequence[tuple[datetime, float]] = (),
        end: datetime | None = None,
    ) -> None:
        self.source = source
        self._zone, self._days, self._dates, self._end = zone, days, tuple(dates), end

    def pieces(self, begin: datetime, duration_s: float) -> tuple[Piece, ...]:
        """Cut the time of a run where the price changes."""
        end = begin + min(timedelta(seconds=max(0.0, duration_s)), _LONGEST)
        steps = [step for step in self._steps(begin, end) if step[0] < end]
        before = [price for moment, price in steps if moment <= begin]
        steps = [(begin, before[-1] if before else None), *(step for step in steps if step[0] > begin)]
        ends = [*(moment for moment, _ in steps[1:]), end]
        return tuple(
            Piece((moment - begin).total_seconds(), (until - begin).total_seconds(), price)
            for (moment, price), until in zip(steps, ends, strict=True)
        )

    def price(self, begin: datetime, duration_s: float, curve: EnergyCurve | None = None) -> Quantity:
        """Give the mean price of the energy that a run drew: by its energy curve, else as if drawn evenly.

        Without the curve the truth lies anywhere between the least and the greatest price of that time. A time without a
        price makes it missing.
        """
        pieces = self.pieces(begin, duration_s)
        known = [piece.price_eur_per_kwh for piece in pieces if piece.price_eur_per_kwh is not None]
        if len(known) < len(pieces):
            return Quantity.absent("price", source=f"{self.source} has no price for the time of the run")
        if len(set(known)) == 1:
            return Quantity.exact(known[0], provenance="modelled", source=self.source)
        spans = [(piece.start_s, piece.end_s) for piece in pieces]
        weights = [end_s - start_s if curve is None else curve.share_ratio(start_s, end_s) for start_s, end_s in spans]
        whole = math.fsum(weights)
        mean = math.fsum(weight * price for weight, price in zip(weights, known, strict=True)) / whole if whole else known[0]
        low, high = min(known), max(known)
        value = min(max(mean, low), high)
        if curve is not None:
            return Quantity.exact(value, provenance="modelled", source=f"{self.source}, by the run's energy over time")
        return Quantity.around(value, low, high, provenance="modelled", source=f"{self.source}, energy taken as drawn evenly")

    def _steps(self, begin: datetime, end: datetime) -> Iterator[tuple[datetime, float | None]]:
        if not self._days:
            yield from self._dates
            if self._end is not None:
                yield self._end, None
            return
        day, last = begin.astimezone(self._zone).date() - timedelta(days=1), end.astimezone(self._zone).date()
        while day <= last:
            for minute, price in self._days[day.weekday()]:
                yield _moment(day, minute, self._zone), price
            day += timedelta(days=1)


def read_tariff(path: str, zone: tzinfo = UTC) -> Tariff:
    """Read a tariff's file.

    Raises:
        UsageError: it cannot be read, or is no tariff; the message names the line.
    """
    try:
        with open(path, "rb") as file:
            lines = [line.strip() for line in text_of(file.read(_MOST_BYTES)).split("\n", _MOST_ROWS + 2)]
    except OSError as error:
        hint = f"a CSV file in UTF-8 with the head {','.join(_BY_DAY)}"
        raise UsageError(f"cannot read the tariff {path}: {error.strerror}", hint=hint) from error
    rows = [(at, line.split(",")) for at, line in enumerate(lines, start=1) if line and not line.startswith("#")]
    if len(lines) > _MOST_ROWS + 1:
        raise UsageError(f"{path} has more than {_MOST_ROWS} lines", hint="a tariff of a year by the hour has 8760")
    try:
        head = [name.strip().lower() for name in rows[0][1]] if rows else []
        if head == _BY_DAY:
            return Tariff(source=_named(path), zone=zone, days=_week(rows[1:]))
        if head == _BY_DATE:
            return _by_date(rows[1:], _named(path), zone)
    except InvalidQuantity as error:
        raise UsageError(f"{path}, {error}", hint=error.hint) from None
    first = lines[0] if lines else ""
    hint = "part its columns with commas" if ";" in first else f"its head is {','.join(_BY_DAY)} or {','.join(_BY_DATE)}"
    raise UsageError(f"{path}, line 1: {first[:60]!r} is not the head of a tariff", hint=hint)


def tariff_of(site: SiteConfig) -> Tariff:
    """Read the tariff that a site names, in its time zone.

    Raises:
        UsageError: there is no such file or time zone, or the file is no tariff.
    """
    from vatio.ledger import time_zone

    return read_tariff(site.tariff or "", time_zone(site.tariff_timezone) if site.tariff_timezone else UTC)


def _wrong(line: int, message: str, *, hint: str = "") -> InvalidQuantity:
    return InvalidQuantity(f"line {line}: {message}", hint=hint)


def _named(path: str) -> str:
    return f"tariff {os.path.basename(path)}"


def _week(rows: Sequence[tuple[int, list[str]]]) -> list[list[tuple[int, float]]]:
    days: list[dict[int, tuple[float, int]]] = [{} for _ in _DAYS]
    for line, cells in rows:
        start, names, price = _cells(line, cells, 3)
        minute, eur_per_kwh = _minute(line, start), _price(line, price)
        for day in _day_numbers(line, names):
            if minute in days[day]:
                raise _wrong(
                    line, f"{_DAYS[day]} {start} has a price in line {days[day][minute][1]} already", hint="keep one of them"
                )
            days[day][minute] = (eur_per_kwh, line)
    for name, prices in zip(_DAYS, days, strict=True):
        first = min(prices, default=_MINUTES)
        if first:
            line = prices[first][1] if prices else (rows[-1][0] if rows else 1)
            until = f"{first // 60:02}:{first % 60:02}"
            raise _wrong(line, f"{name} has no price from 00:00 to {until}", hint="a day's first row starts at 00:00")
    return [[(minute, price) for minute, (price, _) in sorted(prices.items())] for prices in days]


def _by_date(rows: Sequence[tuple[int, list[str]]], source: str, zone: tzinfo) -> Tariff:
    dates: list[tuple[datetime, float]] = []
    for line, cells in rows:
        start, price = _cells(line, cells, 2)
        moment = _date(line, start, zone)
        if dates and moment <= dates[-1][0]:
            raise _wrong(line, f"{start} does not follow the line before", hint="sort the rows by date, drop the doubles")
        dates.append((moment, _price(line, price)))
    if len(dates) < 2:
        raise _wrong(rows[-1][0] if rows else 1, "a tariff by date has two rows or more", hint="the last one ends it")
    last = dates[-1][0] + (dates[-1][0] - dates[-2][0])
    return Tariff(source=source, dates=dates, end=last)


def _cells(line: int, cells: list[str], size: int) -> list[str]:
    if len(cells) != size:
        raise _wrong(line, f"{len(cells)} columns, not {size}", hint="join days by +: sat+sun; write 0.21, not 0,21")
    return [cell.strip() for cell in cells]


def _price(line: int, text: str) -> float:
    try:
        price = float(text)
    except ValueError:
        hint = "a price that is not known is a hole, which costs cannot be computed with"
        raise _wrong(line, f"{text!r} is not a price" if text else "the price is missing", hint=hint) from None
    # Prices do fall below zero at times; a NaN or a price by the MWh does not pass.
    if not abs(price) <= _MOST_EUR_PER_KWH:
        hint = (
            f"its unit is EUR/kWh: did you mean {price / 1000.0:g}?" if math.isfinite(price) else "write a number, such as 0.21"
        )
        raise _wrong(line, f"{text} EUR/kWh is not a price of electricity", hint=hint)
    return price


def _minute(line: int, text: str) -> int:
    hour, colon, minute = text.partition(":")
    if colon and hour.isdecimal() and minute.isdecimal() and len(minute) == 2 and int(hour) < 24 and int(minute) < 60:
        return int(hour) * 60 + int(minute)
    raise _wrong(line, f"{text!r} is not a time of day", hint="write 00:00 to 23:59")


def _date(line: int, text: str, zone: tzinfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _wrong(line, f"{text!r} is not a date", hint="write 2026-01-31 or 2026-01-31T12:00") from None


def _day_numbers(line: int, text: str) -> list[int]:
    if text.lower() in ("all", "mon-sun"):
        return list(range(7))
    numbers: list[int] = []
    for part in text.lower().split("+"):
        first, _, last = part.partition("-")
        if first not in _DAYS or (last or first) not in _DAYS or _DAYS.index(last or first) < _DAYS.index(first):
            raise _wrong(line, f"{text!r} names no days", hint=f"write all, mon-fri, sat+sun, or one of {', '.join(_DAYS)}")
        numbers += range(_DAYS.index(first), _DAYS.index(last or first) + 1)
    return numbers


def _moment(day: date, minute: int, zone: tzinfo) -> datetime:
    # Through UTC, so that an hour which the clock skips or repeats is as long as it was.
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone).astimezone(UTC)
