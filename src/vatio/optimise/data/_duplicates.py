"""Find rows that are there twice, exactly or nearly, and those on both sides of a split: they are learnt by heart.

Near duplicates by MinHash with banding (A. Broder 1997): two rows that share a share s of their marks meet in a band with
probability 1 - (1 - s^4)^16, 0.98 at s = 0.68 and 0.03 at s = 0.2; those that meet are then compared in full.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vatio.digest import sha256
from vatio.plugins import require

_BANDS, _ROWS_OF_BAND = 16, 4
_PRIME = (1 << 31) - 1
_ALIKE_RATIO = 0.9
# Rows that agree with everybody are told apart by nothing: a crowd of them is not compared pair by pair.
_CROWD = 200
_BINS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """Hold the rows that can be left out: all but the first of equal ones, and of rows nearly equal with the same label.

    ``conflicts`` are pairs of equal rows with different labels.
    """

    exact: tuple[int, ...]
    near: tuple[int, ...]
    conflicts: int


def duplicates(x: Any, y: Any) -> Duplicates:
    """Find the rows that repeat an earlier one."""
    marks = _marks(x)
    first: dict[bytes, int] = {}
    exact, conflicts = [], 0
    for at, key in enumerate(_digests(x)):
        if key not in first:
            first[key] = at
        elif y[first[key]] == y[at]:
            exact.append(at)
        else:
            conflicts += 1
    left = sorted(set(range(len(y))) - set(exact))
    near = sorted({later for earlier, later in _near_pairs(marks, left) if y[earlier] == y[later]})
    return Duplicates(exact=tuple(exact), near=tuple(near), conflicts=conflicts)


def shared_rows(x_train: Any, x_test: Any) -> tuple[int, ...]:
    """Give the rows of the first that are also in the second."""
    there = set(_digests(x_test))
    return tuple(at for at, key in enumerate(_digests(x_train)) if key in there)


def _digests(x: Any) -> Iterator[bytes]:
    if not hasattr(x, "tocsr"):
        yield from (sha256(row.tobytes()).digest() for row in (x + 0.0))  # -0.0 is 0.0
        return
    rows = x.tocsr()
    rows.sort_indices()
    for start, end in zip(rows.indptr[:-1], rows.indptr[1:], strict=True):
        yield sha256(rows.indices[start:end].tobytes() + rows.data[start:end].tobytes()).digest()


def _marks(x: Any) -> list[frozenset[int]]:
    """Give each row as a set of marks: the columns that are not zero, or for dense rows each column's bin."""
    numpy = require("numpy", extra="optimise")
    if hasattr(x, "tocsr"):
        rows = x.tocsr()
        ends = zip(rows.indptr[:-1], rows.indptr[1:], strict=True)
        return [frozenset(rows.indices[start:end].tolist()) for start, end in ends]
    low, high = x.min(axis=0), x.max(axis=0)
    width = numpy.where(high > low, high - low, 1.0)
    bins = numpy.minimum((x - low) / width * _BINS, _BINS - 1).astype(int)
    offset = numpy.arange(x.shape[1]) * _BINS
    # Columns that never change make all rows alike.
    return [frozenset(row) for row in (bins + offset)[:, high > low].tolist()]


def _near_pairs(marks: Sequence[frozenset[int]], rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    numpy = require("numpy", extra="optimise")
    draws = numpy.random.default_rng(0)
    factors, shifts = draws.integers(1, _PRIME, size=(2, _BANDS * _ROWS_OF_BAND))
    buckets: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for at in rows:
        if not marks[at]:
            continue
        values = numpy.fromiter(marks[at], dtype=numpy.int64) + 1
        least = ((values[:, None] * factors + shifts) % _PRIME).min(axis=0).reshape(_BANDS, _ROWS_OF_BAND)
        for band, key in enumerate(least.tolist()):
            buckets[(band, *key)].append(at)
    seen = set()
    for bucket in buckets.values():
        for place, later in enumerate(bucket[1:_CROWD], start=1):
            for earlier in bucket[:place]:
                if (earlier, later) not in seen:
                    seen.add((earlier, later))
                    if len(marks[earlier] & marks[later]) >= _ALIKE_RATIO * len(marks[earlier] | marks[later]):
                        yield earlier, later
