"""Write the shapes of an exported text encoder down, where the exporter has the graph compute them in every call.

A view to (texts, tokens, heads, size) is exported as six nodes that read the shape of what is viewed, and at one text a call
they cost as much as small matrices do. ONNX has a sign for "as it was": 0.
"""

from __future__ import annotations

from typing import Any

from vatio.plugins import require


def plain(graph: bytes) -> bytes:
    """Give a graph whose views name their first two lengths as 0, the others as they are; the answers are the same."""
    onnx, numpy = require("onnx", extra="optimise"), require("numpy", extra="optimise")
    model = onnx.load_model_from_string(graph)
    made = {name: node for node in model.graph.node for name in node.output}
    constants = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer if len(each.dims) < 2}
    for name, node in made.items():
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            constants[name] = onnx.numpy_helper.to_array(node.attribute[0].t)
    for node in model.graph.node:
        lengths = _lengths(made.get(node.input[1]), made, constants) if node.op_type == "Reshape" else None
        if lengths is not None:
            node.input[1] = f"{node.output[0]}_lengths"
            written = numpy.array(lengths, dtype=numpy.int64)
            model.graph.initializer.append(onnx.numpy_helper.from_array(written, node.input[1]))
    _drop_unused(model.graph)
    return bytes(model.SerializeToString())


def _lengths(shape: Any, made: dict[str, Any], constants: dict[str, Any]) -> list[int] | None:
    """Read a shape that is (first length of something, its second, numbers ...)."""
    if shape is None or shape.op_type != "Concat" or len(shape.input) < 3:
        return None
    if [_axis(name, made, constants) for name in shape.input[:2]] != [0, 1]:
        return None
    if any(name not in constants for name in shape.input[2:]):
        return None
    return [0, 0, *(int(constants[name].reshape(-1)[0]) for name in shape.input[2:])]


def _axis(name: str, made: dict[str, Any], constants: dict[str, Any]) -> int | None:
    """Tell which of its lengths a graph takes: Unsqueeze(Gather(Shape(x), axis))."""
    for kind in ("Unsqueeze", "Gather"):
        node = made.get(name)
        if node is None or node.op_type != kind:
            return None
        name = node.input[0]
    shape = made.get(name)
    axis = constants.get(node.input[1]) if node is not None else None
    return int(axis) if shape is not None and shape.op_type == "Shape" and axis is not None and axis.size == 1 else None


def _drop_unused(graph: Any) -> None:
    """Leave out what nothing asks for any more, from the end to the beginning."""
    needed = {each.name for each in graph.output}
    kept = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            kept.append(node)
    del graph.node[:]
    graph.node.extend(reversed(kept))
