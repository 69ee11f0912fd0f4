"""Cut an ONNX graph down to its scores, and read what its nodes say of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from vatio.plugins import require

_LABELS = ("classlabels_int64s", "classlabels_strings", "classlabels_ints", "values_int64s", "values_strings")


def pruned(graph: Any, kept: Any) -> bytes:
    """Drop all outputs but the scores, and the map of labels around them."""
    onnx = require("onnx", extra="optimise")
    fresh = onnx.ModelProto()
    fresh.CopyFrom(graph)
    name = kept.name
    for node in list(fresh.graph.node):
        if node.op_type == "ZipMap" and name in node.output:
            name = node.input[0]
    needed = _needed(fresh.graph, name)
    nodes = [node for node in fresh.graph.node if needed.intersection(node.output)]
    del fresh.graph.node[:]
    fresh.graph.node.extend(nodes)
    output = onnx.ValueInfoProto()
    if name == kept.name:
        output.CopyFrom(kept)
    else:
        output.CopyFrom(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None, _labels(graph, kept.name)]))
    del fresh.graph.output[:]
    fresh.graph.output.append(output)
    return bytes(fresh.SerializeToString(deterministic=True))


def paired(data: bytes) -> bytes:
    """Give a graph that ends in one sigmoid two columns: how likely each of the two classes is."""
    onnx, numpy = require("onnx", extra="optimise"), require("numpy", extra="optimise")
    model = onnx.load_from_string(data)
    graph, second = model.graph, model.graph.output[0]
    kind = second.type.tensor_type.elem_type
    one = onnx.numpy_helper.from_array(numpy.ones(1, dtype=onnx.helper.tensor_dtype_to_np_dtype(kind)), "vatio_one")
    graph.initializer.append(one)
    graph.node.append(onnx.helper.make_node("Sub", ["vatio_one", second.name], ["vatio_first"]))
    graph.node.append(onnx.helper.make_node("Concat", ["vatio_first", second.name], ["probabilities"], axis=1))
    del graph.output[:]
    graph.output.append(onnx.helper.make_tensor_value_info("probabilities", kind, [None, 2]))
    return bytes(model.SerializeToString(deterministic=True))


def _needed(graph: Any, name: str) -> set[str]:
    by_output = producers(graph)
    waiting, found = [name], {name}
    while waiting:
        node = by_output.get(waiting.pop())
        for each in _inputs(node) if node is not None else ():
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


def _inputs(node: Any) -> Iterator[str]:
    """Give all names that a node reads, those of the graphs within it (If, Loop) too."""
    yield from node.input
    for attribute in node.attribute:
        for inner in (attribute.g, *attribute.graphs):
            for each in inner.node:
                yield from _inputs(each)
            yield from (output.name for output in inner.output)


def labels_of(node: Any) -> tuple[Any, ...]:
    """Give the labels that a node says, none where it says none."""
    for attribute in node.attribute:
        if attribute.name in _LABELS:
            values: Iterable[Any] = attribute.ints or (text.decode() for text in attribute.strings)
            if found := tuple(values):
                return found
    return ()


def _labels(graph: Any, name: str) -> int | None:
    node = producers(graph.graph).get(name)
    return len(labels_of(node)) or None if node is not None else None


def producers(graph: Any) -> dict[str, Any]:
    """Give the node that makes each value."""
    return {output: node for node in graph.node for output in node.output}


def is_map(output: Any) -> bool:
    """Tell whether an output is scikit-learn's list of maps from label to probability."""
    return bool(output.type.HasField("sequence_type"))
