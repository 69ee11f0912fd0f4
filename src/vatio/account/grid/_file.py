"""Read a zone's series from CSV: our own form, Electricity Maps' downloads and polls, or a table with a column a zone."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from vatio.account.grid._order import series_of
from vatio.account.grid._series import RANGES, GridSeries, Slot
from vatio.errors import InvalidQuantity, UnknownName, UsageError
from vatio.files import read_unpacked, text_of
from vatio.units import RATIO_PER_PERCENT

_MOST_BYTES = 256 << 20
_MOST_ROWS = 2_000_000
_START = ("start", "datetime (utc)", "datetime_utc", "zone_datetime", "datetime", "from")
# A column's name in lower case -> ours, and what its numbers are multiplied by.
_COLUMNS: Mapping[str, tuple[str, float]] = {
    "g_per_kwh": ("g_per_kwh", 1.0),
    "low_g_per_kwh": ("low_g_per_kwh", 1.0),
    "high_g_per_kwh": ("high_g_per_kwh", 1.0),
    "carbon intensity gco₂eq/kwh (lca)": ("g_per_kwh", 1.0),
    "carbon intensity gco₂eq/kwh (life cycle)": ("g_per_kwh", 1.0),
    "carbon_intensity_avg": ("g_per_kwh", 1.0),
    "renewable_ratio": ("renewable_ratio", 1.0),
    "renewable percentage": ("renewable_ratio", RATIO_PER_PERCENT),
    "carbon_free_ratio": ("carbon_free_ratio", 1.0),
    "low carbon percentage": ("carbon_free_ratio", RATIO_PER_PERCENT),
    "carbon-free energy percentage (cfe%)": ("carbon_free_ratio", RATIO_PER_PERCENT),
    "eur_per_kwh": ("price_eur_per_kwh", 1.0),
    "price_eur_per_kwh": ("price_eur_per_kwh", 1.0),
}
_UNIT, _ZONE, _ESTIMATED = "carbon_intensity_unit", ("zone id", "zone_name", "zone"), "data estimated"
_UNITS = ("gco2eq/kwh", "g/kwh", "gco2/kwh", "gco2e/kwh")


class _Head(NamedTuple):
    width: int
    start: int
    columns: Mapping[int, tuple[str, float]]
    unit: int | None
    zone: int | None
    estimated: int | None


def read_series(path: str, *, zone: str | None = None, kind: str = "average", most_bytes: int = _MOST_BYTES) -> GridSeries:
    """Read one zone of a CSV file, gzipped or not; ``zone`` chooses among several, and names that of a file which names none.

    Our own form has the columns ``start`` (RFC 3339, UTC unless it has an offset; the start of its slot) and ``g_per_kwh``,
    and may have ``low_g_per_kwh`` and ``high_g_per_kwh`` (the interval of a forecast), ``renewable_ratio``,
    ``carbon_free_ratio``, ``eur_per_kwh`` and ``zone``. An empty cell is a hole, and so is a slot that is not there; slots
    may have several lengths, rows any order; of doubles the last one counts. Lines that begin with ``#`` are left out.

    Raises:
        UsageError: it cannot be read, a line is wrong (the message names it), or it has several zones and none was chosen.
        UnknownName: the file has no such zone.
    """
    found = _read(path, zone, kind, most_bytes, only=zone is not None)
    if zone in found:
        return found[zone]
    if zone is None and len(found) == 1:
        return next(iter(found.values()))
    raise UsageError(f"{path} has {len(found)} zones: {', '.join(sorted(found)[:6])}", hint="name one of them with --zone")


def read_zones(path: str, *, zone: str = "", kind: str = "average") -> Mapping[str, GridSeries]:
    """Read the zones of a file by its column of zones; a file without one has one zone, which goes by the name that is given.

    Raises:
        UsageError: it cannot be read, or a line is wrong; the message names the line.
        UnknownName: it is a table with a column for each zone, and none of this one.
    """
    return _read(path, zone or None, kind, _MOST_BYTES, only=False)


_FORM = "its head is start,g_per_kwh; start is a date such as 2026-01-31T12:00Z"


def _read(path: str, zone: str | None, kind: str, most_bytes: int, *, only: bool) -> dict[str, GridSeries]:
    source = os.path.basename(path)
    rows = csv.reader(io.StringIO(_text(path, most_bytes), newline=""))
    zones: dict[str, list[Slot]] = {}
    others: set[str] = set()
    try:
        head = _head(next(_told(rows), []), zone, source)
        for named, slot in _slots(_told(rows), head):
            at = named or zone or ""
            if only and at != zone:
                others.add(at)
            else:
                zones.setdefault(at, []).append(slot)
    except (InvalidQuantity, csv.Error) as error:
        raise UsageError(f"{path}, line {rows.line_num}: {error}", hint=getattr(error, "hint", "")) from None
    if not zones and others and zone:
        raise UnknownName.among("zone", zone, others)
    if not zones:
        raise UsageError(f"{path} has no row", hint=_FORM)
    try:
        return {name: series_of(slots, zone=name, source=source, kind=kind) for name, slots in zones.items()}
    except InvalidQuantity as error:
        raise UsageError(f"{path}: {error}", hint=error.hint) from None


def _told(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Leave out empty lines and remarks.

    Raises:
        InvalidQuantity: there are too many rows.
    """
    count = 0
    for cells in rows:
        if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"):
            count += 1
            if count > _MOST_ROWS:
                raise InvalidQuantity(f"more than {_MOST_ROWS} rows", hint="a year of five-minute slots has 105 120")
            yield cells


def _text(path: str, most_bytes: int) -> str:
    try:
        held = read_unpacked(path, most_bytes)
        if len(held) > most_bytes:
            raise UsageError(f"{path} has more than {most_bytes >> 20} MiB", hint="cut it to the zone and time that are needed")
        return text_of(held)
    except (OSError, EOFError) as error:
        is_there = not isinstance(error, (FileNotFoundError, IsADirectoryError, PermissionError))
        hint = f"give a CSV file in UTF-8: {_FORM}" if is_there else "name a CSV file that is there"
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}", hint=hint) from error


def _head(cells: Sequence[str], zone: str | None, source: str) -> _Head:
    if not cells:
        raise InvalidQuantity(f"{source} is empty", hint=_FORM)
    names = [cell.strip() for cell in cells]
    lower = [name.lower() for name in names]
    start = next((lower.index(name) for name in _START if name in lower), None)
    if start is None:
        parted = "part its columns with commas" if len(names) == 1 and ";" in names[0] else _FORM
        raise InvalidQuantity(f"{source} has no column of times among {', '.join(names[:6])}", hint=parted)
    columns = {at: _COLUMNS[name] for at, name in enumerate(lower) if name in _COLUMNS}
    if "g_per_kwh" not in {name for name, _ in columns.values()} and not columns:
        columns = {_zone_column(names, start, zone): ("g_per_kwh", 1.0)}
    places = [lower.index(name) for name in _ZONE if name in lower]
    return _Head(
        width=len(names),
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


def _slots(rows: Iterator[list[str]], head: _Head) -> Iterator[tuple[str, Slot]]:
    for cells in rows:
        if len(cells) < head.width:
            raise InvalidQuantity(f"{len(cells)} columns, too few", hint=_FORM)
        if any(cell.strip() for cell in cells[head.width :]):
            raise InvalidQuantity(f"{len(cells)} cells under {head.width} columns", hint="write 0.21, not 0,21")
        unit = cells[head.unit].strip() if head.unit is not None else ""
        if unit.lower() not in (*_UNITS, ""):
            raise InvalidQuantity(f"the unit {unit!r} is not g/kWh", hint="convert the file first")
        known = {name: value for name, value in _values(cells, head) if value is not None}
        _check_interval(known)
        estimated = head.estimated is not None and cells[head.estimated].strip().lower() == "true"
        zone = cells[head.zone].strip() if head.zone is not None else ""
        yield zone, Slot(_moment_s(cells[head.start]), known, estimated)


def _values(cells: Sequence[str], head: _Head) -> Iterator[tuple[str, float | None]]:
    for at, (name, factor) in head.columns.items():
        number = _number(cells[at])
        value = None if number is None else number * factor
        lowest, highest = RANGES[name]
        if value is not None and not lowest <= value <= highest:
            raise InvalidQuantity(f"{name} {value:g} lies outside {lowest:g} to {highest:g}", hint="is its unit another?")
        yield name, value


def _check_interval(known: Mapping[str, float]) -> None:
    value = known.get("g_per_kwh")
    if value is None:
        return
    low, high = known.get("low_g_per_kwh", value), known.get("high_g_per_kwh", value)
    if not low <= value <= high:
        raise InvalidQuantity(f"not low <= value <= high: {low:g}, {value:g}, {high:g}")


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
