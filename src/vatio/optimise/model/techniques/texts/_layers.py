"""Leave the last layers of a text encoder out, and fit its head anew on what the others make of a text."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes.texts import TORCH, vectors_of
from vatio.optimise.model.techniques.texts._encoder_graph import is_text
from vatio.optimise.model.techniques.texts._head import fitted_head
from vatio.plugins import require

_SHARES = (2 / 3, 1 / 3)
_CPU_S_PER_TEXT = 0.006


class TextLayers:
    """Keep the first layers; the frozen rest of the encoder stays as it is."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer two thirds and a third of the layers."""
        if not is_text(form) or form.model.kind != TORCH or not task.is_classes:
            return ()
        require("sklearn", extra="optimise")
        whole = len(_layers(form.model.encoder)[1])
        kept = sorted({max(1, round(whole * share)) for share in _SHARES} - {whole}, reverse=True)
        return tuple(
            Offer(
                params={"layers": count},
                cost_cpu_s=1.0 + _CPU_S_PER_TEXT * len(task.fit) * count / whole,
                times=whole / count * 0.9,
                reach="network",
                needs_fit=True,
            )
            for count in kept
        )

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Leave them out, and fit the head."""
        encoder = copy.deepcopy(form.model.encoder)
        name, layers = _layers(encoder)
        parent = encoder.get_submodule(name.rpartition(".")[0])
        setattr(parent, name.rpartition(".")[2], layers[: offer.params["layers"]])
        encoder.config.num_hidden_layers = offer.params["layers"]
        model = replace(form.model, encoder=encoder)
        weight, bias = fitted_head(vectors_of(model, task.fit.x, form.settings), task)
        return replace(form, model=replace(model, weight=weight, bias=bias))


def _layers(encoder: Any) -> tuple[str, Any]:
    """Find an encoder's layers: the one list of as many modules as its configuration names.

    Raises:
        NotApplicable: there is none.
    """
    torch = require("torch", extra="text")
    count = getattr(getattr(encoder, "config", None), "num_hidden_layers", None)
    lists = [(name, each) for name, each in encoder.named_modules() if isinstance(each, torch.nn.ModuleList)]
    found = [(name, each) for name, each in lists if len(each) == count]
    if len(found) != 1 or not isinstance(count, int) or count < 2:
        raise NotApplicable("it has no list of layers of which some could be left out")
    return found[0]
