"""Make cases right at the limits of trees, where rounding shows first."""

from __future__ import annotations

from typing import Any

from vatio.optimise.model._task import Task
from vatio.optimise.model.techniques.estimators._ensemble import Ensemble
from vatio.optimise.model.techniques.estimators._ensemble_graph import rounded_down
from vatio.plugins import require

_PROBES = 128


def at_limits(ensemble: Ensemble, task: Task, *, is_float32: bool) -> Any:
    """Make cases that lie right at limits of the trees, and as little above and below as their numbers allow."""
    numpy = require("numpy", extra="optimise")
    draws = numpy.random.default_rng(task.seed)
    inner = [numpy.flatnonzero((tree.left >= 0) & numpy.isfinite(tree.limit)) for tree in ensemble.trees]
    trees = [at for at, nodes in enumerate(inner) if len(nodes)]
    if not trees:
        return task.examples(1).astype(numpy.float64)
    rows = task.examples(_PROBES).astype(numpy.float64)
    cases = numpy.repeat(rows, 3, axis=0)
    for at in range(len(rows)):
        tree = trees[int(draws.integers(len(trees)))]
        node = int(draws.choice(inner[tree]))
        limit = ensemble.trees[tree].limit[node]
        near = rounded_down(numpy.array([limit]))[0] if is_float32 else limit
        nearby = (numpy.nextafter(near, near.dtype.type(-numpy.inf)), near, numpy.nextafter(near, near.dtype.type(numpy.inf)))
        cases[3 * at : 3 * at + 3, int(ensemble.trees[tree].feature[node])] = nearby
    return cases
