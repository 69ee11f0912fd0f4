"""Set the smallest weights to nought where a kernel of this machine skips noughts; else say that it has no effect."""

from __future__ import annotations

import time
from typing import Any

from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import NotApplicable, Offer
from vatio.optimise.model.runtimes._openvino import compiled, imported
from vatio.optimise.model.runtimes._torch import input_dtype
from vatio.optimise.model.techniques._export import exported
from vatio.optimise.model.techniques._layer_costs import has_weights
from vatio.optimise.model.techniques._openvino import converted
from vatio.optimise.model.techniques._tuning import needs_training, smaller, tuned
from vatio.plugins import require

_RATIO, _EPOCHS = 0.8, 4
# A kernel that skips four in five would save more than this; less is what measuring wavers by.
_EFFECT = 1.2
_ROUNDS, _CALLS = 3, 4
_STEP = 3.5


class Sparsity:
    """Prune single weights by their size, if that makes the same graph cheaper here."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Measure the graph with noughts against the graph without.

        Raises:
            NotApplicable: they cost the same.
        """
        if not needs_training(form, task) or "structure" in form.settings:
            return ()
        imported()
        times = effect(form, task)
        if times < _EFFECT:
            raise NotApplicable(f"no effect: with {_RATIO:.0%} of the weights at nought it is {times:.2f} times as cheap")
        cost_cpu_s = times * _EPOCHS * _STEP
        return (
            Offer(
                params={"ratio": _RATIO, "epochs": _EPOCHS},
                cost_cpu_s=cost_cpu_s,
                times=times,
                reach="network",
                needs_fit=True,
            ),
        )

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Set the smallest to nought, train the others on."""
        masks = smallest(form.model, offer.params["ratio"])

        def after() -> None:
            nought(masks)

        after()
        return smaller(form, tuned(form, form.model, task, epochs=offer.params["epochs"], after=after))


def smallest(module: Any, ratio: float) -> list[tuple[Any, Any]]:
    """Give each layer's weights with where they are among its smallest."""
    found = []
    for layer in module.modules():
        if has_weights(layer):
            size = layer.weight.detach().abs()
            at = min(size.numel() - 1, int(ratio * size.numel()))
            found.append((layer.weight, size < size.flatten().sort().values[at]))
    return found


def nought(masks: list[tuple[Any, Any]]) -> None:
    """Set weights to nought where they are masked."""
    torch = require("torch", extra="torch")
    with torch.no_grad():
        for weight, mask in masks:
            weight.masked_fill_(mask, 0.0)


def effect(form: Form, task: Task) -> float:
    """Give how many times cheaper the graph answers once its smallest weights are nought."""
    rows = task.examples(max(task.batches)).astype(input_dtype(form.model))
    dense = _request(form, task)
    weights = [layer.weight for layer in form.model.modules() if has_weights(layer)]
    before = [weight.detach().clone() for weight in weights]
    nought(smallest(form.model, _RATIO))
    sparse = _request(form, task)
    torch = require("torch", extra="torch")
    with torch.no_grad():
        for weight, was in zip(weights, before, strict=True):
            weight.copy_(was)
    took: dict[int, list[float]] = {0: [], 1: []}
    for _ in range(_ROUNDS):
        for at, request in enumerate((dense, sparse)):
            request.infer([rows])
            begun_s = time.process_time()
            for _ in range(_CALLS):
                request.infer([rows])
            took[at].append(time.process_time() - begun_s)
    return min(took[0]) / max(min(took[1]), 1e-9)


def _request(form: Form, task: Task) -> Any:
    return compiled(converted(exported(form, task)), {"precision": "f32"}).create_infer_request()
