"""Set the smallest weights to nought where a kernel of this machine skips noughts; else say that it has no effect."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes import compiled, imported
from vatio.optimise.model.techniques._layer_costs import has_weights, rows_of
from vatio.optimise.model.techniques.graphs import converted, exported
from vatio.optimise.model.techniques.networks._tuning import answering_s, needs_training, own_copy, smaller, tuned, tuning_cpu_s
from vatio.plugins import require

_RATIO, _EPOCHS = 0.8, 4
# A kernel that skips four in five would save more than this; less is what measuring wavers by.
_EFFECT = 1.2
_ROUNDS, _CALLS = 3, 4
_LIKELY = 1.02


class Sparsity:
    """Prune single weights by their size, if that makes the same graph cheaper here."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it with little hope: few kernels skip noughts."""
        if not needs_training(form, task) or "structure" in form.settings:
            return ()
        imported()
        cost_cpu_s = tuning_cpu_s(answering_s(form, task), epochs=_EPOCHS)
        return (
            Offer(
                params={"ratio": _RATIO, "epochs": _EPOCHS, "least_times": _EFFECT},
                cost_cpu_s=cost_cpu_s,
                times=_LIKELY,
                reach="network",
                needs_fit=True,
            ),
        )

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Measure the graph with noughts against the graph without; set the smallest to nought, train the others on.

        Raises:
            NotApplicable: the graph with noughts costs the same.
        """
        ratio, module = offer.params["ratio"], own_copy(form)
        masks = smallest(module, ratio)

        def after() -> None:
            nought(masks)

        dense = _request(form, task)
        after()
        times = cheaper(dense, _request(replace(form, model=module), task), rows_of(form, task))
        if times < offer.params["least_times"]:
            raise NotApplicable(f"no effect: with {ratio:.0%} of the weights at nought it is {times:.2f} times as cheap")
        return smaller(form, tuned(form, module, task, epochs=offer.params["epochs"], after=after))


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


def cheaper(dense: Any, sparse: Any, rows: Any) -> float:
    """Give how many times cheaper the second graph answers than the first."""
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
