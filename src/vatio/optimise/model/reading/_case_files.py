"""Read cases as they come: from a CSV, from arrays in an .npz, or from a function of the user's. Nothing is unpickled."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from vatio.errors import UsageError
from vatio.optimise.data import read_labels, read_rows
from vatio.optimise.model._task import take
from vatio.optimise.model._theirs import theirs
from vatio.plugins import load_own, require

_PICKLES = (".pkl", ".pickle", ".joblib", ".p", ".pt", ".pth")
_MOST_BYTES = 4 * 2**30
_TRAIN = frozenset(("train", "training", "fit"))
_UNSEEN = frozenset(("test", "val", "valid", "validation", "dev", "eval", "holdout", "held-out", "unseen"))
_GAPS = frozenset(("", "nan", "na", "null", "none"))
_NAMES = ("x", "y", "x_train", "y_train")


class Raw(NamedTuple):
    """Hold cases as they came, labels not yet read; the train ones are ``None`` where none are marked."""

    source: str
    x: Any
    y: Any
    x_train: Any = None
    y_train: Any = None
    notes: tuple[str, ...] = ()


def read_raw(given: str, *, target: str, needs_text: bool) -> Raw:
    """Read FILE.csv, FILE.npz, or what module:function gives.

    Raises:
        UsageError: it is not there, or cannot be read safely.
    """
    suffix = os.path.splitext(given)[1].lower()
    if suffix in _PICKLES:
        raise UsageError(f"{given} is a pickle, which could run anything", hint="give a .csv, or an .npz with X and y")
    if suffix in (".csv", ".tsv", ".npz"):
        if not os.path.isfile(given):
            raise UsageError(f"{given} is not a file that is there")
        if os.path.getsize(given) > _MOST_BYTES:
            raise UsageError(f"{given} is larger than {_MOST_BYTES // 2**30} GiB", hint="give a sample of its cases")
        return _from_npz(given) if suffix == ".npz" else _from_csv(given, target, needs_text)
    if ":" in given and not os.path.exists(given):
        return _from_call(given)
    raise UsageError(f"cannot read cases from {given}", hint="FILE.csv, FILE.npz with X and y, or module:function")


def _from_npz(path: str) -> Raw:
    numpy = require("numpy", extra="optimise")
    import zipfile

    try:
        with numpy.load(path, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise UsageError(f"cannot read {path}: {error}", hint="arrays of numbers and of text only, no objects") from error
    return _from_mapping(path, found, hint="numpy.savez(path, X=..., y=...)")


def _from_call(name: str) -> Raw:
    with theirs(f"cannot import {name}", hint="its module must be importable from here"):
        called = load_own(name)
    if not callable(called):
        raise UsageError(f"{name} is no function", hint="it gives (x, y), or a mapping with x and y")
    with theirs(f"{name}() failed", hint="it is called without arguments and gives (x, y), or a mapping with x and y"):
        found = called()
    if isinstance(found, Mapping):
        return _from_mapping(name, found, hint="it gives (x, y), or a mapping with x and y")
    if not isinstance(found, tuple) or len(found) not in (2, 4):
        raise UsageError(f"{name} gave {type(found).__name__}", hint="it gives (x, y), or a mapping with x and y")
    return _from_mapping(name, dict(zip(_NAMES, found, strict=False)), hint="")


def _from_mapping(source: str, found: Mapping[Any, Any], *, hint: str) -> Raw:
    given = {str(name).lower(): value for name, value in found.items() if value is not None}
    missing = [name for name in ("x", "y") if name not in given]
    if missing:
        raise UsageError(f"{source} has no {' and no '.join(missing)}", hint=hint)
    if ("x_train" in given) is not ("y_train" in given):
        raise UsageError(f"{source} has one of x_train and y_train only", hint="give both, or none")
    parts = [
        _cases_of(source, given[name]) if name.startswith("x") else _column_of(source, given[name])
        for name in _NAMES
        if name in given
    ]
    raw = Raw(source, *parts)
    for x, y in ((raw.x, raw.y), (raw.x_train, raw.y_train)):
        if x is not None and len(x) != len(y):
            raise UsageError(f"{source}: {len(x)} cases and {len(y)} labels", hint="one label a case")
    return raw


def _cases_of(source: str, given: Any) -> Any:
    """Give cases as an array, or as a list where they are texts."""
    numpy = require("numpy", extra="optimise")
    if hasattr(given, "toarray"):
        given = given.toarray()
    x = _array_of(source, given)
    if x.ndim == 0 or x.dtype.kind not in "iufbUO":
        raise UsageError(
            f"{source}: cases are {x.dtype} of shape {x.shape}", hint="an array of numbers or of text, or a list of texts"
        )
    if x.ndim == 1 and all(isinstance(one, str) for one in x.tolist()):
        return [str(one) for one in x.tolist()]
    if x.ndim == 1:
        raise UsageError(
            f"{source}: cases are {x.dtype} of shape {x.shape}", hint="the first axis is the cases, the others their columns"
        )
    if x.dtype.kind == "f" and numpy.isinf(x).any():
        raise UsageError(f"{source} has values that are infinite", hint="fill or drop them first")
    return x.astype(object) if x.dtype.kind == "U" else x


def _array_of(source: str, given: Any) -> Any:
    with theirs(f"{source}: no array can be made of a {type(given).__name__}", hint="as many values in each row"):
        return require("numpy", extra="optimise").asarray(given)


def _column_of(source: str, given: Any) -> Any:
    y = _array_of(source, given)
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        raise UsageError(
            f"{source}: labels are of shape {y.shape}", hint="one label a case; of one-hot rows: numpy.argmax(y, axis=1)"
        )
    return y


def _from_csv(path: str, target: str, needs_text: bool) -> Raw:
    numpy = require("numpy", extra="optimise")
    header, rows = read_rows(path)
    shown = ", ".join(header)[:200]
    if target not in header:
        said = f"{path} has no column {target!r}" if target else "which column has the labels?"
        raise UsageError(said, hint=f"--target is one of {shown}")
    columns = {name: [row[at].strip() for row in rows] for at, name in enumerate(header)}
    labels = columns.pop(target)
    missing = sum(label.lower() in ("", "nan") for label in labels)
    if missing:
        raise UsageError(f"{path}: {missing} rows have no label", hint="take these rows out first")
    is_train = _split(columns)
    x, notes = _table(path, columns, needs_text)
    y = _csv_labels(labels)
    if is_train is None:
        return Raw(path, x, y, notes=notes)
    train, unseen = numpy.flatnonzero(is_train), numpy.flatnonzero(~is_train)
    return Raw(path, take(x, unseen), y[unseen], take(x, train), y[train], notes)


def _csv_labels(labels: list[str]) -> Any:
    numpy = require("numpy", extra="optimise")
    found = read_labels(labels)
    if found.dtype.kind == "U":
        try:
            return numpy.array([float(label) for label in labels])
        except ValueError:
            return found
    return found


def _split(columns: dict[str, list[str]]) -> Any:
    """Take the column out that says which rows the model was trained on; ``None`` where there is none."""
    numpy = require("numpy", extra="optimise")
    name = next((name for name in columns if name.lower() == "split"), None)
    said = {cell.lower() for cell in columns[name]} if name is not None else set()
    if name is None or not said <= _TRAIN | _UNSEEN or not said & _TRAIN or not said & _UNSEEN:
        return None
    return numpy.array([cell.lower() in _TRAIN for cell in columns.pop(name)])


def _table(path: str, columns: dict[str, list[str]], needs_text: bool) -> tuple[Any, tuple[str, ...]]:
    numpy = require("numpy", extra="optimise")
    if not columns:
        raise UsageError(f"{path} has no column beside the labels")
    read = {name: _read_column(cells) for name, cells in columns.items()}
    texts = [name for name, values in read.items() if isinstance(values, list)]
    if texts and (needs_text or len(read) == 1):
        longest = max(texts, key=lambda name: sum(map(len, columns[name])))
        left = [name for name in read if name != longest]
        return columns[longest], (f"the texts are the column {longest}; not used: {', '.join(left)}",) if left else ()
    if needs_text:
        raise UsageError(f"{path} has no column of text", hint="the model answers texts")
    gaps = [name for name, values in read.items() if name not in texts and numpy.isnan(values).any()]
    notes = (f"columns with gaps, given as NaN: {', '.join(gaps)}",) if gaps else ()
    if not texts:
        return numpy.array(list(read.values())).T.copy(), notes
    x = numpy.empty((len(next(iter(columns.values()))), len(read)), dtype=object)
    for at, values in enumerate(read.values()):
        x[:, at] = values
    return x, notes


def _read_column(cells: list[str]) -> Any:
    """Give a column as an array of numbers, gaps as NaN, or as a list of text."""
    numpy = require("numpy", extra="optimise")
    known = [cell for cell in cells if cell.lower() not in _GAPS]
    try:
        numbers = {cell: float(cell) for cell in known}
    except ValueError:
        return cells
    return numpy.array([numbers.get(cell, numpy.nan) for cell in cells], dtype=float)
