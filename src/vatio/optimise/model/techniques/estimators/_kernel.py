"""Fit a kernel ridge model: how near a case is to cases known, turned into scores by one table; written as a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from vatio.errors import NotApplicable
from vatio.plugins import require

# Widths in terms of the mean squared distance, and how much the table is held back; the best is chosen by leaving one out:
# by its scores, since few cases are decided otherwise from one width to the next.
_WIDTHS = (0.25, 0.5, 1.0, 4.0)
_RIDGES = (1e-3, 1e-1)
_MOST_CENTRES = 1500
_COMPONENTS = 40
_OPSET = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """Hold a projection (``turn``, ``offset``), the centres in it, the kernel's width and the table of scores."""

    turn: Any
    offset: Any
    centres: Any
    width: float
    table: Any
    base: Any


def fit_kernel(x: Any, y: Any, *, classes: int, seed: int) -> Kernel:
    """Fit on rows of numbers; ``classes`` is 0 for values.

    Raises:
        NotApplicable: the rows cannot be compared.
    """
    numpy = require("numpy", extra="optimise")
    x = x.astype(numpy.float64)
    if not numpy.isfinite(x).all():
        raise NotApplicable("rows with gaps cannot be compared")
    wanted = numpy.eye(classes)[y] if classes else y[:, None].astype(numpy.float64)
    if len(x) > _MOST_CENTRES:
        kept = numpy.sort(numpy.random.default_rng(seed).permutation(len(x))[:_MOST_CENTRES])
        x, wanted = x[kept], wanted[kept]
    spread = x.std(axis=0)
    scales = (numpy.ones_like(spread), 1.0 / numpy.where(spread > 0.0, spread, 1.0))
    places = [_placed(x, scale) for scale in scales]
    return min((_best(place, wanted, width) for place in places for width in _WIDTHS), key=lambda each: each[1])[0]


class _Placed(NamedTuple):
    """Hold rows on their principal components, and how far apart they are, squared."""

    turn: Any
    offset: Any
    centres: Any
    apart: Any


def _placed(x: Any, scale: Any) -> _Placed:
    turn, offset = _projection(x * scale)
    turn = scale[:, None] * turn
    centres = x @ turn - offset
    return _Placed(turn, offset, centres, _squared(centres, centres))


def _best(place: _Placed, wanted: Any, width: float) -> tuple[Kernel, float]:
    """Fit one width with each ridge; gives the better one with its error."""
    numpy = require("numpy", extra="optimise")
    base = wanted.mean(axis=0)
    width *= float(place.apart.mean()) or 1.0
    # One decomposition serves every ridge.
    values, axes = numpy.linalg.eigh(numpy.exp(-place.apart / width))
    turned = axes.T @ (wanted - base)
    found = []
    for ridge in _RIDGES:
        inverse = 1.0 / (numpy.maximum(values, 0.0) + ridge)
        table, diagonal = axes @ (inverse[:, None] * turned), (axes**2) @ inverse
        kernel = Kernel(turn=place.turn, offset=place.offset, centres=place.centres, width=width, table=table, base=base)
        # What each case would have been given without itself follows from the same inverse.
        left_out = wanted - table / diagonal[:, None]
        found.append((kernel, float(((left_out - wanted) ** 2).mean())))
    return min(found, key=lambda each: each[1])


def kernel_graph(kernel: Kernel) -> bytes:
    """Write it as a graph of seven operators, in 32 bits."""
    numpy, onnx = require("numpy", extra="optimise"), require("onnx", extra="optimise")
    make, tensor = onnx.helper, onnx.numpy_helper.from_array
    sharpness = 1.0 / kernel.width
    held = {
        "turn": kernel.turn,
        "offset": -kernel.offset,
        "centres": 2.0 * sharpness * kernel.centres.T,
        "lengths": -sharpness * (kernel.centres**2).sum(axis=1),
        "sharpness": numpy.array([sharpness]),
        "table": kernel.table,
        "base": kernel.base,
    }
    nodes = [
        make.make_node("Gemm", ["cases", "turn", "offset"], ["places"]),
        make.make_node("ReduceSumSquare", ["places"], ["length"], axes=[1], keepdims=1),
        make.make_node("Mul", ["length", "sharpness"], ["far"]),
        make.make_node("Gemm", ["places", "centres", "lengths"], ["near"]),
        make.make_node("Sub", ["near", "far"], ["exponent"]),
        make.make_node("Exp", ["exponent"], ["kernel"]),
        make.make_node("Gemm", ["kernel", "table", "base"], ["scores"]),
    ]
    kind = onnx.TensorProto.FLOAT
    graph = make.make_graph(
        nodes,
        "kernel",
        [make.make_tensor_value_info("cases", kind, [None, kernel.turn.shape[0]])],
        [make.make_tensor_value_info("scores", kind, [None, kernel.table.shape[1]])],
        [tensor(numpy.ascontiguousarray(array, dtype=numpy.float32), name) for name, array in held.items()],
    )
    model = make.make_model(graph, opset_imports=[make.make_opsetid("", _OPSET)], ir_version=8, producer_name="vatio")
    return bytes(model.SerializeToString(deterministic=True))


def _projection(x: Any) -> tuple[Any, Any]:
    """Turn rows onto their principal components, where there are many columns; their scale is kept."""
    numpy = require("numpy", extra="optimise")
    mean = x.mean(axis=0)
    _, values, axes = numpy.linalg.svd(x - mean, full_matrices=False)
    kept = min(_COMPONENTS, int((values > 1e-9 * max(values.max(), 1e-300)).sum()) or 1)
    turn = axes[:kept].T
    # Its sign is a matter of the library's: the largest entry of each is made positive.
    turn = turn * numpy.sign(turn[numpy.abs(turn).argmax(axis=0), numpy.arange(kept)])
    return turn, mean @ turn


def _squared(a: Any, b: Any) -> Any:
    numpy = require("numpy", extra="optimise")
    return numpy.maximum((a**2).sum(1)[:, None] + (b**2).sum(1)[None, :] - 2.0 * a @ b.T, 0.0)
