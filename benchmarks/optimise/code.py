"""Have three loops over rows replaced, written as their users wrote them: optimise-11.

Distances of points to centres, amounts added up by shop and month, and the mean of what lies within bounds.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks._row import Row
from vatio.config import load_config
from vatio.measure import PairedOptions
from vatio.optimise.code import CodeFound, optimise_code

_COMMAND = "make bench TOPIC=optimise ONLY=optimise-11"
_LOOPS = '''
"""Features of orders, computed row by row."""
import math

import numpy as np


def distances(points, centres):
    result = []
    for point in points:
        row = []
        for centre in centres:
            total = 0.0
            for a, b in zip(point, centre):
                total += (a - b) ** 2
            row.append(math.sqrt(total))
        result.append(row)
    return result


def sales_by_month(months, amounts, prices, discount):
    sales = np.zeros(12)
    for i in range(len(months)):
        price = prices[i]
        if amounts[i] > 10:
            price = prices[i] * (1 - discount)
        sales[months[i]] += amounts[i] * price
    return sales


def mean_within(values, weights, low, high):
    total = 0.0
    weight = 0.0
    for i in range(len(values)):
        if values[i] < low or values[i] > high:
            continue
        total += values[i] * weights[i]
        weight += weights[i]
    return total / weight


_RNG = np.random.default_rng(0)


def points():
    return _RNG.random((300, 16)), _RNG.random((40, 16))


def orders():
    return _RNG.integers(0, 12, 20_000), _RNG.integers(1, 20, 20_000), _RNG.uniform(1.0, 99.0, 20_000), 0.1


def readings():
    return _RNG.normal(20.0, 5.0, 20_000), _RNG.random(20_000), 10.0, 30.0
'''
_CALLS = {"distances": "points", "sales_by_month": "orders", "mean_within": "readings"}


def rows(peers: bool) -> list[Row]:
    """Replace each loop; the least of the three is the figure, 0 where one was not replaced."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("orders.py").write_text(_LOOPS)
        config = load_config(options={"ledger.path": os.path.join(folder, "ledger.db")}, environ=os.environ)
        found = {
            name: optimise_code(
                f"orders.py:{name}", config=config, options=PairedOptions(environ=os.environ), arguments=f"orders:{maker}"
            )
            for name, maker in _CALLS.items()
        }
    times = {name: _times(one) for name, one in found.items()}
    said = ", ".join(f"{name} {value:.0f}" for name, value in times.items())
    return [
        Row(
            id="optimise-11",
            what=f"cheaper by the change proposed for each of three loops over rows, equal results; the least ({said})",
            relation=">=",
            limit=20.0,
            got=min(times.values()),
            unit="times",
            peer="the loop as it was written",
            peer_got=1.0,
            command=_COMMAND,
        )
    ]


def _times(found: CodeFound) -> float:
    return found.chosen.times.value if found.chosen is not None and found.chosen.times is not None else 0.0
