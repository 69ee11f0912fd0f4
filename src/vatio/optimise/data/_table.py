"""Read a labelled table: a CSV with a header, or an .npz with X and y. Nothing that is unpickled is ever read."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vatio.errors import UsageError
from vatio.plugins import require

# Past this a table is read in part by whoever has it; Python's own objects take ten times as much while a CSV is read.
_MOST_BYTES = 2 * 2**30
_MOST_CATEGORIES = 50
_MOST_CLASSES = 200
_PICKLES = (".pkl", ".pickle", ".joblib", ".p")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Hold numbers, one row a case, and each case's label. ``x`` is a numpy array or a sparse matrix, ``y`` a numpy array.

    ``notes`` say what was changed on the way in. ``source`` names the file.

    Raises:
        UsageError: there are not as many labels as rows, there is only one class, or a value is not finite.
    """

    source: str
    columns: tuple[str, ...]
    x: Any
    y: Any
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        numpy = require("numpy", extra="optimise")
        if self.y.ndim != 1 or self.x.ndim != 2 or self.x.shape[0] != self.y.shape[0]:
            shapes = f"X is {self.x.shape} and y is {self.y.shape}"
            raise UsageError(f"{self.source}: {shapes}", hint="give X as rows x columns and y with one label a row")
        values = self.x.data if hasattr(self.x, "tocsr") else self.x
        if not numpy.isfinite(values).all():
            raise UsageError(f"{self.source} has values that are not finite", hint="fill or drop them first")
        _check_classes(self.source, self.y)


def read_table(path: str, *, target: str = "") -> Table:
    """Read a labelled table; ``target`` names a CSV's column of labels.

    Text columns of few values become one column for each value, others are left out; gaps are filled with the median.

    Raises:
        UsageError: it is not there, is none that can be read safely, or has no labels to learn from.
    """
    if path.lower().endswith(_PICKLES) or _begins(path) == b"\x80":
        raise UsageError(f"{path} is a pickle, which could run anything", hint="give a .csv, or an .npz with X and y")
    if os.path.getsize(path) > _MOST_BYTES:
        raise UsageError(f"{path} is larger than {_MOST_BYTES // 2**30} GiB", hint="give a sample of its rows")
    return _from_npz(path) if path.lower().endswith(".npz") else _from_csv(path, target)


def _begins(path: str) -> bytes:
    if not os.path.isfile(path):
        raise UsageError(f"{path} is not a file that is there", hint="give a .csv, or an .npz with X and y")
    try:
        with open(path, "rb") as file:
            return file.read(1)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def _check_classes(source: str, y: Any) -> None:
    numpy = require("numpy", extra="optimise")
    if y.dtype.kind == "f" and not numpy.isfinite(y).all():
        missing = int((~numpy.isfinite(y)).sum())
        raise UsageError(f"{source}: {missing} rows have no label", hint="take these rows out first")
    names, counts = numpy.unique(y, return_counts=True)
    if len(names) < 2:
        raise UsageError(f"{source} has one class only: there is nothing to learn", hint="is it the right column of labels?")
    if len(names) > _MOST_CLASSES:
        raise UsageError(
            f"{source} has {len(names)} different labels", hint="labels are wanted, not a quantity: round or cut them"
        )
    if counts.min() < 4:
        rare = names[counts.argmin()]
        raise UsageError(f"{source} has {counts.min()} rows of class {str(rare)!r:.40}", hint="four of each class at least")


def _from_npz(path: str) -> Table:
    numpy = require("numpy", extra="optimise")
    import zipfile

    try:
        with numpy.load(path, allow_pickle=False) as arrays:
            missing = [name for name in ("X", "y") if name not in arrays]
            if missing:
                raise UsageError(f"{path} has no {' and no '.join(missing)}", hint="numpy.savez(path, X=..., y=...)")
            x, y = arrays["X"], arrays["y"]
    except (OSError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise UsageError(f"cannot read {path}: {error}", hint="arrays of numbers and of text only, no objects") from error
    if x.dtype.kind not in "iufb":
        raise UsageError(f"{path}: X holds {x.dtype}", hint="X is numbers")
    names = tuple(f"x{at}" for at in range(x.shape[1])) if x.ndim == 2 else ()
    return Table(source=path, columns=names, x=x if x.dtype == numpy.float32 else x.astype(float), y=y)


def _from_csv(path: str, target: str) -> Table:
    numpy = require("numpy", extra="optimise")
    header, rows = read_rows(path)
    if not target:
        raise UsageError("which column has the labels?", hint=f"--target is one of {', '.join(header)[:200]}")
    if target not in header:
        raise UsageError(f"{path} has no column {target!r}", hint=f"--target is one of {', '.join(header)[:200]}")
    at = header.index(target)
    labels = [row[at].strip() for row in rows]
    missing = sum(label == "" or label.lower() == "nan" for label in labels)
    if missing:
        raise UsageError(f"{path}: {missing} rows have no label", hint="take these rows out first")
    notes: list[str] = []
    parts: list[Any] = []
    names: list[str] = []
    for place, name in enumerate(header):
        if place != at:
            columns = _column(name, [row[place].strip() for row in rows], notes)
            names += [each for each, _ in columns]
            parts += [values for _, values in columns]
    if not parts:
        raise UsageError(f"{path} has no column to learn from", hint="numbers, or text of few different values")
    return Table(source=path, columns=tuple(names), x=numpy.array(parts).T.copy(), y=read_labels(labels), notes=tuple(notes))


def read_labels(labels: Sequence[str]) -> Any:
    """Give labels that are whole numbers as such: scikit-learn's balanced weights mistake text that looks like a number."""
    numpy = require("numpy", extra="optimise")
    try:
        return numpy.array([int(label) for label in labels], dtype=numpy.int64)
    except (ValueError, OverflowError):
        return numpy.array(labels)


def read_rows(path: str) -> tuple[list[str], list[list[str]]]:
    """Read a CSV (tabs in a .tsv) as its header and its rows of text.

    Raises:
        UsageError: it cannot be read, has no rows, or one of another length than its header.
    """
    delimiter = "\t" if path.lower().endswith(".tsv") else ","
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            found = [row for row in csv.reader(file, delimiter=delimiter) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"cannot read {path}: {error}", hint="a CSV with a header, in UTF-8") from error
    if len(found) < 2:
        raise UsageError(f"{path} has no rows", hint="a header, then one row a case")
    header, *rows = found
    odd = next((at for at, row in enumerate(rows, start=2) if len(row) != len(header)), None)
    if odd is not None:
        raise UsageError(f"{path}: row {odd} has {len(rows[odd - 2])} cells, the header {len(header)}")
    return [name.strip() for name in header], rows


def _column(name: str, cells: Sequence[str], notes: list[str]) -> list[tuple[str, list[float]]]:
    """Give a column as numbers: itself, or one for each of its values; none where it says nothing."""
    known = [cell for cell in cells if cell and cell.lower() not in ("nan", "na", "null")]
    if not known:
        notes.append(f"column {name} is empty: left out")
        return []
    numbers = [_number(cell) for cell in cells]
    finite = sorted(number for number in numbers if number is not None)
    if len(finite) == len(known):
        if len(known) < len(cells):
            notes.append(f"column {name}: {len(cells) - len(known)} gaps are filled with the median")
        middle = finite[len(finite) // 2]
        return [(name, [middle if number is None else number for number in numbers])]
    values = sorted(set(known))
    if len(values) > _MOST_CATEGORIES:
        notes.append(f"column {name} is text of {len(values)} different values: left out")
        return []
    notes.append(f"column {name} is text: one column for each of its {len(values)} values")
    return [(f"{name}={value}", [float(cell == value) for cell in cells]) for value in values]


def _number(cell: str) -> float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
