"""Read tables row by row: comma, semicolon or tab, with or without a byte-order mark, in constant memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from vatio.errors import UsageError
from vatio.interop.text._open import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

_DELIMITERS = ",;\t"
_LONGEST_LINE = 1024**2


class Row(NamedTuple):
    """Hold one row by the names of its columns. ``fault`` says why it is none: then there are no cells."""

    place: str
    cells: Mapping[str, str]
    fault: str = ""


class Table(NamedTuple):
    """Hold the columns of a table and how it parts them."""

    columns: tuple[str, ...]
    delimiter: str

    @property
    def decimal_comma(self) -> bool:
        """Tell whether a comma can be the decimal sign: where it parts no columns."""
        return self.delimiter != ","


def header(first_line: str) -> Table:
    """Read the columns out of a table's first line.

    >>> header("a;b;c").columns
    ('a', 'b', 'c')
    """
    delimiter = max(_DELIMITERS, key=first_line.count)
    cells = next(csv.reader([first_line], delimiter=delimiter), [])
    return Table(tuple(cell.strip() for cell in cells), delimiter)


def table(path: str) -> tuple[Table, Iterator[Row]]:
    """Read a table: its columns, and its rows one after the other with their lines. A repeated header is no row.

    Raises:
        UsageError: the file cannot be read, is empty, or names a column twice.
    """
    with opened(path) as file:
        try:
            found = header(file.readline(_LONGEST_LINE).strip("\r\n"))
        except csv.Error as error:
            raise UsageError(f"{path}, line 1: {error}") from error
    if not any(found.columns):
        raise UsageError(f"{path} is empty: there is no line of columns")
    twice = {name for name in found.columns if found.columns.count(name) > 1}
    if twice:
        raise UsageError(f"{path}, line 1: columns twice: {', '.join(sorted(twice))}")
    return found, _rows(path, found)


def write_table(columns: Sequence[str], rows: Iterable[Mapping[str, object]], *, delimiter: str = ",") -> bytes:
    """Write a table; a number in full, ``None`` as nothing."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return out.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def _rows(path: str, found: Table) -> Iterator[Row]:
    with opened(path) as file:
        reader = csv.reader(_lines(file), delimiter=found.delimiter)
        while True:
            first = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(_place(first, reader.line_num), {}, f"{error}")
                continue
            row = _row(cells, found, _place(first, reader.line_num))
            if row is not None and reader.line_num > 1:
                yield row


def _row(cells: list[str], found: Table, place: str) -> Row | None:
    if not cells or tuple(map(str.strip, cells)) == found.columns:
        return None
    if len(cells) != len(found.columns):
        return Row(place, {}, f"{len(cells)} fields, not {len(found.columns)}")
    return Row(place, {name: cell.replace("\0", " ") for name, cell in zip(found.columns, cells, strict=True)})


def _lines(file: TextIO) -> Iterator[str]:
    """Give lines; one without an end is cut, so that memory stays bounded."""
    while line := file.readline(_LONGEST_LINE):
        yield line


def _place(first: int, last: int) -> str:
    return f"line {first}" if last <= first else f"lines {first} to {last}"
