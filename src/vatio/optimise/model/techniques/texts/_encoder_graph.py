"""Give a text encoder as an ONNX graph, from tokens to one vector a text."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from vatio.errors import NotApplicable, first_line
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model.runtimes.texts import IDS, MASK, ONNX, TORCH, TextRuntime, fed_by, inputs_of, tokens_of
from vatio.optimise.model.techniques.graphs import onnx_graph, require_same
from vatio.optimise.model.techniques.texts._plain import plain
from vatio.plugins import require

_EXAMPLES = 12
_FAR_BELOW = 1e4
_QUANTISED_BY = b"QuantizeLinear"


def is_text(form: Form) -> bool:
    """Tell whether a form is a classifier of texts with an encoder."""
    return form.kind == "text"


def is_exportable(form: Form) -> bool:
    """Tell whether a form's encoder is a module, or a graph in floats: what others can be made from."""
    if not is_text(form):
        return False
    return form.model.kind == TORCH or (form.model.kind == ONNX and _QUANTISED_BY not in form.model.encoder)


def graph_of(form: Form, task: Task) -> bytes:
    """Give the encoder as ONNX bytes that answer the same.

    Raises:
        NotApplicable: it cannot be exported, with the exporter's reason, or answers otherwise.
    """
    if form.model.kind == ONNX:
        return bytes(form.model.encoder)
    found = NotApplicable("it cannot be exported")
    for is_added in (True, False):
        try:
            return _exported(form, task, is_added=is_added)
        except NotApplicable as error:
            found = error
    raise found


def _exported(form: Form, task: Task, *, is_added: bool) -> bytes:
    torch = require("torch", extra="text")
    ids, mask = (torch.from_numpy(each) for each in tokens_of(form.model, task.examples(2)))
    graph = onnx_graph(_pooling(form.model, is_added=is_added), (ids, mask), names=(IDS, MASK), axes=("texts", "tokens"))
    graph = plain(graph)
    require_alike(form, with_encoder(form, graph), task)
    return graph


def samples_of(form: Form, task: Task, count: int) -> list[dict[str, Any]]:
    """Give fit cases as the graph is asked them, one a call."""
    fed = fed_by(inputs_of(form.model.encoder))
    return [fed(*tokens_of(form.model, [text])) for text in task.examples(count)]


def with_encoder(form: Form, encoder: Any, **settings: Any) -> Form:
    """Give a form with another encoder; settings that were the one's before are left out."""
    kept = {name: value for name, value in form.settings.items() if name not in ("precision", "level", "numbers")}
    return replace(form, model=replace(form.model, encoder=encoder), settings={**kept, **settings})


def require_alike(form: Form, converted: Form, task: Task) -> None:
    """Refuse a conversion that answers some texts, of several lengths, otherwise than by rounding.

    Raises:
        NotApplicable: it does.
    """
    texts = task.examples(_EXAMPLES)
    require_same(asked(converted, texts), asked(form, texts))


def asked(form: Form, texts: Any) -> Any:
    """Ask a form some texts."""
    return TextRuntime().predictor(form, batch=len(texts)).scores(texts)


def _pooling(model: Any, *, is_added: bool) -> Any:
    """Make a module that gives one vector a text; attention is written out, since fused it cannot be exported.

    With ``is_added`` the mask is given as what attention adds, which is 30 small nodes less than what is made of it else.
    """
    torch = require("torch", extra="text")
    encoder = copy.deepcopy(model.encoder)
    try:
        encoder.set_attn_implementation("eager")
    except (ValueError, AttributeError) as error:
        raise NotApplicable(f"its attention cannot be written out: {first_line(error)}") from error

    class Pooling(torch.nn.Module):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            mask = attention_mask
            if is_added:
                mask = ((attention_mask.to(torch.float32) - 1.0) * _FAR_BELOW)[:, None, None, :]
            found = self.encoder(input_ids=input_ids, attention_mask=mask).last_hidden_state
            if model.pooling == "first":
                return found[:, 0]
            share = attention_mask.to(found.dtype).unsqueeze(-1)
            return (found * share).sum(1) / share.sum(1)

    return Pooling()
