"""Run a text encoder in ONNX Runtime, in f32, or with its matrices in int8 (dynamic: activations are scaled in each call)."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import NotApplicable, Offer
from vatio.optimise.model._text import ONNX
from vatio.optimise.model.techniques.texts._encoder_graph import graph_of, is_exportable, require_alike, with_encoder
from vatio.plugins import require


class TextOnnx:
    """Export the encoder; the tokeniser and the head stay."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer int8, by matrix and by column; and f32 where the encoder is none yet."""
        del task
        if not is_exportable(form):
            return ()
        require("onnxruntime", extra="optimise")
        require("onnx", extra="optimise")
        small = [Offer(params={"numbers": "int8", "per_channel": each}, cost_cpu_s=2.0, times=7.0) for each in (False, True)]
        plain = Offer(params={"numbers": "float32"}, cost_cpu_s=1.5, times=2.2, is_exact=True)
        return tuple(small) if form.model.kind == ONNX else (*small, plain)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Export it, check that the graph answers the same, and quantise it."""
        graph = graph_of(form, task)
        if form.model.kind != ONNX:
            require_alike(form, with_encoder(form, graph), task)
        if offer.params["numbers"] == "float32":
            return with_encoder(form, graph)
        return with_encoder(form, in_int8(graph, per_channel=bool(offer.params["per_channel"])))


def in_int8(graph: bytes, *, per_channel: bool) -> bytes:
    """Give a graph with its matrices in int8, scaled as a whole or by column.

    Raises:
        NotApplicable: ONNX Runtime cannot do it, with its reason.
    """
    quantization = require("onnxruntime.quantization", extra="optimise")
    # It says on the root logger that the graph could be prepared first.
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with tempfile.TemporaryDirectory() as name:
            paths = Path(name, "f32.onnx"), Path(name, "int8.onnx")
            paths[0].write_bytes(graph)
            quantization.quantize_dynamic(*map(str, paths), weight_type=quantization.QuantType.QInt8, per_channel=per_channel)
            return paths[1].read_bytes()
    except (RuntimeError, ValueError, TypeError, AttributeError) as error:
        raise NotApplicable(f"ONNX Runtime cannot quantise this graph: {str(error).splitlines()[0]}") from error
    finally:
        logging.disable(before)
