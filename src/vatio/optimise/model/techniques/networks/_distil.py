"""Teach a narrower network of the same plan from nothing, by the labels and by what the original answers."""

from __future__ import annotations

from typing import Any

from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes import input_dtype
from vatio.optimise.model.techniques.networks._channels import kept_evenly, linked_channels, take_out
from vatio.optimise.model.techniques.networks._prune import require_shape
from vatio.optimise.model.techniques.networks._tuning import (
    answering_s,
    needs_training,
    own_copy,
    seeded,
    smaller,
    tuned,
    tuning_cpu_s,
)
from vatio.plugins import require

_OFFERS = ((0.5, 16), (0.75, 20))


class Distil:
    """Make every layer narrower by the same share, forget its weights, and teach it anew."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer two widths; costly, so late."""
        if not needs_training(form, task):
            return ()
        require("torch_pruning", extra="torch")
        once_s = answering_s(form, task)
        return tuple(
            Offer(
                params={"narrower": narrower, "epochs": epochs},
                cost_cpu_s=tuning_cpu_s(once_s, epochs=epochs, share=(1.0 - narrower) ** 1.5),
                times=(1.0 - narrower) ** -1.2,
                reach="network",
                needs_fit=True,
            )
            for narrower, epochs in _OFFERS
        )

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Narrow, forget, teach."""
        torch, module = require("torch", extra="torch"), own_copy(form)
        x = torch.from_numpy(task.examples(2).astype(input_dtype(module)))
        linked = linked_channels(module, x)
        module = take_out(module, x, linked, kept_evenly(linked, ratio=offer.params["narrower"]))
        require_shape(module, x, len(task.classes))
        with seeded(task.seed):
            forget(module)
        return smaller(form, tuned(form, module, task, epochs=offer.params["epochs"]))


def forget(module: Any) -> None:
    """Draw all weights anew, as they were before any training."""
    for layer in module.modules():
        if callable(getattr(layer, "reset_parameters", None)):
            layer.reset_parameters()
