"""Run a PyTorch module in another memory layout or number format: no other runtime, no other network."""

from __future__ import annotations

from dataclasses import replace

from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes import formatted
from vatio.optimise.model.techniques.graphs import is_plain
from vatio.optimise.model.techniques.networks._tuning import own_copy
from vatio.plugins import require


class Layout:
    """Keep pictures with their channels last, which the CPU's convolutions prefer."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it for modules with convolutions over pictures."""
        if not is_plain(form):
            return ()
        nn = require("torch", extra="torch").nn
        has_pictures = any(isinstance(layer, nn.Conv2d) for layer in form.model.modules())
        return (Offer(params={"layout": "channels_last"}, cost_cpu_s=0.1, times=1.3, is_exact=True),) if has_pictures else ()

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Lay it out so."""
        return _formatted(form, offer)


class Bf16:
    """Keep weights and activations in bf16."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it; whether this processor gains by it is measured."""
        if not is_plain(form):
            return ()
        require("torch", extra="torch")
        return (Offer(params={"precision": "bf16"}, cost_cpu_s=0.1, times=1.2),)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Round the weights."""
        return _formatted(form, offer)


def _formatted(form: Form, offer: Offer) -> Form:
    settings = {**form.settings, **offer.params}
    return replace(form, model=formatted(own_copy(form), settings), settings=settings)
