"""Read a table of jobs: columns by their names with the unit in it, every fault with its line."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from vatio.errors import UsageError
from vatio.files import read_unpacked, text_of
from vatio.units import S_PER_DAY, S_PER_HOUR, S_PER_MINUTE

UNITS_S = {"h": S_PER_HOUR, "s": 1.0, "min": S_PER_MINUTE, "d": S_PER_DAY}
_MOST_BYTES = 1 << 30
_YES, _NO = ("1", "true", "yes", "y"), ("", "0", "false", "no", "n")


class Column(NamedTuple):
    """Hold a column: its place, its name as it is written, and how many seconds one of its unit are (``None``: not said)."""

    at: int
    name: str
    unit_s: float | None


class Line(NamedTuple):
    """Hold one row, and where it stands."""

    where: str
    cells: Sequence[str]

    def text(self, column: Column | None) -> str:
        """Give a cell, empty where there is no such column."""
        return "" if column is None else self.cells[column.at].strip()

    def number(self, column: Column) -> float:
        """Give a cell as a finite number.

        Raises:
            UsageError: it is none.
        """
        text = self.text(column)
        try:
            value = float(text)
        except ValueError:
            hint = "write 1.5, not 1,5" if text else "give each job its own"
            raise UsageError(f"{self.where}: {column.name} is {text[:40]!r}, not a number", hint=hint) from None
        if not math.isfinite(value):
            raise UsageError(f"{self.where}: {column.name} is {text}", hint="leave out jobs of which it is not known")
        return value

    def above(self, column: Column) -> float:
        """Give a cell as a number above 0.

        Raises:
            UsageError: it is none.
        """
        value = self.number(column)
        if value <= 0.0:
            raise UsageError(f"{self.where}: {column.name} is {value:g}, not more than 0")
        return value

    def yes(self, column: Column | None) -> bool:
        """Give a cell as yes or no; an empty one is no.

        Raises:
            UsageError: it is neither.
        """
        text = self.text(column).lower()
        if text in _YES or text in _NO:
            return text in _YES
        raise UsageError(f"{self.where}: {column.name if column else ''} is {text[:40]!r}", hint="write true or false")

    def moment_s(self, column: Column, *, begin: datetime) -> float:
        """Give a cell as seconds after a beginning: a date (UTC unless it has an offset), or a number in the column's unit.

        Raises:
            UsageError: it is neither, or a number whose unit is not said.
        """
        text = self.text(column)
        try:
            value = float(text)
        except ValueError:
            return _date_s(text, column, self.where) - begin.timestamp()
        if not math.isfinite(value):
            raise UsageError(f"{self.where}: {column.name} is {text}", hint="leave out jobs of which it is not known")
        return value * unit_s(column)


def unit_s(column: Column) -> float:
    """Give the seconds of a column's unit.

    Raises:
        UsageError: nothing says what its unit is.
    """
    if column.unit_s is None:
        raise UsageError(
            f"the unit of the column {column.name} is not said",
            hint=f"name it {column.name}_h, _min or _s; or say --length-unit h, min or s",
        )
    return column.unit_s


class Table:
    """Read a CSV file, gzipped or not, row by row."""

    __slots__ = ("_names", "_rows", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self._rows = csv.reader(io.StringIO(_text(path), newline=""))
        self._names = [name.strip().lower() for name in next(self._rows, [])]
        if len(set(self._names)) < len(self._names):
            twice = max(self._names, key=self._names.count)
            raise UsageError(f"{path} has two columns {twice!r}", hint="rename one of them")

    def find(self, *names: str) -> Column | None:
        """Find a column by one of its names."""
        return next((Column(self._names.index(name), name, None) for name in names if name in self._names), None)

    def find_time(self, *names: str, unit: str | None = None) -> Column | None:
        """Find a column of times: its name ends with its unit, or the unit is said beside."""
        for name in names:
            for ending, seconds in UNITS_S.items():
                if f"{name}_{ending}" in self._names:
                    return Column(self._names.index(f"{name}_{ending}"), f"{name}_{ending}", seconds)
        found = self.find(*names)
        return found if found is None or unit is None else found._replace(unit_s=UNITS_S[unit])

    def need(self, column: Column | None, *, what: str) -> Column:
        """Give a column, or say that the file lacks it.

        Raises:
            UsageError: it is not there.
        """
        if column is None:
            shown = ", ".join(self._names[:8]) or "nothing"
            raise UsageError(f"{self.path} has no column {what}", hint=f"its columns are {shown}")
        return column

    def lines(self) -> Iterator[Line]:
        """Give the rows that are not empty.

        Raises:
            UsageError: a row has more or fewer cells than the head, or cannot be read.
        """
        try:
            for cells in self._rows:
                where = f"{self.path}, line {self._rows.line_num}"
                if not any(map(str.strip, cells)):
                    continue
                if len(cells) != len(self._names):
                    raise UsageError(f"{where}: {len(cells)} cells under {len(self._names)} columns", hint="write 1.5, not 1,5")
                yield Line(where, cells)
        except csv.Error as error:
            raise UsageError(f"{self.path}, line {self._rows.line_num}: {error}") from error


def has_column(path: str, name: str) -> bool:
    """Tell whether a table has a column.

    Raises:
        UsageError: it cannot be read.
    """
    return Table(path).find(name) is not None


def _date_s(text: str, column: Column, where: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        hint = "write 2026-01-31T12:00Z, or a number in a column that names its unit"
        raise UsageError(f"{where}: {column.name} is {text[:40]!r}, neither a date nor a number", hint=hint) from None


def _text(path: str) -> str:
    try:
        held = read_unpacked(path, _MOST_BYTES)
        if len(held) > _MOST_BYTES:
            raise UsageError(f"{path} has more than {_MOST_BYTES >> 20} MiB", hint="cut it")
        return text_of(held)
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot read {os.fspath(path)}: {reason}", hint="a CSV file with a head, in UTF-8") from error
