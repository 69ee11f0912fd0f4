"""Profile a scikit-learn estimator: a pipeline by its steps, anything else as a whole."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from vatio.optimise.profile._layer import Layer


def estimator_layers(model: Any, cases: Any, call: Callable[[], object], *, method: str, calls: int) -> tuple[Layer, ...]:
    """Give the steps of a pipeline in their order, for one call of ``cases``; of others the ``call`` as a whole."""
    steps = getattr(model, "steps", None)
    if not steps:
        return (_layer("model", model, _per_call_s(call, calls), len(cases)),)
    found, x = [], cases
    for name, step in steps[:-1]:
        if step is None or step == "passthrough":
            continue
        found.append(_layer(name, step, _per_call_s(partial(step.transform, x), calls), len(cases)))
        x = step.transform(x)
    name, last = steps[-1]
    ask = getattr(last, method)
    found.append(_layer(name, last, _per_call_s(partial(ask, x), calls), len(cases)))
    return tuple(found)


def _per_call_s(call: Callable[[], object], calls: int) -> float:
    call()
    begun_s = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - begun_s) / calls


def _layer(name: str, step: Any, cpu_s: float, cases: int) -> Layer:
    """Count what linear models and networks multiply by; what a tree computes is not known from its shape."""
    weights = getattr(step, "coefs_", None) or ([step.coef_] if hasattr(step, "coef_") else [])
    sizes = [int(one.size) for one in weights if hasattr(one, "size")]
    flops = 2.0 * cases * sum(sizes) if sizes and not hasattr(step, "support_vectors_") else None
    trees = [getattr(tree, "tree_", None) for tree in _trees(step)]
    nodes = sum(int(tree.node_count) for tree in trees if tree is not None)
    moved = None if flops is None else float(8 * (sum(sizes) + cases * int(getattr(step, "n_features_in_", 0))))
    return Layer(
        name=name, operator=type(step).__name__, cpu_s=cpu_s, flops=flops, moved_bytes=moved, parameters=sum(sizes) + nodes
    )


def _trees(step: Any) -> list[Any]:
    found = getattr(step, "estimators_", None)
    if found is None:
        return [step]
    return list(found.ravel()) if hasattr(found, "ravel") else list(found)
