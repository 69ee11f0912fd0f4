"""Three small programs for the gate's benchmarks: ``python _workload.py KIND UNITS`` does that many units of real work.

``loops`` is pure Python, ``arrays`` fits a logistic regression with numpy, ``files`` writes JSON, packs it, keeps it on disk
and reads it back. A unit is a small part of a run, so that 5 % more of the same work can be done, not multiplied.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import zlib


def loops(units: int) -> float:
    """Run a small recurrence in pure Python."""
    value = 0.5
    for _ in range(units):
        for step in range(4_400):
            value = 3.7 * value * (1.0 - value) + step * 1e-12
    return value


def arrays(units: int) -> float:
    """Fit a logistic regression by gradient steps."""
    import numpy as np

    rng = np.random.default_rng(0)
    rows = rng.standard_normal((3_000, 40))
    labels = (rows @ rng.standard_normal(40) > 0.0).astype(float)
    weights = np.zeros(40)
    for _ in range(units):
        guess = 1.0 / (1.0 + np.exp(-(rows @ weights)))
        weights -= 0.1 * (rows.T @ (guess - labels)) / len(rows)
    return float(weights.sum())


def files(units: int) -> float:
    """Write records as JSON, pack them, keep them in a file and read them back."""
    rng = random.Random(0)
    records = [{"id": at, "name": f"row {at}", "values": [rng.random() for _ in range(8)]} for at in range(60)]
    seen = 0
    with tempfile.TemporaryFile() as file:
        for unit in range(units):
            records[unit % len(records)]["id"] = unit
            file.seek(0)
            file.write(zlib.compress(json.dumps(records).encode(), 6))
            file.truncate()
            file.flush()
            file.seek(0)
            seen += len(json.loads(zlib.decompress(file.read())))
    return float(seen)


KINDS = {"loops": loops, "arrays": arrays, "files": files}

if __name__ == "__main__":
    KINDS[sys.argv[1]](int(sys.argv[2]))
