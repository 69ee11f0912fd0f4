"""Read a zone's series from CSV: our own form, Electricity Maps' downloads and polls, or a table with a column a zone."""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from vatio.account.grid._series import GridSeries, Slot, series_of
from vatio.errors import InvalidQuantity, UnknownName, UsageError
from vatio.files import regular
from vatio.units import RATIO_PER_PERCENT

_MOST_BYTES = 256 << 20
_START = ("start", "datetime (utc)", "datetime_utc", "zone_datetime", "datetime", "from")
# A column's name in lower case -> ours, and what its numbers are multiplied by.
_COLUMNS: Mapping[str, tuple[str, float]] = {
    "g_per_kwh": ("g_per_kwh", 1.0),
    "carbon intensity gco₂eq/kwh (lca)": ("g_per_kwh", 1.0),
    "carbon intensity gco₂eq/kwh (life cycle)": ("g_per_kwh", 1.0),
    "carbon_intensity_avg": ("g_per_kwh", 1.0),
    "renewable_ratio": ("renewable_ratio", 1.0),
    "renewable percentage": ("renewable_ratio", RATIO_PER_PERCENT),
    "carbon_free_ratio": ("carbon_free_ratio", 1.0),
    "low carbon percentage": ("carbon_free_ratio", RATIO_PER_PERCENT),
    "carbon-free energy percentage (cfe%)": ("carbon_free_ratio", RATIO_PER_PERCENT),
    "price_eur_per_kwh": ("price_eur_per_kwh", 1.0),
}
_UNIT, _ZONE, _ESTIMATED = "carbon_intensity_unit", ("zone id", "zone_name", "zone"), "data estimated"
_UNITS = ("gco2eq/kwh", "g/kwh", "gco2/kwh", "gco2e/kwh")


class _Head(NamedTuple):
    start: int
    columns: Mapping[int, tuple[str, float]]
    unit: int | None
    zone: int | None
    estimated: int | None


def read_series(path: str, *, zone: str | None = None, kind: str = "average", most_bytes: int = _MOST_BYTES) -> GridSeries:
    """Read a CSV file, gzipped or not; ``zone`` chooses among several columns or zones.

    Our own form has the columns ``start`` (RFC 3339, UTC unless it has an offset; the start of its slot) and ``g_per_kwh``,
    and may have ``renewable_ratio``, ``carbon_free_ratio`` and ``price_eur_per_kwh``. An empty cell is a hole. Rows may be in
    any order; of doubles the last one counts.

    Raises:
        UsageError: it cannot be read, or a line is wrong; the message names the line.
        UnknownName: the file has no such zone.
    """
    source = os.path.basename(path)
    rows = csv.reader(io.StringIO(_text(path, most_bytes), newline=""))
    try:
        names = [name.strip() for name in next(rows, [])]
        head = _head(names, zone, source)
        slots = list(_slots(rows, head, zone))
    except (InvalidQuantity, csv.Error) as error:
        raise UsageError(f"{path}, line {rows.line_num}: {error}", hint=getattr(error, "hint", "")) from None
    if not slots:
        raise UsageError(f"{path} has no row{f' of {zone}' if zone else ''}", hint=_FORM)
    try:
        return series_of(slots, zone=zone or "", source=source, kind=kind)
    except InvalidQuantity as error:
        raise UsageError(f"{path}: {error}", hint=error.hint) from None


_FORM = "its head is start,g_per_kwh; start is a date such as 2026-01-31T12:00Z"


def _text(path: str, most_bytes: int) -> str:
    try:
        with open(path, "rb", opener=regular) as file:
            held = file.read(most_bytes + 1)
        if held[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(held)) as packed:
                held = packed.read(most_bytes + 1)
        if len(held) > most_bytes:
            raise UsageError(f"{path} has more than {most_bytes >> 20} MiB", hint="cut it to the zone and time that are needed")
        return held.decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}", hint=_FORM) from error


def _head(names: Sequence[str], zone: str | None, source: str) -> _Head:
    lower = [name.lower() for name in names]
    start = next((lower.index(name) for name in _START if name in lower), None)
    if start is None:
        raise InvalidQuantity(f"{source} has no column of times among {', '.join(names[:6]) or 'nothing'}", hint=_FORM)
    columns = {at: _COLUMNS[name] for at, name in enumerate(lower) if name in _COLUMNS}
    if "g_per_kwh" not in {name for name, _ in columns.values()} and not columns:
        columns = {_zone_column(names, start, zone): ("g_per_kwh", 1.0)}
    places = [lower.index(name) for name in _ZONE if name in lower]
    return _Head(
        start=start,
        columns=columns,
        unit=lower.index(_UNIT) if _UNIT in lower else None,
        zone=places[0] if places else None,
        estimated=lower.index(_ESTIMATED) if _ESTIMATED in lower else None,
    )


def _zone_column(names: Sequence[str], start: int, zone: str | None) -> int:
    """Find a zone's column in a table that has one for each."""
    others = [name for at, name in enumerate(names) if at != start]
    if zone is None:
        raise InvalidQuantity(f"no column g_per_kwh among {', '.join(others[:6])}", hint=f"{_FORM}; or name a zone with --zone")
    if zone not in names:
        raise UnknownName.among("zone", zone, others)
    return list(names).index(zone)


def _slots(rows: Iterator[list[str]], head: _Head, zone: str | None) -> Iterator[Slot]:
    for cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) <= max(head.start, *head.columns):
            raise InvalidQuantity(f"{len(cells)} columns, too few", hint=_FORM)
        if zone is not None and head.zone is not None and cells[head.zone].strip() not in (zone, ""):
            continue
        if head.unit is not None and cells[head.unit].strip().lower() not in (*_UNITS, ""):
            raise InvalidQuantity(f"the unit {cells[head.unit]!r} is not g/kWh", hint="convert the file first")
        known = {}
        for at, (name, factor) in head.columns.items():
            value = _number(cells[at])
            if value is not None:
                known[name] = value * factor
        estimated = head.estimated is not None and cells[head.estimated].strip().lower() == "true"
        yield Slot(_moment_s(cells[head.start]), known, estimated)


def _number(text: str) -> float | None:
    bare = text.strip()
    if bare.lower() in ("", "nan", "null", "none", "na", "n/a"):
        return None
    try:
        number = float(bare)
    except ValueError:
        raise InvalidQuantity(f"{bare!r} is not a number", hint="a hole is an empty cell; write 120.5, not 120,5") from None
    return number


def _moment_s(text: str, parse: Callable[[str], datetime] = datetime.fromisoformat) -> float:
    try:
        moment = parse(text.strip())
    except (ValueError, OverflowError):
        raise InvalidQuantity(f"{text.strip()!r} is not a date", hint="write 2026-01-31T12:00Z") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
