"""Measure what each layer of a module costs when it answers: CPU-seconds, or joules where a function reads them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model.runtimes import input_dtype
from vatio.plugins import require

_ROUNDS = 5
_DIGITS = 3


def layer_costs(
    module: Any, rows: Any, *, batches: Sequence[int], read: Callable[[], float] = time.process_time, rounds: int = _ROUNDS
) -> dict[str, float]:
    """Give each layer's share of the cost of all, by its name, as the mean over batch sizes; the least of a few rounds counts.

    ``rows`` are cases as the module takes them; ``read`` gives what has been used so far, in seconds or joules. A layer is
    what has weights of its own: convolutions and linear layers.
    """
    torch = require("torch", extra="torch")
    layers = {name: layer for name, layer in module.named_modules() if has_weights(layer)}
    shares: dict[str, float] = dict.fromkeys(layers, 0.0)
    torch.set_num_threads(1)
    for batch in batches:
        size = min(batch, len(rows))
        found = _least(module.eval(), layers, torch.from_numpy(rows[:size]), read, rounds)
        whole = math.fsum(found.values()) or 1.0
        shares = {name: shares[name] + found[name] / whole / len(batches) for name in layers}
    return {name: round(share, _DIGITS) for name, share in shares.items()}


def has_weights(layer: Any) -> bool:
    """Tell whether a layer multiplies by weights of its own."""
    nn = require("torch", extra="torch").nn
    return isinstance(layer, (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear))


def _least(module: Any, layers: dict[str, Any], x: Any, read: Callable[[], float], rounds: int) -> dict[str, float]:
    torch = require("torch", extra="torch")
    begun: dict[str, float] = {}
    least: dict[str, float] = dict.fromkeys(layers, math.inf)

    def before(name: str) -> Callable[..., None]:
        def begin(layer: Any, given: Any) -> None:
            begun[name] = read()

        return begin

    def after(name: str) -> Callable[..., None]:
        def end(layer: Any, given: Any, answered: Any) -> None:
            least[name] = min(least[name], read() - begun[name])

        return end

    hooks = [hook for name, layer in layers.items() for hook in _hooked(layer, before(name), after(name))]
    try:
        with torch.inference_mode():
            for _ in range(rounds):
                module(x)
    finally:
        for hook in hooks:
            hook.remove()
    return {name: cost if math.isfinite(cost) else 0.0 for name, cost in least.items()}


def _hooked(layer: Any, before: Callable[..., None], after: Callable[..., None]) -> tuple[Any, Any]:
    return layer.register_forward_pre_hook(before), layer.register_forward_hook(after)


def rows_of(form: Form, task: Task) -> Any:
    """Give as many cases as the largest batch, as a form's module takes them."""
    return task.examples(max(task.batches)).astype(input_dtype(form.model))


def forward_s(module: Any, rows: Any, *, rounds: int = 3) -> float:
    """Give the CPU-seconds that one case costs a module, asked for many at a time."""
    torch = require("torch", extra="torch")
    x = torch.from_numpy(rows)
    took = []
    with torch.inference_mode():
        for _ in range(rounds):
            begun_s = time.process_time()
            module.eval()(x)
            took.append(time.process_time() - begun_s)
    return min(took) / len(rows)


def likely_times(module: Any, rows: Any, *, batches: Sequence[int], factor: float, call_s: float) -> float:
    """Guess how many times cheaper a runtime answers that computes ``factor`` times as fast and takes ``call_s`` a call.

    What a small network costs one case at a time is mostly the layers' calls, which another runtime does not make.
    """
    most = rows[: max(batches)]
    each_s = forward_s(module, most)
    logs = []
    for batch in batches:
        now_s = forward_s(module, rows[: min(batch, len(rows))]) * batch
        logs.append(math.log(max(now_s, 1e-9) / (each_s * batch / factor + call_s)))
    return max(1.1, math.exp(sum(logs) / len(logs)))
