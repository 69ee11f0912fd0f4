"""Read an ONNX graph: one input, and of its outputs the one that holds scores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from vatio.errors import UsageError
from vatio.optimise.model._form import Form
from vatio.optimise.model._theirs import said
from vatio.optimise.model.reading._onnx_cut import is_map, labels_of, paired, producers, pruned
from vatio.optimise.model.runtimes import session
from vatio.plugins import require

_MOST_BYTES = (1 << 31) - 1  # of one protobuf
_LONGEST = 300
# Nodes that keep what their first input means.
_THROUGH = frozenset(("Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "ZipMap", "DequantizeLinear"))
_PROBABILITIES = frozenset(("Softmax", "Normalizer", "TreeEnsembleClassifier"))
_CLASSIFIERS = frozenset(("TreeEnsembleClassifier", "LinearClassifier", "SVMClassifier", "ZipMap", "LabelEncoder"))
_METADATA = ("classes", "labels", "class_names")
_WHOLE = "export it with one input, and scores of shape (cases, classes) or values of shape (cases,)"


def read_onnx(given: bytes | Path, name: str) -> tuple[Form, tuple[Any, ...] | None]:
    """Read a graph and keep of it what answers: its one input and its scores; labels and maps of labels are left out.

    Gives its form (``settings``: the names of ``input`` and ``output``) and its classes where it says them, empty where it
    predicts values.

    Raises:
        UsageError: it is no graph, cannot run, has several inputs, or gives no scores.
        MissingExtra: ONNX or ONNX Runtime is not installed.
    """
    onnx = require("onnx", extra="optimise")
    graph = _loaded(onnx, given, name)
    kept = _scores(graph, name)
    classes = _classes(graph, kept)
    data = pruned(graph, kept) if len(graph.graph.output) > 1 or is_map(kept) else _bytes(graph, given)
    source, shape = _checked(data, name)
    answers, maker = _answers(graph, kept), _maker(graph, kept.name)
    if len(shape) == 2 and shape[1] == 1 and maker is not None and maker.op_type == "Sigmoid":
        data, answers = paired(data), "probabilities"
        source, shape = _checked(data, name)
    columns = shape[1] if len(shape) > 1 else None
    settings = {"input": source, "output": _output(data)}
    if len(shape) < 2 or columns == 1:
        if classes:
            raise UsageError(f"{name} gives one score for {len(classes)} classes", hint=_WHOLE)
        return Form(kind="onnx", model=data, answers="values", settings=settings), ()
    if classes is not None and isinstance(columns, int) and len(classes) != columns:
        classes = None
    if classes is None and isinstance(columns, int):
        classes = tuple(range(columns))
    return Form(kind="onnx", model=data, answers=answers, settings=settings), classes


def _loaded(onnx: Any, given: bytes | Path, name: str) -> Any:
    broken = (
        OSError,
        ValueError,
        TypeError,
        onnx.checker.ValidationError,
        require("google.protobuf.message", extra="optimise").Error,
    )
    try:
        graph = onnx.load_from_string(given) if isinstance(given, bytes) else onnx.load(given)
    except broken as error:
        raise UsageError(
            f"{name} is no ONNX graph: {said(error)[:_LONGEST]}", hint="torch.onnx.export and skl2onnx write them"
        ) from error
    if not graph.graph.output:
        raise UsageError(f"{name} is no ONNX graph: it answers nothing", hint="torch.onnx.export and skl2onnx write them")
    return graph


def _scores(graph: Any, name: str) -> Any:
    """Choose the output that holds scores: the only one, or the only one of floats, or the one that is called so."""
    floats = [output for output in graph.graph.output if is_map(output) or _is_float(output)]
    if not floats:
        raise UsageError(f"{name} gives labels and no scores", hint="export the probabilities too")
    called = [output for output in floats if any(word in output.name.lower() for word in ("proba", "logit", "score"))]
    chosen = floats if len(floats) == 1 else called
    if len(chosen) != 1:
        raise UsageError(f"{name} gives several outputs: {', '.join(each.name for each in floats)}", hint=_WHOLE)
    return chosen[0]


def _is_float(output: Any) -> bool:
    # FLOAT, FLOAT16, DOUBLE and BFLOAT16 of onnx.TensorProto
    return output.type.HasField("tensor_type") and output.type.tensor_type.elem_type in (1, 10, 11, 16)


def _bytes(graph: Any, given: bytes | Path) -> bytes:
    if isinstance(given, bytes):
        return given
    held = given.read_bytes()
    if any(tensor.data_location == tensor.EXTERNAL for tensor in _load_header(held).graph.initializer):
        # Weights that lie in files beside it are taken in, so that the graph is one thing.
        if graph.ByteSize() > _MOST_BYTES:
            raise UsageError(f"{given} is larger than 2 GiB", hint="such a model cannot be taken in whole")
        return bytes(graph.SerializeToString(deterministic=True))
    return held


def _load_header(held: bytes) -> Any:
    return require("onnx", extra="optimise").load_from_string(held)


def _checked(data: bytes, name: str) -> tuple[str, tuple[Any, ...]]:
    """Have ONNX Runtime open the graph; gives the name of its input and the shape of its output."""
    try:
        opened = session(data, level="none")
    except UsageError as error:
        raise UsageError(f"{name}: {error}", hint="its operators or opset may be too new") from error
    inputs = opened.get_inputs()
    if len(inputs) != 1:
        said = ", ".join(each.name for each in inputs) or "none"
        raise UsageError(
            f"{name} has {len(inputs)} inputs ({said})", hint="one is needed: join the columns, or give the pipeline as skops"
        )
    return inputs[0].name, tuple(opened.get_outputs()[0].shape)


def _output(data: bytes) -> str:
    return str(_load_header(data).graph.output[0].name)


def _classes(graph: Any, kept: Any) -> tuple[Any, ...] | None:
    for name in (entry.key for entry in graph.metadata_props):
        if name in _METADATA:
            try:
                said = json.loads(next(entry.value for entry in graph.metadata_props if entry.key == name))
            except ValueError:
                continue
            if isinstance(said, list) and len(set(map(str, said))) == len(said):
                return tuple(said)
    nodes = [node for node in graph.graph.node if node.op_type in _CLASSIFIERS]
    # What is nearest to the answer says the user's own labels: ZipMap, a LabelEncoder behind a classifier.
    for node in sorted(nodes, key=lambda node: (node.op_type != "ZipMap", node.op_type != "LabelEncoder")):
        if found := labels_of(node):
            return found
    return None


def _answers(graph: Any, kept: Any) -> str:
    """Tell what scores are, by the node that makes them, or by their name where that does not say."""
    node = _maker(graph, kept.name)
    operator = "" if node is None else node.op_type
    if operator in _PROBABILITIES or "proba" in kept.name.lower() or is_map(kept):
        return "probabilities"
    if operator in ("SVMClassifier", "LinearClassifier"):
        posts = [attribute.s.decode() for attribute in node.attribute if attribute.name == "post_transform"]
        return "probabilities" if posts and posts[0] in ("SOFTMAX", "LOGISTIC") else "decisions"
    return "decisions" if operator == "Sigmoid" else "logits"


def _maker(graph: Any, name: str) -> Any:
    """Find the node that gives scores their meaning; ``None`` where they come as they are."""
    by_output = producers(graph.graph)
    node = by_output.get(name)
    while node is not None and node.op_type in _THROUGH:
        node = by_output.get(node.input[0])
    return node
