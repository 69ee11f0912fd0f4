"""Have MiniLM made cheaper, its head kept and not kept, beside what each tool makes of it: optimise-03, 04."""

from __future__ import annotations

import io
import os
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks._row import Row
from benchmarks.optimise import _minilm
from benchmarks.optimise._docstrings import LIBRARIES, versions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.model import Form
    from vatio.records import Front

# Before any library is imported: no network, and one thread for each tool.
os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", NNCF_TELEMETRY="0", OMP_NUM_THREADS="1")

_COMMAND = "make bench TOPIC=optimise ONLY={}"
_BUDGET_CPU_S = {"format": 360.0, "algorithm": 220.0}
_BATCHES = (1, 32)
_ROUNDS, _SLICE_S = 9, 0.05
_CALIBRATION = 300


def rows(peers: bool) -> list[Row]:
    """Search twice: the same network, a loss of 1 point; anything, a loss of 5."""
    from vatio.optimise.model import read_model

    baseline = read_model("benchmarks.optimise._minilm:model").form
    with tempfile.TemporaryDirectory() as name:
        fronts = {reach: _front(Path(name, reach), reach, loss) for reach, loss in (("format", 0.01), ("algorithm", 0.05))}
        ours = {batch: _chosen(fronts["format"], Path(name, "format"), batch) for batch in _BATCHES}
        small = _chosen(fronts["algorithm"], Path(name, "algorithm"), 1)
        tools = _tools(baseline) if peers else {}
        found = {batch: _measured(baseline, {"ours": ours[batch], "small": small}, tools, batch) for batch in _BATCHES}
    kept = [_kept_row(letter, batch, fronts["format"], found[batch]) for letter, batch in zip("ab", _BATCHES, strict=True)]
    return [*kept, _refit_row(fronts["algorithm"], found[1])]


def _front(out: Path, reach: str, loss: float) -> Front:
    from vatio.config import load_config
    from vatio.optimise.model import ModelOptions, ModelRequest, optimise_model
    from vatio.optimise.search import Budget

    request = ModelRequest(
        model="benchmarks.optimise._minilm:model",
        cases="benchmarks.optimise._minilm:cases",
        budget=Budget(amount=_BUDGET_CPU_S[reach], unit="cpu_s"),
        max_loss=loss,
        batches=_BATCHES,
        reach=reach,
    )
    config = load_config(options={"ledger.path": str(out.parent / f"{reach}.db")}, environ=os.environ)
    return optimise_model(request, config=config, options=ModelOptions(out=out, environ=os.environ))


def _chosen(front: Front, out: Path, batch: int) -> Form | None:
    """Read the cheapest certified form of a batch back from its artefact."""
    from vatio.optimise.model import Form
    from vatio.optimise.model.artefact import MODEL_FOLDER
    from vatio.optimise.model.artefact._artefact import read_artefact
    from vatio.plugins import load

    points = [point for point in front.points if point.batch == batch and point.certified and point.artefact]
    if not points:
        return None
    folder = out / str(max(points, key=lambda point: point.times.value).artefact)
    said = read_artefact(folder)
    model = load("runtimes", said.kind)().load(folder / MODEL_FOLDER, said.settings)
    return Form(kind=said.kind, model=model, answers=said.answers, settings=said.settings)


def _measured(baseline: Form, forms: Mapping[str, Form | None], tools: Mapping[str, Any], batch: int) -> dict[str, float]:
    """Give how many times cheaper than eager PyTorch each is, all interleaved in the same rounds."""
    from vatio.optimise.model.trials._attempt import predictors
    from vatio.optimise.model.trials._cost import BASELINE, Effort, compare

    arms = {BASELINE: predictors(baseline, (batch,))[batch]}
    arms |= {name: predictors(form, (batch,))[batch] for name, form in forms.items() if form is not None}
    costs = compare({**arms, **tools}, _minilm.cases()["x"], batch=batch, effort=Effort(_ROUNDS, _SLICE_S))
    return {name: cost.times.value for name, cost in costs.items()}


class _Tool:
    """Classify as a user of the tool would: the tokeniser pads to the longest text of the call, numpy does the rest."""

    def __init__(self, model: Any, encode: Callable[[Any, Any], Any]) -> None:
        self._encode, self._weight, self._bias = encode, model.weight.T, model.bias
        self._tokenizer = type(model.tokenizer).from_str(model.tokenizer.to_str())
        self._tokenizer.enable_padding()

    def scores(self, cases: list[str]) -> Any:
        """Give the logits."""
        import numpy

        found = self._tokenizer.encode_batch(cases)
        mask = numpy.array([each.attention_mask for each in found])
        tokens = self._encode(numpy.array([each.ids for each in found]), mask)
        share = mask[:, :, None].astype(numpy.float32)
        vectors = (tokens * share).sum(1) / share.sum(1)
        return vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True) @ self._weight + self._bias


def _tools(baseline: Form) -> dict[str, _Tool]:
    """Make what each tool makes of the encoder with its defaults, on one thread."""
    model = baseline.model
    graph = _graph(model.encoder)
    ways = {
        "PyTorch eager": lambda: _eager(model.encoder),
        "torch.compile": lambda: _compiled(model.encoder),
        "ONNX Runtime": lambda: _onnx(graph),
        "ONNX Runtime int8 dynamic": lambda: _onnx(_dynamic(graph)),
        "OpenVINO": lambda: _openvino(graph, None),
        "OpenVINO + NNCF": lambda: _openvino(graph, _samples(model.tokenizer)),
    }
    return {name: _Tool(model, way()) for name, way in ways.items()}


def _eager(module: Any) -> Callable[[Any, Any], Any]:
    import torch

    def encode(ids: Any, mask: Any) -> Any:
        with torch.inference_mode():
            found = module(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask))
        return found.last_hidden_state.numpy()

    return encode


def _compiled(module: Any) -> Callable[[Any, Any], Any]:
    import torch

    return _eager(torch.compile(module, dynamic=True))


def _graph(encoder: Any) -> bytes:
    """Export as Optimum does: attention written out, both axes open."""
    import copy

    import torch

    module = copy.deepcopy(encoder)
    module.set_attn_implementation("eager")

    class Tokens(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.module(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    written, axes = io.BytesIO(), {0: "texts", 1: "tokens"}
    names = ["input_ids", "attention_mask"]
    ids = torch.randint(1000, 2000, (2, 9))
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Tokens().eval(),
            (ids, torch.ones_like(ids)),
            written,
            dynamo=False,
            input_names=names,
            output_names=["tokens"],
            dynamic_axes=dict.fromkeys([*names, "tokens"], axes),
        )
    return written.getvalue()


def _onnx(graph: bytes) -> Callable[[Any, Any], Any]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return lambda ids, mask: session.run(None, {"input_ids": ids, "attention_mask": mask})[0]


def _dynamic(graph: bytes) -> bytes:
    from onnxruntime.quantization import quantize_dynamic

    with tempfile.TemporaryDirectory() as name:
        paths = Path(name, "f32.onnx"), Path(name, "int8.onnx")
        paths[0].write_bytes(graph)
        quantize_dynamic(*map(str, paths))
        return paths[1].read_bytes()


def _samples(tokenizer: Any) -> list[dict[str, Any]]:
    import numpy

    found = [tokenizer.encode(text) for text in _minilm.cases()["x_train"][:_CALIBRATION]]
    return [{"input_ids": numpy.array([e.ids]), "attention_mask": numpy.array([e.attention_mask])} for e in found]


def _openvino(graph: bytes, samples: list[dict[str, Any]] | None) -> Callable[[Any, Any], Any]:
    from vatio.optimise.model.runtimes._openvino import core
    from vatio.optimise.model.techniques.graphs._openvino import quantiser

    model = core().read_model(graph)
    if samples is not None:
        nncf = quantiser()
        model = nncf.quantize(model, nncf.Dataset(samples), model_type=nncf.ModelType.TRANSFORMER)
    request = core().compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": "1"}).create_infer_request()
    return lambda ids, mask: request.infer({"input_ids": ids, "attention_mask": mask})[0]


def _kept_row(letter: str, batch: int, front: Front, found: Mapping[str, float]) -> Row:
    tools = {name: times for name, times in found.items() if name not in ("baseline", "ours", "small")}
    best = max(tools, key=lambda name: tools[name], default="")
    point = max((p for p in front.points if p.batch == batch and p.certified), key=lambda p: p.times.value, default=None)
    said = ", ".join(f"{name} {times:.2f}" for name, times in tools.items())
    ours = found.get("ours", 0.0)
    return Row(
        id=f"optimise-03{letter}",
        what=f"MiniLM on {_task()}, batch {batch}, the same network, loss <= 1 pt certified: {_said(point)}; "
        f"{ours:.2f} times cheaper than eager PyTorch, over the best single tool's ({said})",
        relation=">=",
        limit=0.95,
        got=round(ours / tools[best], 3) if best else None,
        unit="times",
        peer=best,
        peer_got=round(tools[best], 2) if best else None,
        command=_COMMAND.format(f"optimise-03{letter}"),
        why="" if best else "the peers were not run",
    )


def _refit_row(front: Front, found: Mapping[str, float]) -> Row:
    point = max((p for p in front.points if p.batch == 1 and p.certified), key=lambda p: p.times.value, default=None)
    return Row(
        id="optimise-04",
        what=f"MiniLM on {_task()}, batch 1, anything allowed, loss <= 5 pt certified: {_said(point)}",
        relation=">=",
        limit=100.0,
        got=round(found.get("small", 0.0), 1),
        unit="times",
        peer="PyTorch eager",
        peer_got=1.0,
        command=_COMMAND.format("optimise-04"),
    )


def _said(point: Any) -> str:
    if point is None:
        return "nothing certified"
    change = point.change
    return f"{' > '.join(point.chain)} ({100 * change.value:+.2f} pt, at least {100 * change.low:+.2f})"


def _task() -> str:
    unseen = len(LIBRARIES) * _minilm.UNSEEN
    return f"{unseen} unseen docstrings of {len(LIBRARIES)} libraries ({versions()}), two thirds of them certify"
