"""Turn a graph into OpenVINO's, in f32 or bf16, or in int8 by NNCF's calibration on examples."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import random
from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes import BF16, F32, core, has_bf16, imported, input_dtype, scores_of
from vatio.optimise.model.techniques._layer_costs import likely_times, rows_of
from vatio.optimise.model.techniques.graphs._export import INPUT, exported, is_plain, require_same, torch_scores
from vatio.plugins import require

_EXAMPLES = 16
_SAMPLES = 160
# How much faster than eager PyTorch OpenVINO computes, what a call takes beside, and how many times cheaper than ONNX Runtime
# a net was: guesses that order the search.
_SPEEDS, _CALL_S = {"f32": 2.2, "bf16": 4.3, "int8": 7.5}, 9e-6
_TIMES = {"f32": 1.2, "bf16": 2.0, "int8": 3.0}
# Settings of an ONNX form that say how its answers are shaped: another runtime would not know them.
_SHAPED = ("spread", "places", "columns")


class OpenVino:
    """Convert to OpenVINO; the precision is named, and not what the machine would choose."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer f32, and bf16 where the processor computes in it."""
        if not is_graph(form):
            return ()
        imported()
        found = [Offer(params={"precision": F32}, cost_cpu_s=0.6, times=_likely(form, task, "f32"), is_exact=True)]
        if has_bf16():
            found.append(Offer(params={"precision": BF16}, cost_cpu_s=0.6, times=_likely(form, task, "bf16")))
        return tuple(found)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Convert it and check its answers in f32."""
        graph = checked(form, task)
        return Form(kind="openvino", model=graph, answers=form.answers, settings={"precision": offer.params["precision"]})


class Int8:
    """Quantise to int8 with ranges calibrated on the fit cases (NNCF, with its bias correction)."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it where OpenVINO can take the graph; what is left of it in floats runs in bf16 where the processor does."""
        if not is_graph(form):
            return ()
        imported()
        quantiser()
        return (
            Offer(
                params={"samples": _SAMPLES, "precision": BF16 if has_bf16() else F32},
                cost_cpu_s=0.6,
                times=_likely(form, task, "int8"),
            ),
        )

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Convert, check, calibrate."""
        graph = checked(form, task)
        rows = task.examples(offer.params["samples"])
        kind = graph.input(0).get_element_type().to_dtype()
        small = quantised(graph, [rows[at : at + 1].astype(kind) for at in range(len(rows))])
        return Form(kind="openvino", model=small, answers=form.answers, settings={"precision": offer.params["precision"]})


def _likely(form: Form, task: Task, numbers: str) -> float:
    if form.kind != "torch":
        return _TIMES[numbers]
    rows = rows_of(form, task)
    times = likely_times(form.model, rows, batches=task.batches, factor=_SPEEDS[numbers], call_s=_CALL_S)
    return round(times, 1)


def is_graph(form: Form) -> bool:
    """Tell whether OpenVINO may take a form: a plain PyTorch module, or a net in ONNX that was given as such."""
    if form.kind != "onnx":
        return is_plain(form)
    if "exported_from" in form.settings or any(form.settings.get(name) for name in _SHAPED):
        return False
    onnx = require("onnx", extra="optimise")
    graph = onnx.load_model_from_string(form.model).graph
    quantised_by = ("QuantizeLinear", "DynamicQuantizeLinear")
    is_net = all(node.domain in ("", "ai.onnx") and node.op_type not in quantised_by for node in graph.node)
    return is_net and len(graph.input) - len(graph.initializer) <= len(graph.output) == 1


def checked(form: Form, task: Task) -> Any:
    """Give a form as an OpenVINO graph that answers the same in f32.

    Raises:
        NotApplicable: OpenVINO cannot take it, or it answers otherwise.
    """
    rows = task.examples(_EXAMPLES)
    content, asked = (exported(form, task), INPUT) if form.kind == "torch" else (form.model, None)
    wanted = torch_scores(form.model, rows) if form.kind == "torch" else _onnx_scores(content, rows)
    graph = converted(content)
    if asked is not None:
        rows = rows.astype(input_dtype(form.model))
    require_same(answered(graph, rows), wanted)
    return graph


def converted(content: bytes) -> Any:
    """Read ONNX bytes into an OpenVINO graph.

    Raises:
        NotApplicable: it has what OpenVINO does not know.
    """
    try:
        return core().read_model(content)
    except RuntimeError as error:
        raise NotApplicable(f"OpenVINO cannot take this graph: {_reason(error)}") from error


def answered(graph: Any, rows: Any) -> Any:
    """Ask a graph, in f32 and on one thread."""
    options = {"INFERENCE_PRECISION_HINT": F32, "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": "1"}
    try:
        found = core().compile_model(graph, "CPU", options)([rows.astype(graph.input(0).get_element_type().to_dtype())])
    except RuntimeError as error:
        raise NotApplicable(f"OpenVINO cannot run this graph: {_reason(error)}") from error
    return scores_of(found[0])


def quantised(graph: Any, samples: list[Any], *, is_transformer: bool = False) -> Any:
    """Quantise a graph's weights and activations to int8; ``samples`` are what it is asked, one call each.

    Raises:
        NotApplicable: NNCF cannot do it, with its reason.
    """
    nncf = quantiser()
    require("numpy", extra="openvino").random.seed(0)
    random.seed(0)
    kind = {"model_type": nncf.ModelType.TRANSFORMER} if is_transformer else {}
    try:
        # Its bars of progress would stand among what a command prints.
        with contextlib.redirect_stdout(io.StringIO()):
            return nncf.quantize(graph, nncf.Dataset(samples), subset_size=len(samples), **kind)
    except (RuntimeError, ValueError, nncf.ValidationError, nncf.InternalError, nncf.UnsupportedModelError) as error:
        raise NotApplicable(f"NNCF cannot quantise this graph: {_reason(error)}") from error


def quantiser() -> Any:
    """Import NNCF, silent and without telemetry."""
    os.environ["NNCF_TELEMETRY"] = "0"
    imported()
    nncf = require("nncf", extra="openvino")
    nncf.set_log_level(logging.ERROR)
    return nncf


def _onnx_scores(content: bytes, rows: Any) -> Any:
    from vatio.optimise.model.runtimes import numbers_output, session

    opened = session(content)
    first = opened.get_inputs()[0]
    kind = "float64" if first.type == "tensor(double)" else "int64" if first.type == "tensor(int64)" else "float32"
    size = first.shape[0] if isinstance(first.shape[0], int) else len(rows)
    return scores_of(opened.run([numbers_output(opened)], {first.name: rows[:size].astype(kind)})[0])


def _reason(error: BaseException) -> str:
    said = [line.strip() for line in str(error).splitlines() if line.strip() and not line.startswith("Exception from")]
    return (said[-1] if said else type(error).__name__)[:200]
