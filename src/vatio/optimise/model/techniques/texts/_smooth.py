"""Smooth a graph before its matrices become int8: what is large in a few channels of the activations moves into the weights.

Source: G. Xiao et al., SmoothQuant, ICML 2023: s = max|x|^a / max|w|^(1 - a) by channel, x / s and s w. The answers are the
same; it costs a multiplication before every matrix, and an activation's one scale then serves all its channels.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model.runtimes import session
from vatio.plugins import require

_LEAST = 1e-5
# Where the largest channel is no larger than so many medians, smoothing changes nothing and costs a multiplication.
_EVEN = 3.0


def smoothed(graph: bytes, samples: list[dict[str, Any]], *, share: float) -> bytes:
    """Give a graph that answers the same; ``share`` is a, ``samples`` are what it is asked, one call each.

    Raises:
        NotApplicable: it multiplies by no matrix of its own.
    """
    onnx = require("onnx", extra="optimise")
    model = onnx.load_model_from_string(graph)
    weights = {each.name: each for each in model.graph.initializer}
    groups = _matrices(model.graph, weights)
    if not groups:
        raise NotApplicable("its graph multiplies by no matrix that is part of it")
    largest = _largest(model, list(groups), samples)
    median = require("numpy", extra="optimise").median
    for name, nodes in groups.items():
        if largest[name].max() > _EVEN * median(largest[name]):
            _scale(model.graph, name, nodes, weights, largest[name], share)
    return bytes(model.SerializeToString())


def _matrices(graph: Any, weights: dict[str, Any]) -> dict[str, list[Any]]:
    """Find the products with a matrix that nothing else uses, by what is multiplied."""
    used = Counter(name for node in graph.node for name in node.input)
    found: dict[str, list[Any]] = {}
    for node in graph.node:
        own = weights.get(node.input[1]) if node.op_type == "MatMul" else None
        if own is not None and len(own.dims) == 2 and used[own.name] == 1:
            found.setdefault(node.input[0], []).append(node)
    return found


def _largest(model: Any, names: list[str], samples: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the largest magnitude of each channel over all samples."""
    numpy, onnx = require("numpy", extra="optimise"), require("onnx", extra="optimise")
    opened_up = onnx.ModelProto()
    opened_up.CopyFrom(model)
    opened_up.graph.output.extend(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names)
    opened = session(opened_up.SerializeToString())
    found: dict[str, Any] = {}
    for sample in samples:
        for name, value in zip(names, opened.run(names, sample), strict=True):
            own = numpy.abs(value.reshape(-1, value.shape[-1])).max(axis=0)
            found[name] = numpy.maximum(found.get(name, own), own)
    return found


def _scale(graph: Any, name: str, nodes: list[Any], weights: dict[str, Any], largest: Any, share: float) -> None:
    numpy, onnx = require("numpy", extra="optimise"), require("onnx", extra="optimise")
    matrices = [onnx.numpy_helper.to_array(weights[node.input[1]]) for node in nodes]
    heaviest = numpy.max([numpy.abs(matrix).max(axis=1) for matrix in matrices], axis=0)
    scale = numpy.maximum(largest, _LEAST) ** share / numpy.maximum(heaviest, _LEAST) ** (1.0 - share)
    # By their geometric mean: only how channels differ counts.
    scale = (scale / numpy.exp(numpy.log(scale).mean())).astype(numpy.float32)
    graph.initializer.append(onnx.numpy_helper.from_array(1.0 / scale, f"{name}_unscale"))
    at = min(place for place, node in enumerate(graph.node) if any(node is one or node == one for one in nodes))
    smooth = onnx.helper.make_node("Mul", [name, f"{name}_unscale"], [f"{name}_smooth"], name=f"{name}_smoothing")
    for node, matrix in zip(nodes, matrices, strict=True):
        weights[node.input[1]].CopyFrom(onnx.numpy_helper.from_array(matrix * scale[:, None], node.input[1]))
        node.input[0] = f"{name}_smooth"
    graph.node.insert(at, smooth)
