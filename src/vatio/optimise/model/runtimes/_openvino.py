"""OpenVINO's graphs on the CPU: one request used again and again, its shape fixed for the batch."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from vatio.errors import MissingExtra, UsageError, first_line
from vatio.optimise.model._form import Form, Predictor
from vatio.plugins import require

GRAPH_FILE = "model.xml"
F32, BF16 = "f32", "bf16"


class OpenVinoRuntime:
    """Run ``openvino.Model`` graphs.

    Settings: ``precision`` (f32 or bf16: what is not int8 in the graph is computed in it; never left to the machine),
    ``threads``.
    """

    def predictor(self, form: Form, *, batch: int) -> Predictor:
        """Compile a graph for one batch size; fewer cases fill a part of it, more are answered in turns."""
        numpy = require("numpy", extra="optimise")
        graph = form.model.clone()
        if len(graph.inputs) != 1:
            raise UsageError(f"the graph has {len(graph.inputs)} inputs", hint="one input of rows is asked")
        shape = graph.input(0).get_partial_shape()
        shape[0] = batch
        graph.reshape(shape)
        request = compiled(graph, form.settings).create_infer_request()
        if not shape.is_static:
            return _Shaped(request)
        buffer = numpy.zeros(shape.to_shape(), dtype=graph.input(0).get_element_type().to_dtype())
        return _Fixed(request, buffer)

    def save(self, form: Form, folder: Path) -> None:
        """Write the graph and its weights; names that a process has counted out are given anew, so the bytes are the same."""
        openvino = imported()
        graph = form.model.clone()
        for at, node in enumerate(graph.get_ordered_ops()):
            node.set_friendly_name(f"{node.get_type_name()}_{at}")
        for key in list(graph.get_rt_info()):
            del graph.get_rt_info()[key]
        graph.set_friendly_name("model")
        openvino.save_model(graph, str(folder / GRAPH_FILE), compress_to_fp16=False)

    def load(self, folder: Path, settings: Mapping[str, Any]) -> Any:
        """Read a graph."""
        path = folder / GRAPH_FILE
        try:
            return core().read_model(str(path))
        except RuntimeError as error:
            raise UsageError(f"{folder} holds no OpenVINO graph: {first_line(error)}") from error


class _Fixed:
    """Answer from memory that is handed over once; a second thread waits."""

    __slots__ = ("_buffer", "_infer", "_kept", "_lock", "_out", "_shape")

    def __init__(self, request: Any, buffer: Any) -> None:
        tensor = imported().Tensor(buffer, shared_memory=True)
        request.set_input_tensor(tensor)
        self._kept, self._infer, self._buffer, self._shape = (request, tensor), request.infer, buffer, buffer.shape
        self._lock = threading.Lock()
        request.infer()
        self._out = scores_of(request.get_output_tensor(0).data)

    def scores(self, cases: Any) -> Any:
        """Answer some rows."""
        if cases.shape != self._shape:
            return self._others(cases)
        with self._lock:
            self._buffer[...] = cases
            self._infer(share_outputs=True)
            return self._out.copy()

    def _others(self, cases: Any) -> Any:
        numpy = require("numpy", extra="optimise")
        batch, *row = self._shape
        if list(cases.shape[1:]) != row:
            raise UsageError(f"rows of shape {tuple(row)} are asked, not {cases.shape[1:]}")
        whole = numpy.zeros((-(-len(cases) // batch) * batch, *row), dtype=self._buffer.dtype)
        whole[: len(cases)] = cases
        return numpy.concatenate([self.scores(whole[at : at + batch]) for at in range(0, len(whole), batch)])[: len(cases)]


class _Shaped:
    """Answer where rows have no fixed length: the shape goes with the call."""

    def __init__(self, request: Any) -> None:
        self._request, self._infer = request, request.infer

    def scores(self, cases: Any) -> Any:
        """Answer some rows."""
        return scores_of(self._infer([cases], share_outputs=True)[0])


def scores_of(y: Any) -> Any:
    """Give one column as values."""
    return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y


def compiled(graph: Any, settings: Mapping[str, Any]) -> Any:
    """Compile a graph for the CPU at the precision and on the threads that its settings say."""
    wanted = {
        "INFERENCE_NUM_THREADS": int(settings.get("threads", 1)),
        "NUM_STREAMS": "1",
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": settings.get("precision", F32),
        # The process may have been pinned from outside: that is not OpenVINO's to change.
        "ENABLE_CPU_PINNING": False,
    }
    return core().compile_model(graph, "CPU", wanted)


@cache
def has_bf16() -> bool:
    """Tell whether this processor computes in bf16 itself."""
    return "BF16" in core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def core() -> Any:
    """Make OpenVINO ready, anew each time (10 ms).

    Its threads live as long as a core or what it has compiled; a process forked meanwhile would wait for them for ever.
    """
    return imported().Core()


def imported() -> Any:
    """Import OpenVINO with its telemetry switched off."""
    with contextlib.suppress(MissingExtra):
        # It sends by this package, where that is there; nothing may be sent.
        require("openvino_telemetry", extra="openvino").Telemetry.send_event = _unsent
    return require("openvino", extra="openvino")


def _unsent(*said: Any, **more: Any) -> None:
    """Send nothing."""
