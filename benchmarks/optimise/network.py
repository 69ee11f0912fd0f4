"""Have a convolutional net made cheaper, as itself and by anything, beside what each tool makes of it: optimise-01, 02."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks._row import Row
from benchmarks.optimise import _digits_net

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import Front

# Before any library is imported: no telemetry, and one thread for each tool.
os.environ.update(NNCF_TELEMETRY="0", OMP_NUM_THREADS="1")

_COMMAND = "make bench TOPIC=optimise ONLY={}"
_BATCHES = (1, 32)
# The search may cost twice what training did; that of the whole front is not limited by the issue.
_MOST_OF_TRAINING, _WHOLE_CPU_S = 2.0, 150.0
_LIMITS = {1: 1.6, 32: 1.75}
_ROUNDS, _SLICE_S = 11, 0.05
_CALIBRATION = 160


def rows(peers: bool) -> list[Row]:
    """Train the net, search twice, and time what was found beside the tools."""
    with tempfile.TemporaryDirectory() as name:
        weights = str(Path(name, "net.safetensors"))
        os.environ[_digits_net.WEIGHTS] = weights
        training_cpu_s = _digits_net.train_apart(weights)
        fronts = {
            "network": _front(Path(name, "network"), "network", _MOST_OF_TRAINING * training_cpu_s),
            "algorithm": _front(Path(name, "algorithm"), "algorithm", _WHOLE_CPU_S),
        }
        tools = _tools() if peers else {}
        found = {batch: _measured(fronts, Path(name), tools, batch) for batch in _BATCHES}
    kept = [_kept(letter, batch, fronts["network"], found[batch]) for letter, batch in zip("ab", _BATCHES, strict=True)]
    return [*kept, _cost(fronts["network"], training_cpu_s), _whole(fronts["algorithm"], found[1])]


def _front(out: Path, reach: str, budget_cpu_s: float) -> Front:
    from vatio.config import load_config
    from vatio.optimise.model import ModelOptions, ModelRequest, optimise_model
    from vatio.optimise.search import read_budget

    request = ModelRequest(
        model="benchmarks.optimise._digits_net:trained",
        cases="benchmarks.optimise._digits_net:cases",
        budget=read_budget(f"{budget_cpu_s:.2f}cpu-s"),
        batches=_BATCHES,
        reach=reach,
    )
    config = load_config(options={"ledger.path": str(out.parent / f"{reach}.db")}, environ=os.environ)
    front = optimise_model(request, config=config, options=ModelOptions(out=out, environ=os.environ, progress=_say))
    return front


def _say(progress: Any) -> None:
    print(f"  {progress.cost:.1f} of {progress.budget.amount:.1f} CPU-s: {progress.latest.text}", file=sys.stderr, flush=True)


def _measured(fronts: Mapping[str, Front], out: Path, tools: Mapping[str, Any], batch: int) -> dict[str, float]:
    """Give how many times cheaper than eager PyTorch each is, all interleaved in the same rounds."""
    from vatio.optimise.model.trials._cost import BASELINE, Effort, compare

    arms = {BASELINE: _Eager(_digits_net.trained()), **{name: made(batch) for name, made in tools.items()}}
    for reach, front in fronts.items():
        found = _chosen(front, out / reach, batch)
        if found is not None:
            arms[f"ours, {reach}"] = found
    costs = compare(arms, _digits_net.cases()["x"], batch=batch, effort=Effort(_ROUNDS, _SLICE_S))
    return {name: cost.times.value for name, cost in costs.items()}


def _chosen(front: Front, out: Path, batch: int) -> Any:
    """Make the cheapest certified form of a batch ready from its artefact; ``None`` where there is none."""
    from vatio.optimise.model import Form
    from vatio.optimise.model.artefact import MODEL_FOLDER
    from vatio.optimise.model.artefact._artefact import read_artefact
    from vatio.plugins import load

    points = [point for point in front.points if point.batch == batch and point.certified and point.artefact]
    if not points:
        return None
    folder = out / str(max(points, key=lambda point: point.times.value).artefact)
    said = read_artefact(folder)
    runtime = load("runtimes", said.kind)()
    form = Form(
        kind=said.kind, model=runtime.load(folder / MODEL_FOLDER, said.settings), answers=said.answers, settings=said.settings
    )
    return runtime.predictor(form, batch=batch)


class _Eager:
    """Answer by a module, as PyTorch's documents show it."""

    def __init__(self, module: Any, *, layout: Any = None, dtype: Any = None) -> None:
        self._module, self._how = module, {key: value for key, value in (("memory_format", layout), ("dtype", dtype)) if value}

    def scores(self, cases: Any) -> Any:
        """Give the logits."""
        import torch

        with torch.inference_mode():
            x = torch.from_numpy(cases)
            return self._module(x.to(**self._how) if self._how else x).float().numpy()


class _Autocast:
    def __init__(self, module: Any) -> None:
        self._module = module

    def scores(self, cases: Any) -> Any:
        """Give the logits."""
        import torch

        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            return self._module(torch.from_numpy(cases)).float().numpy()


class _Asked:
    """Answer by a function of the cases."""

    def __init__(self, call: Callable[[Any], Any]) -> None:
        self.scores = call


def _tools() -> dict[str, Callable[[int], Any]]:
    """Make every single tool, as its own documents have it, on one thread."""
    import torch

    torch.set_num_threads(1)
    net = _digits_net.trained
    plain, quantised = _graph(), _onnx_int8(_graph())
    return {
        "PyTorch channels_last": lambda batch: _Eager(net().to(memory_format=torch.channels_last), layout=torch.channels_last),
        "PyTorch bf16": lambda batch: _Eager(net().to(torch.bfloat16), dtype=torch.bfloat16),
        "PyTorch bf16 autocast": lambda batch: _Autocast(net()),
        "torch.compile": lambda batch: _Eager(torch.compile(net())),
        "ONNX Runtime": lambda batch: _onnx(plain),
        "ONNX Runtime int8 static": lambda batch: _onnx(quantised),
        "OpenVINO": lambda batch: _openvino(_read(plain), batch),
        "OpenVINO + NNCF int8": lambda batch: _openvino(_nncf(_read(plain)), batch),
    }


def _graph() -> bytes:
    import torch

    written = io.BytesIO()
    axes = {"x": {0: "n"}, "y": {0: "n"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        example = (torch.zeros(1, 1, 32, 32),)
        torch.onnx.export(
            _digits_net.trained(), example, written, dynamo=False, input_names=["x"], output_names=["y"], dynamic_axes=axes
        )
    return written.getvalue()


def _samples() -> list[Any]:
    x = _digits_net.cases()["x_train"][:_CALIBRATION]
    return [x[at : at + 1] for at in range(len(x))]


def _onnx_int8(graph: bytes) -> bytes:
    from onnxruntime import quantization as tools

    samples = iter([{"x": x} for x in _samples()])

    class Reader(tools.CalibrationDataReader):  # type: ignore[misc]
        def get_next(self) -> Any:
            return next(samples, None)

    with tempfile.TemporaryDirectory() as folder:
        before, ready, after = (str(Path(folder, name)) for name in ("a.onnx", "b.onnx", "c.onnx"))
        Path(before).write_bytes(graph)
        tools.shape_inference.quant_pre_process(before, ready)
        # The flags with which it was fastest by hand: per channel, unsigned activations, signed weights.
        tools.quantize_static(
            ready,
            after,
            Reader(),
            per_channel=True,
            activation_type=tools.QuantType.QUInt8,
            weight_type=tools.QuantType.QInt8,
        )
        return Path(after).read_bytes()


def _onnx(graph: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return _Asked(lambda cases: session.run(None, {"x": cases})[0])


def _read(graph: bytes) -> Any:
    import openvino

    return openvino.Core().read_model(graph)


def _nncf(model: Any) -> Any:
    import nncf

    with contextlib.redirect_stdout(io.StringIO()):
        return nncf.quantize(model, nncf.Dataset(_samples()), subset_size=_CALIBRATION)


def _openvino(model: Any, batch: int) -> Any:
    """Ask as its guide to low latency has it: a fixed shape, a request that is kept, memory that is shared."""
    import openvino

    options = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": "1", "PERFORMANCE_HINT": "LATENCY"}
    model.reshape([batch, 1, 32, 32])
    request = openvino.Core().compile_model(model, "CPU", options).create_infer_request()
    return _Asked(lambda cases: request.infer([cases], share_inputs=True, share_outputs=True)[0])


def _best(found: Mapping[str, float]) -> tuple[str, float]:
    tools = {name: times for name, times in found.items() if name != "baseline" and not name.startswith("ours")}
    return max(tools.items(), key=lambda each: each[1], default=("", 0.0))


def _kept(letter: str, batch: int, front: Front, found: Mapping[str, float]) -> Row:
    tool, times = _best(found)
    own = found.get("ours, network", 1.0)
    return Row(
        id=f"optimise-01{letter}",
        what=f"six convolutions, batch {batch}, this network, loss <= 1 pt certified: times, over the best single tool's",
        relation=">=",
        limit=_LIMITS[batch],
        got=round(own / times, 3) if tool else None,
        unit="times",
        peer=tool,
        peer_got=_said(found),
        command=_COMMAND.format(f"optimise-01{letter}"),
        why="" if tool else "the figure is over the tools', which were left out",
    )


def _cost(front: Front, training_cpu_s: float) -> Row:
    spent_cpu_s = front.search.cpu_s or 0.0
    return Row(
        id="optimise-01c",
        what="its search, whole: CPU-s over the training's",
        relation="<=",
        limit=_MOST_OF_TRAINING,
        got=round(spent_cpu_s / training_cpu_s, 3),
        unit="times",
        peer="training",
        peer_got=f"{training_cpu_s:.1f} CPU-s; the search {spent_cpu_s:.1f} in {front.search.trials} trials",
        command=_COMMAND.format("optimise-01c"),
    )


def _whole(front: Front, found: Mapping[str, float]) -> Row:
    chain = next((" > ".join(point.chain) for point in front.points if point.id == front.chosen.get("1")), "as it is")
    return Row(
        id="optimise-02",
        what="the same task, batch 1, other algorithms allowed, loss <= 1 pt certified: times to eager PyTorch",
        relation=">=",
        limit=100.0,
        got=round(found.get("ours, algorithm", 1.0), 1),
        unit="times",
        peer="",
        peer_got=chain,
        command=_COMMAND.format("optimise-02"),
    )


def _said(found: Mapping[str, float]) -> str:
    ranked = sorted(found.items(), key=lambda each: -each[1])
    return "times to eager: " + ", ".join(f"{name} {times:.1f}" for name, times in ranked if name != "baseline")
