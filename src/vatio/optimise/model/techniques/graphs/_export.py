"""Export a PyTorch module to an ONNX graph, checked on examples."""

from __future__ import annotations

import io
import warnings
from typing import Any

from vatio.errors import NotApplicable, first_line
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes import F32, answer, input_dtype, session
from vatio.optimise.model.techniques._layer_costs import likely_times, rows_of
from vatio.plugins import require

INPUT, OUTPUT = "x", "scores"
_EXAMPLES = 16
# How much faster than eager PyTorch ONNX Runtime computes, and what a call takes beside: guesses that order the search.
_SPEED, _CALL_S = 2.2, 5e-6
# Answers may differ by rounding: this much of the largest of them.
_ROUNDING_RATIO = 1e-3


class Export:
    """Turn a module into ONNX: batch normalisation folded in, the batch left open."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it for a module in f32 as it comes."""
        if not is_plain(form):
            return ()
        require("torch", extra="torch")
        require("onnx", extra="torch")
        times = likely_times(form.model, rows_of(form, task), batches=task.batches, factor=_SPEED, call_s=_CALL_S)
        return (Offer(cost_cpu_s=0.5, times=round(times, 1), is_exact=True),)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Export it and check its answers."""
        graph = exported(form, task)
        rows = task.examples(_EXAMPLES).astype(input_dtype(form.model))
        require_same(session(graph).run(None, {INPUT: rows})[0], torch_scores(form.model, rows))
        return Form(kind="onnx", model=graph, answers=form.answers, settings={"exported_from": "torch"})


def is_plain(form: Form) -> bool:
    """Tell whether a form is a PyTorch module in f32 as it comes, from which any other is made."""
    return form.kind == "torch" and form.settings.get("precision", F32) == F32 and "layout" not in form.settings


def exported(form: Form, task: Task) -> bytes:
    """Give the ONNX bytes of a module.

    Raises:
        NotApplicable: it cannot be exported, with the exporter's reason.
    """
    torch = require("torch", extra="torch")
    example = torch.from_numpy(task.examples(2).astype(input_dtype(form.model)))
    # What a module gives may be a tuple, or have its logits by name: the graph has the scores alone.
    hook = form.model.register_forward_hook(lambda module, given, found: answer(found))
    try:
        return onnx_graph(form.model, (example,), names=(INPUT,))
    finally:
        hook.remove()


def onnx_graph(module: Any, examples: tuple[Any, ...], *, names: tuple[str, ...], axes: tuple[str, ...] = ("n",)) -> bytes:
    """Export what takes tensors whose first axes are named by ``axes`` and left open.

    Raises:
        NotApplicable: the exporter cannot do it, with its reason.
    """
    torch = require("torch", extra="torch")
    written = io.BytesIO()
    inputs = {name: dict(enumerate(axes)) for name in names}
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # The exporter by tracing: the newer one needs onnxscript, and writes the same graph for such modules.
            torch.onnx.export(
                module.eval(),
                examples,
                written,
                dynamo=False,
                input_names=list(names),
                output_names=[OUTPUT],
                dynamic_axes={**inputs, OUTPUT: {0: axes[0]}},
            )
    except (RuntimeError, TypeError, ValueError, torch.onnx.errors.OnnxExporterError) as error:
        raise NotApplicable(f"cannot be exported to ONNX: {first_line(error)}") from error
    return written.getvalue()


def torch_scores(module: Any, cases: Any) -> Any:
    """Ask a module for its scores as numpy."""
    torch = require("torch", extra="torch")
    with torch.inference_mode():
        return answer(module.eval()(torch.from_numpy(cases.astype(input_dtype(module))))).numpy()


def require_same(got: Any, wanted: Any, *, rounding_ratio: float = _ROUNDING_RATIO) -> None:
    """Refuse a conversion whose answers differ by more than rounding.

    Raises:
        NotApplicable: they do.
    """
    numpy = require("numpy", extra="optimise")
    if got.shape != wanted.shape:
        raise NotApplicable(f"the conversion answers {got.shape} where the model answers {wanted.shape}")
    scale = max(float(numpy.abs(wanted).max(initial=0.0)), 1e-6)
    off = float(numpy.abs(got - wanted).max(initial=0.0)) / scale
    if not off <= rounding_ratio:
        raise NotApplicable(f"the conversion answers otherwise than the model, by up to {off:.2g} of the largest score")
