"""Make the inputs on which two functions must agree: the user's, random ones like them, NaN, one row, none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from vatio.optimise.code._loading import Arguments
from vatio.plugins import require

_SEEDS = (1, 2)
Change = Callable[[Any], Any]


def cases(given: Arguments) -> Iterator[tuple[str, Arguments]]:
    """Give each input with its name; every one is made anew, and may be written into."""
    yield "your arguments", _each(given, _copy)
    for seed in _SEEDS:
        rng = require("numpy", extra="optimise").random.default_rng(seed)
        yield f"random arguments {seed}", _each(given, partial(_drawn, rng=rng))
    if _has_floats(given):
        for name, places in (("NaN in the first row", (0,)), ("NaN in the middle", (None,))):
            yield name, _each(given, partial(_with_nan, places=places))
    rows = _rows(given)
    if rows is not None:
        for name, count in (("two rows", 2), ("a single row", 1), ("no row", 0)):
            yield name, _each(given, partial(_cut, rows=rows, count=count))


def _each(given: Arguments, change: Change) -> Arguments:
    return Arguments(tuple(change(value) for value in given.placed), {key: change(value) for key, value in given.named.items()})


def _copy(value: Any) -> Any:
    import copy

    return copy.deepcopy(value)


def _is_rows(value: Any) -> bool:
    return (isinstance(value, (list, tuple)) and len(value) > 0) or (hasattr(value, "dtype") and value.ndim > 0)


def _drawn(value: Any, rng: Any) -> Any:
    """Draw numbers of the same shape and kind from the same range; texts are drawn from those there are."""
    np = require("numpy", extra="optimise")
    if not _is_rows(value):
        return _copy(value)
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths stay as they are
        return _copy(value)
    kind = array.dtype.kind
    if array.size == 0 or kind not in "fiub":
        taken = rng.permutation(len(value))
        return value[taken] if hasattr(value, "dtype") else type(value)(_copy(value[at]) for at in taken)
    finite = array[np.isfinite(array)] if kind == "f" else array
    low, high = (finite.min(), finite.max()) if finite.size else (0, 1)
    if kind == "f":
        drawn = rng.uniform(float(low), float(high) if high > low else float(low) + 1.0, array.shape).astype(array.dtype)
    elif kind == "b":
        drawn = rng.random(array.shape) < 0.5
    else:
        drawn = rng.integers(low, high, array.shape, endpoint=True).astype(array.dtype)
    return drawn if hasattr(value, "dtype") else _as(value, drawn.tolist())


def _as(value: Any, rows: list[Any]) -> Any:
    """Give lists the types of those that they stand for: tuples where those were tuples."""
    inner = value[0]
    made = [_as(inner, row) for row in rows] if isinstance(inner, (list, tuple)) and rows else rows
    return type(value)(made) if type(value) in (list, tuple) else made


def _has_floats(given: Arguments) -> bool:
    return any(_is_float(value) for value in (*given.placed, *given.named.values()))


def _is_float(value: Any) -> bool:
    if hasattr(value, "dtype"):
        return bool(value.dtype.kind == "f" and value.ndim > 0 and value.size > 0)
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
        if isinstance(value, float):
            return True
    return False


def _with_nan(value: Any, places: tuple[int | None, ...]) -> Any:
    changed = _copy(value)
    if not _is_float(value):
        return changed
    for place in places:
        at = len(changed) // 2 if place is None else place
        if hasattr(changed, "dtype"):
            changed[at] = float("nan")
        else:
            row = changed[at]
            nan: Any = float("nan")
            new = type(row)([nan, *row[1:]]) if isinstance(row, (list, tuple)) else nan
            changed = type(changed)([*changed[:at], new, *changed[at + 1 :]])
    return changed


def _rows(given: Arguments) -> int | None:
    """Give the number of rows: the length of the first argument that has any."""
    lengths = [len(value) for value in (*given.placed, *given.named.values()) if _is_rows(value)]
    return lengths[0] if lengths else None


def _cut(value: Any, rows: int, count: int) -> Any:
    if _is_rows(value) and len(value) == rows:
        return _copy(value[:count])
    is_count = isinstance(value, int) and not isinstance(value, bool) and value == rows
    return count if is_count else _copy(value)
