"""Profile a PyTorch module layer by layer, by hooks around those that have no layers within."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from vatio.optimise.profile._layer import Layer
from vatio.plugins import require

_REST = "between layers"


def torch_layers(module: Any, call: Callable[[], object], *, calls: int) -> tuple[Layer, ...]:
    """Make so many calls of a module and give its layers in the order in which they ran, for one call.

    What a layer did is told by its shapes; what is computed between layers is one more of its own.
    """
    took: dict[str, float] = defaultdict(float)
    shapes: dict[str, tuple[Any, Any]] = {}
    begun: dict[str, float] = {}

    def before(name: str) -> Callable[..., None]:
        def begin(layer: Any, given: Any) -> None:
            begun[name] = time.process_time()

        return begin

    def after(name: str) -> Callable[..., None]:
        def end(layer: Any, given: Any, answered: Any) -> None:
            took[name] += time.process_time() - begun[name]
            shapes[name] = given, answered

        return end

    leaves = {name: layer for name, layer in module.named_modules() if not any(True for _ in layer.children())}
    hooks = []
    for name, layer in leaves.items():
        hooks += [layer.register_forward_pre_hook(before(name)), layer.register_forward_hook(after(name))]
    try:
        call()
        took.clear()
        begun_s = time.process_time()
        for _ in range(calls):
            call()
        whole_s = (time.process_time() - begun_s) / calls
    finally:
        for hook in hooks:
            hook.remove()
    found = [_layer(name or "model", leaves[name], own_s / calls, *shapes[name]) for name, own_s in took.items()]
    rest_s = whole_s - math.fsum(layer.cpu_s for layer in found)
    return (*found, Layer(name=_REST, operator="Python", cpu_s=max(0.0, rest_s), flop=0.0, moved_bytes=0.0))


def _layer(name: str, layer: Any, cpu_s: float, given: Any, answered: Any) -> Layer:
    torch = require("torch", extra="torch")
    tensors = [one for one in (*_flat(given), *_flat(answered)) if isinstance(one, torch.Tensor)]
    own = list(layer.parameters(recurse=False))
    moved = sum(one.numel() * one.element_size() for one in (*tensors, *own))
    answers = sum(one.numel() for one in _flat(answered) if isinstance(one, torch.Tensor))
    return Layer(
        name=name,
        operator=type(layer).__name__,
        cpu_s=cpu_s,
        flop=_flop(layer, answers, sum(one.numel() for one in _flat(given) if isinstance(one, torch.Tensor))),
        moved_bytes=float(moved),
        parameters=sum(one.numel() for one in own),
    )


def _flop(layer: Any, answers: int, given: int) -> float | None:
    nn = require("torch", extra="torch").nn
    if isinstance(layer, (nn.Conv1d, nn.Conv2d, nn.Conv3d)):
        return 2.0 * answers * int(layer.weight[0].numel())
    if isinstance(layer, nn.Linear):
        return 2.0 * answers * int(layer.in_features)
    if isinstance(layer, (nn.Flatten, nn.Identity, nn.Dropout, nn.Embedding, nn.Unflatten)):
        return 0.0
    if isinstance(layer, (nn.RNNBase, nn.MultiheadAttention, nn.ConvTranspose1d, nn.ConvTranspose2d)):
        return None
    return float(max(answers, given))


def _flat(value: Any) -> list[Any]:
    """Give the parts of tuples, lists and mappings within one another."""
    if isinstance(value, (tuple, list)):
        return [one for part in value for one in _flat(part)]
    if hasattr(value, "values") and callable(value.values) and hasattr(value, "keys"):
        return [one for part in value.values() for one in _flat(part)]
    return [value]
