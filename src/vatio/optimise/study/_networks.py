"""Build small networks by the number of their layers, and give a function that does one step of them."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vatio.plugins import require

CHANNELS, HIDDEN, CLASSES, _KERNEL = 16, 128, 10, 3
Step = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Hold one network: convolutions of 3x3, ReLUs after them, linear layers; ``is_pooled_each`` halves after each convolution.

    ``shape`` is of one picture: channels, rows, columns.
    """

    shape: tuple[int, int, int]
    conv: int = 2
    linear: int = 3
    relu: int = 1
    is_pooled_each: bool = False

    @property
    def side(self) -> int:
        """Give how many rows are left before the first linear layer."""
        left = self.shape[1]
        for _ in range(self.conv if self.is_pooled_each else 1):
            left = max(1, left // 2)
        return left


def library() -> str:
    """Name the library that runs the networks: torch trains them, ONNX Runtime only answers."""
    return "torch" if importlib.util.find_spec("torch") is not None else "onnxruntime"


def step_of(network: Network, *, by: str, batch: int, seed: int) -> Step:
    """Give what does one step: of training by torch, of answering by ONNX Runtime; on one thread.

    Raises:
        MissingExtra: the library is not installed.
    """
    return _torch_step(network, batch, seed) if by == "torch" else _onnx_step(network, batch, seed)


def _torch_step(network: Network, batch: int, seed: int) -> Step:
    torch = require("torch", extra="torch")
    nn = torch.nn
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    layers: list[Any] = []
    for at in range(network.conv):
        layers.append(nn.Conv2d(network.shape[0] if at == 0 else CHANNELS, CHANNELS, _KERNEL, padding=1))
        if network.is_pooled_each:
            layers.append(nn.MaxPool2d(2))
    layers += [nn.ReLU() for _ in range(network.relu)]
    layers += [nn.Flatten()] if network.is_pooled_each else [nn.MaxPool2d(2), nn.Flatten()]
    layers += [nn.Linear(first, last) for first, last in _widths(network)]
    model = nn.Sequential(*layers)
    ways = torch.optim.SGD(model.parameters(), lr=0.01)
    x, y = torch.randn(batch, *network.shape), torch.randint(0, CLASSES, (batch,))

    def step() -> None:
        ways.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        ways.step()

    return step


def _onnx_step(network: Network, batch: int, seed: int) -> Step:
    np, onnx = require("numpy", extra="optimise"), require("onnx", extra="optimise")
    runtime = require("onnxruntime", extra="optimise")
    draws, make = np.random.default_rng(seed), onnx.helper.make_node
    nodes: list[Any] = []
    weights: list[Any] = []

    def add(kind: str, *shapes: tuple[int, ...], **settings: Any) -> None:
        names = [f"w{len(weights) + at}" for at in range(len(shapes))]
        made = [(0.05 * draws.standard_normal(shape)).astype("float32") for shape in shapes]
        weights.extend(onnx.numpy_helper.from_array(one, name) for one, name in zip(made, names, strict=True))
        nodes.append(make(kind, [f"t{len(nodes)}", *names], [f"t{len(nodes) + 1}"], **settings))

    for at in range(network.conv):
        add("Conv", (CHANNELS, network.shape[0] if at == 0 else CHANNELS, _KERNEL, _KERNEL), (CHANNELS,), pads=[1, 1, 1, 1])
        if network.is_pooled_each:
            add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
    for _ in range(network.relu):
        add("Relu")
    if not network.is_pooled_each:
        add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
    add("Flatten")
    for first, last in _widths(network):
        add("Gemm", (last, first), (last,), transB=1)
    floats = onnx.TensorProto.FLOAT
    given = onnx.helper.make_tensor_value_info("t0", floats, [batch, *network.shape])
    answered = onnx.helper.make_tensor_value_info(f"t{len(nodes)}", floats, [batch, CLASSES])
    graph = onnx.helper.make_graph(nodes, "network", [given], [answered], weights)
    settings = runtime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    # As written: what is studied are the layers, and fused ones are none.
    settings.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    opsets = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8)
    session = runtime.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
    x = draws.standard_normal((batch, *network.shape)).astype("float32")

    def step() -> None:
        session.run(None, {"t0": x})

    return step


def _widths(network: Network) -> list[tuple[int, int]]:
    widths = [CHANNELS * network.side**2, *[HIDDEN] * (network.linear - 1), CLASSES]
    return list(itertools.pairwise(widths))
