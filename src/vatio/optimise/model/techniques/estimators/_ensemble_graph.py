"""Write trees as one ONNX operator: the leaves add up, or are averaged, and a softmax follows, all in ONNX Runtime's own loop.

skl2onnx writes every leaf's share of every class, zeros too; without them ONNX Runtime does a tenth of the additions.
"""

from __future__ import annotations

from typing import Any

from vatio.optimise.model.techniques.estimators._ensemble import Ensemble, Tree
from vatio.plugins import require

# What ONNX Runtime 1.10 and later run; `..._as_tensor` attributes, for 64 bits, are of version 3 of the operators for models.
_IR, OPSET, _OPSET_MODELS = 8, 17, 3
CASES, SCORES = "cases", "scores"


def ensemble_graph(ensemble: Ensemble, *, is_double: bool) -> bytes:
    """Write trees as a graph from ``cases`` (any, features) to ``scores`` (any, targets), which are of 32 bits.

    With ``is_double`` cases and limits have 64 bits. With 32 each limit is rounded down, so that every value of 32 bits goes
    where it went before.
    """
    onnx = require("onnx", extra="optimise")
    make, kind = onnx.helper, _kind(is_double)
    graph = make.make_graph(
        [_operator(ensemble, is_double=is_double)],
        "trees",
        [make.make_tensor_value_info(CASES, kind, [None, ensemble.features])],
        [make.make_tensor_value_info(SCORES, onnx.TensorProto.FLOAT, [None, ensemble.targets])],
    )
    opsets = [make.make_opsetid("", OPSET), make.make_opsetid("ai.onnx.ml", _OPSET_MODELS)]
    model = make.make_model(graph, opset_imports=opsets, ir_version=_IR, producer_name="vatio")
    return bytes(model.SerializeToString(deterministic=True))


def after(model: Any, ensemble: Ensemble, *, is_double: bool) -> str:
    """Put trees behind a graph whose last output is what they ask about; gives the name of their scores."""
    onnx = require("onnx", extra="optimise")
    graph, make = model.graph, onnx.helper
    # Trees that compare numbers of 32 bits are given what scikit-learn would have rounded for them.
    cast = make.make_node("Cast", [graph.output[-1].name], [CASES + "_of_trees"], to=_kind(is_double))
    node = _operator(ensemble, is_double=is_double)
    node.input[0] = cast.output[0]
    graph.node.extend([cast, node])
    graph.output.append(make.make_tensor_value_info(SCORES, onnx.TensorProto.FLOAT, [None, ensemble.targets]))
    others = [(each.domain, each.version) for each in model.opset_import if each.domain != "ai.onnx.ml"]
    del model.opset_import[:]
    model.opset_import.extend(make.make_opsetid(*each) for each in dict.fromkeys([*others, ("ai.onnx.ml", _OPSET_MODELS)]))
    return SCORES


def _kind(is_double: bool) -> int:
    kinds = require("onnx", extra="optimise").TensorProto
    return int(kinds.DOUBLE if is_double else kinds.FLOAT)


def _operator(ensemble: Ensemble, *, is_double: bool) -> Any:
    return require("onnx", extra="optimise").helper.make_node(
        "TreeEnsembleRegressor",
        [CASES],
        [SCORES],
        domain="ai.onnx.ml",
        n_targets=ensemble.targets,
        aggregate_function="AVERAGE" if ensemble.is_mean else "SUM",
        post_transform=ensemble.post,
        **_attributes(ensemble, is_double=is_double),
    )


def rounded_down(limits: Any) -> Any:
    """Give the greatest number of 32 bits that is not above each limit: a value of 32 bits is <= both or neither.

    >>> import numpy
    >>> bool(rounded_down(numpy.array([0.1]))[0] <= 0.1)
    True
    """
    numpy = require("numpy", extra="optimise")
    limits = numpy.asarray(limits, dtype=numpy.float64)
    with numpy.errstate(over="ignore"):
        near = limits.astype(numpy.float32)
    below = numpy.nextafter(near, numpy.float32(-numpy.inf))
    return numpy.where(near.astype(numpy.float64) > limits, below, near)


def _attributes(ensemble: Ensemble, *, is_double: bool) -> dict[str, Any]:
    numpy, onnx = require("numpy", extra="optimise"), require("onnx", extra="optimise")
    nodes = [_nodes(tree, at) for at, tree in enumerate(ensemble.trees)]
    found: dict[str, Any] = {name: numpy.concatenate([each[name] for each in nodes]) for name in nodes[0]}
    limits, weights, base = found.pop("nodes_values"), found.pop("target_weights"), numpy.array(ensemble.base)
    if not found["nodes_missing_value_tracks_true"].any():
        del found["nodes_missing_value_tracks_true"]
    found = {name: value.tolist() for name, value in found.items()}
    numbers = {"nodes_values": limits, "target_weights": weights, **({"base_values": base} if base.any() else {})}
    if is_double:
        tensor = onnx.numpy_helper.from_array
        return found | {f"{name}_as_tensor": tensor(value.astype(numpy.float64), name) for name, value in numbers.items()}
    numbers["nodes_values"] = rounded_down(limits)
    return found | {name: value.astype(numpy.float32).tolist() for name, value in numbers.items()}


def _nodes(tree: Tree, at: int) -> dict[str, Any]:
    numpy = require("numpy", extra="optimise")
    count, is_leaf = len(tree.left), tree.left < 0
    return {
        "nodes_treeids": numpy.full(count, at),
        "nodes_nodeids": numpy.arange(count),
        "nodes_featureids": numpy.where(is_leaf, 0, tree.feature),
        "nodes_modes": numpy.where(is_leaf, "LEAF", "BRANCH_LEQ"),
        "nodes_values": numpy.where(is_leaf, 0.0, tree.limit),
        "nodes_truenodeids": numpy.where(is_leaf, 0, tree.left),
        "nodes_falsenodeids": numpy.where(is_leaf, 0, tree.right),
        "nodes_missing_value_tracks_true": numpy.where(is_leaf, 0, tree.missing_left),
        "target_treeids": numpy.full(len(tree.leaf), at),
        "target_nodeids": tree.leaf,
        "target_ids": tree.targets,
        "target_weights": tree.weights,
    }
