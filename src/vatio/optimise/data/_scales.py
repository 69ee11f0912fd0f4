"""Look for columns in other units than the rest: to models that weigh columns by size, they are all there is."""

from __future__ import annotations

from typing import Any, NamedTuple

from vatio.plugins import require

# A column of a hundred times the spread of the typical one drowns it in any sum of squares.
_DROWNING_RATIO = 100.0
# Typical is the median; of a sparse matrix, where most columns are almost always zero, the hundredth from the top.
_TYPICAL_QUANTILE, _SPARSE_QUANTILE = 0.5, 0.99


class Scales(NamedTuple):
    """Hold the columns that drown the others, the largest first, each with its spread over that of the typical column."""

    drowning: tuple[tuple[str, float], ...]


def scales(x: Any, columns: tuple[str, ...]) -> Scales:
    """Compare the spreads (standard deviations) of all columns; those that never change are left out."""
    numpy = require("numpy", extra="optimise")
    spreads = _spreads(x)
    changing = spreads[spreads > 0.0]
    if not len(changing):
        return Scales(())
    ratios = spreads / numpy.quantile(changing, _SPARSE_QUANTILE if hasattr(x, "tocsr") else _TYPICAL_QUANTILE)
    order = [int(at) for at in numpy.argsort(-ratios) if ratios[at] >= _DROWNING_RATIO]
    return Scales(tuple((columns[at], float(ratios[at])) for at in order))


def _spreads(x: Any) -> Any:
    numpy = require("numpy", extra="optimise")
    if not hasattr(x, "tocsr"):
        return x.std(axis=0)
    mean = numpy.asarray(x.mean(axis=0)).ravel()
    square = numpy.asarray(x.multiply(x).mean(axis=0)).ravel()
    return numpy.sqrt(numpy.maximum(square - mean**2, 0.0))


def brought_to_scale(x: Any, columns: tuple[str, ...], *, like: Any) -> Any:
    """Give dense columns mean 0 and spread 1, as seen in ``like``; of a sparse matrix, divide those that drown the others.

    A sparse column that drowns the others is brought to the largest value that these have.
    """
    numpy = require("numpy", extra="optimise")
    if not hasattr(like, "tocsr"):
        spreads = like.std(axis=0)
        return (x - like.mean(axis=0)) / numpy.where(spreads > 0.0, spreads, 1.0)
    drowning = {name for name, _ in scales(like, columns).drowning}
    is_drowning = numpy.array([name in drowning for name in columns])
    largest = numpy.asarray(abs(like).max(axis=0).todense(), dtype=float).ravel()
    others = float(largest[~is_drowning].max(initial=0.0)) or 1.0
    factors = numpy.where(is_drowning & (largest > 0.0), others / numpy.where(largest > 0.0, largest, 1.0), 1.0)
    return x.multiply(factors).tocsr()
