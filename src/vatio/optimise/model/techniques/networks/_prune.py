"""Take whole channels out of a network where they cost most and weigh least, then train it on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vatio.errors import NotApplicable, first_line
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes import answer, input_dtype
from vatio.optimise.model.techniques._layer_costs import layer_costs, rows_of
from vatio.optimise.model.techniques.networks._channels import kept_by_cost, linked_channels, take_out
from vatio.optimise.model.techniques.networks._tuning import answering_s, needs_training, own_copy, smaller, tuned, tuning_cpu_s
from vatio.plugins import require

# What is kept of the layers' cost, and how often the fit cases are gone through afterwards.
_OFFERS = ((0.4, 6), (0.2, 12), (0.1, 20))
# Smaller layers cost more than their share: by this power of it, as measured.
_SMALLER = 0.55


@dataclass(frozen=True, slots=True, kw_only=True)
class Prune:
    """Prune channels by the measured cost of each layer: ``read`` reads CPU-seconds, or joules where a sensor counts them."""

    read: Callable[[], float] = time.process_time

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Measure the layers; the shares are in the offer, so that its result depends on nothing else."""
        if not needs_training(form, task):
            return ()
        require("torch_pruning", extra="torch")
        rows = rows_of(form, task)
        costs = layer_costs(form.model, rows, batches=task.batches, read=self.read)
        if len(costs) < 2:
            raise NotApplicable("it has no channels between two layers")
        once_s = answering_s(form, task)
        return tuple(
            Offer(
                params={"keep": keep, "epochs": epochs, "costs": costs},
                cost_cpu_s=tuning_cpu_s(once_s, epochs=epochs, share=keep**_SMALLER),
                times=keep**-_SMALLER,
                reach="network",
                needs_fit=True,
            )
            for keep, epochs in _OFFERS
        )

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Take the channels out, train on."""
        torch = require("torch", extra="torch")
        module = own_copy(form)
        x = torch.from_numpy(task.examples(2).astype(input_dtype(module)))
        linked = linked_channels(module, x)
        kept = kept_by_cost(linked, offer.params["costs"], keep_ratio=offer.params["keep"])
        if all(kept[each.root] == len(each.importance) for each in linked):
            raise NotApplicable("no channel can go")
        module = take_out(module, x, linked, kept)
        require_shape(module, x, len(task.classes))
        return smaller(form, tuned(form, module, task, epochs=offer.params["epochs"]))


def require_shape(module: Any, x: Any, classes: int) -> None:
    """Refuse a module that no longer answers as many columns as there are classes.

    Raises:
        NotApplicable: it does not, or cannot answer at all.
    """
    torch = require("torch", extra="torch")
    try:
        with torch.inference_mode():
            shape = tuple(answer(module.eval()(x)).shape)
    except (RuntimeError, ValueError, TypeError, IndexError) as error:
        raise NotApplicable(f"it cannot run once it is smaller: {first_line(error)}") from error
    if shape != ((len(x), classes) if classes else (len(x),)):
        raise NotApplicable(f"once it is smaller it answers {shape}")
