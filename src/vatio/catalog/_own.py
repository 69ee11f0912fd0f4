"""Read a user's own rows: a CSV or TOML file, checked like the shipped tables, every fault with its file and line.

A CSV has the column ``table`` (accelerators, processors, zones or instances) beside the columns of that table; a TOML file
has ``[[accelerators]]`` and so on. A range's ends may be left out: they are then the value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from vatio.catalog._table import Row, columns
from vatio.errors import ConfigError

OWN_TABLES = ("accelerators", "processors", "zones", "instances")
# What a row cannot do without; everything else may be left out.
_NEEDED = {
    "accelerators": ("name", "board_w"),
    "processors": ("model", "tdp_w"),
    "zones": ("code", "g_per_kwh"),
    "instances": ("instance",),
}
_DEFAULTS = {
    "accelerators": {"kind": "hbm", "embodied_source": "own row"},
    "processors": {"family": "own", "kind": "server", "cores": "1"},
    "zones": {"code3": ""},
    "instances": {"provider": "own"},
}
_TEXT = frozenset(
    {
        *("table", "name", "aliases", "kind", "source", "embodied_source", "model", "family", "code", "code3"),
        *("instance", "provider", "accelerator"),
    }
)
# Larger than anything that is made or emitted: kW, MW or kg where W, W or g is meant would pass a looser bound.
_GREATEST = {"w": 20_000.0, "per_kwh": 3_000.0, "kg": 50_000.0, "gib": 100_000.0, "tflops": 1e6, "tops": 1e6, "per_s": 1e6}
_MOST_ROWS, _MOST_BYTES = 10_000, 5_000_000
_YEARS = (1990, 2100)


class OwnRow(NamedTuple):
    """Hold one row and where it stands."""

    table: str
    row: Row
    where: str


def read_rows(path: str) -> tuple[OwnRow, ...]:
    """Read one file of own rows.

    Raises:
        ConfigError: the file cannot be read, or a row lacks a column, has an unknown one, or a number that cannot be.
    """
    text = _text(path)
    parsed = _from_toml(path, text) if path.lower().endswith(".toml") else _from_csv(path, text)
    found: list[OwnRow] = []
    for number, (table, given, where) in enumerate(parsed, 1):
        if number > _MOST_ROWS:
            raise ConfigError(f"{where}: more than {_MOST_ROWS} rows", hint="a catalog holds kinds of hardware, not machines")
        found.append(OwnRow(table=table, row=_checked(table, given, where), where=where))
    return tuple(found)


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
        # A spreadsheet writes a byte order mark; it says nothing that we need.
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}:{line}: not UTF-8", hint="save the file as UTF-8") from error
    if len(data) > _MOST_BYTES:
        raise ConfigError(f"{path}: larger than {_MOST_BYTES} bytes", hint="a catalog holds kinds of hardware, not machines")
    return text


def _from_toml(path: str, text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    import tomllib  # here: only a user's own rows are TOML

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from error
    for table, entries in tables.items():
        where = f"{path}: [[{table}]]"
        if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
            raise ConfigError(f"{where} is not a list of rows", hint=f"write [[{table}]] above each row")
        for number, entry in enumerate(entries, 1):
            yield table, {key: str(value) for key, value in entry.items()}, f"{where} no. {number}"


def _from_csv(path: str, text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    import csv  # here: only a user's own rows may quote

    lines = csv.reader(text.splitlines())
    header = [name.strip() for name in next(lines, [])]
    if len(header) < 2:
        hint = "separate the columns by commas, not semicolons" if ";" in text.partition("\n")[0] else "write a header line"
        raise ConfigError(f"{path}:1: no columns", hint=hint)
    if "table" not in header:
        raise ConfigError(f"{path}:1: no column 'table'", hint=f"it says which of {', '.join(OWN_TABLES)} a row belongs to")
    for cells in lines:
        where = f"{path}:{lines.line_num}"
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise ConfigError(f"{where}: {len(cells)} cells under {len(header)} columns", hint="quote a text that has a comma")
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}
        yield row.pop("table", ""), row, where


def _checked(table: str, given: Mapping[str, str], where: str) -> Row:
    if table not in OWN_TABLES:
        raise ConfigError(f"{where}: unknown table {table!r}", hint=f"one of {', '.join(OWN_TABLES)}")
    known = columns(table)
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ConfigError(f"{where}: unknown column {unknown[0]!r}", hint=f"columns of {table}: {', '.join(known)}")
    lacking = [name for name in (*_NEEDED[table], "source", "year") if not given.get(name)]
    if lacking:
        raise ConfigError(f"{where}: {', '.join(lacking)} missing", hint="every row names its source and its year")
    row = {name: given.get(name, _DEFAULTS[table].get(name, "")) for name in known}
    for name, value in row.items():
        if value and name not in _TEXT:
            _number(name, value, where)
    if not _YEARS[0] <= float(row["year"]) <= _YEARS[1]:
        raise ConfigError(f"{where}: year {row['year']}", hint="the year in which the source was published")
    row["year"] = str(int(float(row["year"])))
    return _completed(table, row, where)


def _number(name: str, value: str, where: str) -> None:
    try:
        number = float(value)
    except ValueError as error:
        raise ConfigError(f"{where}: {name} is {value!r}, not a number") from error
    if not math.isfinite(number) or number < 0.0:
        raise ConfigError(f"{where}: {name} is {value}", hint="give a finite number that is not negative")
    most = next((most for unit, most in _GREATEST.items() if name.endswith(unit)), math.inf)
    if number > most:
        raise ConfigError(f"{where}: {name} is {value}, more than {most:g}", hint=f"is the unit that of the column, {name}?")


def _completed(table: str, row: Row, where: str) -> Row:
    """Fill the ends of each range, and check their order."""
    for low in [name for name in row if "low" in name.split("_")]:
        middle, high = low.replace("low_", ""), low.replace("low", "high")
        if row[middle]:
            row[low], row[high] = row[low] or row[middle], row[high] or row[middle]
            if not float(row[low]) <= float(row[middle]) <= float(row[high]):
                raise ConfigError(f"{where}: not {low} <= {middle} <= {high}")
    if table == "accelerators":
        row["aliases"] = row["aliases"] or row["name"]
    if table == "processors":
        _fill_processor(row)
    if table == "zones":
        row["code"], row["name"] = row["code"].upper(), row["name"] or row["code"].upper()
    if table == "instances":
        row["instance"] = row["instance"].lower().replace(" ", "_")
    return row


def _fill_processor(row: Row) -> None:
    """Give a processor of which only the thermal design power is known the whole range below it."""
    row["model"] = row["model"].lower()
    for part, low, usual in (("idle", 0.03, 0.15), ("peak", 0.4, 1.0)):
        if not row[f"{part}_w"]:
            tdp_w = float(row["tdp_w"])
            ends = (tdp_w * low, tdp_w * usual, tdp_w * (0.5 if part == "idle" else 1.1))
            row[f"{part}_low_w"], row[f"{part}_w"], row[f"{part}_high_w"] = (f"{end:g}" for end in ends)


def of_table(found: Iterable[OwnRow], table: str) -> tuple[OwnRow, ...]:
    """Give the rows of one table."""
    return tuple(row for row in found if row.table == table)
