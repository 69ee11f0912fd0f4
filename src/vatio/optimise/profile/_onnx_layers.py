"""Profile an ONNX graph by ONNX Runtime's own profiler: the operators that really run, after fusion, with their shapes."""

from __future__ import annotations

import json
import math
import os
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from vatio.optimise.profile._layer import Layer
from vatio.plugins import require

_ITEM_BYTES = {"float": 4, "double": 8, "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4, "uint8": 1, "int8": 1, "bool": 1}
_MICRO_S = 1e-6
# What multiplies by a matrix, and what by a kernel: 2 operations for each weight and answer. Elementwise is 1 an answer.
_MATRIX = ("MatMul", "Gemm")
_KERNEL = ("Conv",)
_SHAPING = ("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Expand", "Pad", "Tile", "ReorderInput", "ReorderOutput")
_MOVES = frozenset((*_SHAPING, "Concat", "Slice", "Gather", "Split", "Cast", "Identity", "Shape"))
_UNKNOWN = ("Tree", "SVM", "LSTM", "GRU", "RNN", "Attention", "Einsum", "Loop", "If", "Scan")


def onnx_layers(content: bytes, fed: Mapping[str, Any], *, calls: int, level: int) -> tuple[Layer, ...]:
    """Run a graph so often under the profiler, on one thread, and give its operators in their order, for one call."""
    runtime = require("onnxruntime", extra="optimise")
    with tempfile.TemporaryDirectory(prefix="vatio-profile-") as folder:
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.graph_optimization_level = runtime.GraphOptimizationLevel(level)
        options.log_severity_level = 4
        options.enable_profiling, options.profile_file_prefix = True, os.path.join(folder, "p")
        session = runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        for _ in range(calls + 1):
            session.run(None, dict(fed))
        with open(session.end_profiling(), encoding="utf-8") as file:
            events = json.load(file)
    return _layers(events)


def _layers(events: Sequence[Mapping[str, Any]]) -> tuple[Layer, ...]:
    """Add up what each operator took; the first call, which allocates, is left out."""
    took: dict[str, list[float]] = defaultdict(list)
    seen: dict[str, Mapping[str, Any]] = {}
    for event in events:
        if event.get("cat") == "Node" and str(event.get("name", "")).endswith("_kernel_time"):
            name = str(event["name"]).removesuffix("_kernel_time")
            took[name].append(float(event["dur"]) * _MICRO_S)
            seen[name] = event["args"]
    return tuple(_layer(name, own[1:] or own, seen[name]) for name, own in took.items())


def _layer(name: str, took_s: Sequence[float], args: Mapping[str, Any]) -> Layer:
    operator = str(args.get("op_name", "?"))
    given, answered = (_tensors(args.get(key)) for key in ("input_type_shape", "output_type_shape"))
    weights = _weights(operator, given, answered)
    return Layer(
        name=name or operator,
        operator=operator,
        cpu_s=statistics.median(took_s),
        flop=_flop(operator, given, answered, weights),
        moved_bytes=float(sum(_bytes(kind, shape) for kind, shape in (*given, *answered)) + _hidden(given, weights)),
        parameters=_parameters(args, given, weights),
    )


Tensor = tuple[str, tuple[int, ...]]


def _tensors(told: Any) -> list[Tensor]:
    return [(kind, tuple(shape)) for one in told or () for kind, shape in one.items()]


def _bytes(kind: str, shape: tuple[int, ...]) -> int:
    return _ITEM_BYTES.get(kind, 4) * math.prod(shape)


def _weights(operator: str, given: Sequence[Tensor], answered: Sequence[Tensor]) -> tuple[int, ...] | None:
    """Give the shape of what is multiplied by; ONNX Runtime hides matrices that it has packed, which the shapes around tell."""
    wide = [shape for _, shape in given if len(shape) >= 2]
    if not any(word in operator for word in (*_MATRIX, *_KERNEL)) or not wide or not answered:
        return None
    if len(wide) > 1:
        return wide[1]
    return (wide[0][-1], answered[0][1][-1]) if any(word in operator for word in _MATRIX) else None


def _flop(operator: str, given: Sequence[Tensor], answered: Sequence[Tensor], weights: tuple[int, ...] | None) -> float | None:
    if not answered or any(word in operator for word in _UNKNOWN):
        return None
    answers = math.prod(answered[0][1])
    if any(word in operator for word in _KERNEL):
        return None if weights is None else 2.0 * answers * math.prod(weights[1:])
    if any(word in operator for word in _MATRIX):
        wide = [shape for _, shape in given if len(shape) >= 2]
        return 2.0 * answers * wide[0][-1] if wide else None
    if operator in _MOVES:
        return 0.0
    return float(max([answers, *(math.prod(shape) for _, shape in given)]))


def _is_hidden(given: Sequence[Tensor]) -> bool:
    return sum(len(shape) >= 2 for _, shape in given) == 1


def _hidden(given: Sequence[Tensor], weights: tuple[int, ...] | None) -> int:
    """Give the bytes of a packed matrix, which the profiler does not name."""
    return 0 if weights is None or not _is_hidden(given) else _bytes(given[0][0], weights)


def _parameters(args: Mapping[str, Any], given: Sequence[Tensor], weights: tuple[int, ...] | None) -> int:
    """Count them by the bytes of what is constant; a packed matrix is added."""
    size = max((_ITEM_BYTES.get(kind, 4) for kind, _ in given[:1]), default=4)
    told = int(args.get("parameter_size", 0) or 0) // size
    return told + (math.prod(weights) if weights is not None and _is_hidden(given) else 0)
