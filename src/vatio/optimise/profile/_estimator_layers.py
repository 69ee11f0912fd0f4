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
    """Count what is multiplied by; what a tree computes, or a step that holds no weights, is not known from its shape."""
    size = sum(int(one.size) for one in _weights(step) if hasattr(one, "size"))
    nodes = sum(int(tree.tree_.node_count) for tree in _trees(step) if hasattr(tree, "tree_"))
    moved = 8.0 * (size + cases * int(getattr(step, "n_features_in_", 0)))
    return Layer(
        name=name,
        operator=type(step).__name__,
        cpu_s=cpu_s,
        flop=2.0 * cases * size if size else None,
        moved_bytes=moved if size else None,
        parameters=size + nodes,
    )


def _weights(step: Any) -> list[Any]:
    """Give what each case is multiplied by: support vectors, or the weights of networks and linear models."""
    for name in ("support_vectors_", "coefs_", "coef_"):
        if hasattr(step, name):
            found = getattr(step, name)
            return list(found) if isinstance(found, (list, tuple)) else [found]
    return []


def _trees(step: Any) -> list[Any]:
    found = getattr(step, "estimators_", None)
    if found is None:
        return [step]
    return list(found.ravel()) if hasattr(found, "ravel") else list(found)
