"""Keep an ONNX graph's weights in 16 bits: half the bytes; processors without arithmetic for these turn them back."""

from __future__ import annotations

from pathlib import Path

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.techniques.graphs._graphs import operators, remade
from vatio.plugins import require

_WITH_WEIGHTS = frozenset(("MatMul", "Gemm", "Conv", "ConvTranspose", "Gather"))


class Half:
    """Turn a graph of 32 bits into one of 16; inputs and scores stay as they are."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it for a graph with weights."""
        if form.kind != "onnx" or "precision" in form.settings:
            return ()
        require("onnxruntime", extra="optimise")
        if not operators(form) & _WITH_WEIGHTS:
            raise NotApplicable("the graph holds no weights of 32 bits")
        return (Offer(params={"precision": "float16"}, cost_cpu_s=1.0, times=0.9),)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Convert it."""
        onnx = require("onnx", extra="optimise")
        tool = require("onnxruntime.transformers.float16", extra="optimise")

        def halved(given: Path, fresh: Path) -> None:
            found = tool.convert_float_to_float16(onnx.load(str(given)), keep_io_types=True)
            fresh.write_bytes(found.SerializeToString(deterministic=True))

        return remade(form, "half", halved, precision="float16")
