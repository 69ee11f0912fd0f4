"""Run a text encoder in ONNX Runtime, in f32, or with its matrices in int8 (dynamic: activations are scaled in each call)."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from vatio.errors import NotApplicable, first_line
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes.texts import ONNX
from vatio.optimise.model.techniques.texts._encoder_graph import graph_of, is_exportable, samples_of, with_encoder
from vatio.optimise.model.techniques.texts._smooth import smoothed
from vatio.plugins import require

_SMOOTH = 0.75
_SAMPLES = 64


class TextOnnx:
    """Export the encoder; the tokeniser and the head stay."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer int8, smoothed and as it is; and f32 where the encoder is none yet."""
        del task
        if not is_exportable(form):
            return ()
        require("onnxruntime", extra="optimise")
        require("onnx", extra="optimise")
        whole = Offer(params={"numbers": "int8", "smooth": 0.0}, cost_cpu_s=2.0, times=6.8)
        smooth = Offer(params={"numbers": "int8", "smooth": _SMOOTH}, cost_cpu_s=2.0, times=7.0)
        plain = Offer(params={"numbers": "float32"}, cost_cpu_s=1.5, times=2.2, is_exact=True)
        return (smooth, whole) if form.model.kind == ONNX else (smooth, whole, plain)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Export it and quantise it."""
        graph = graph_of(form, task)
        if offer.params["numbers"] == "float32":
            return with_encoder(form, graph)
        share = float(offer.params["smooth"])
        if share:
            graph = smoothed(graph, samples_of(form, task, _SAMPLES), share=share)
        return with_encoder(form, in_int8(graph, per_channel=share > 0.0))


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
        raise NotApplicable(f"ONNX Runtime cannot quantise this graph: {first_line(error)}") from error
    finally:
        logging.disable(before)
