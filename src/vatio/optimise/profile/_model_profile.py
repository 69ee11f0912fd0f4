"""Say what the layers of a model cost, what they compute and move, and what sets its pace, as a run of the ledger."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import Any

from vatio.config import Config
from vatio.errors import UsageError
from vatio.measure import track
from vatio.optimise.model import Baseline, Predictor, read_cases, read_model, take
from vatio.optimise.model.runtimes import feeder, input_dtype
from vatio.optimise.profile._bottleneck import Bottleneck
from vatio.optimise.profile._estimator_layers import estimator_layers
from vatio.optimise.profile._layer import Layer, Peak, added, bound_of, by_operator, peak
from vatio.optimise.profile._onnx_layers import onnx_layers
from vatio.optimise.profile._stacks import Place, Stack
from vatio.optimise.profile._torch_layers import torch_layers
from vatio.plugins import load, require
from vatio.records import Quantity

_SLICE_S, _MOST_CALLS = 1.0, 2000
_IDLE_RATIO = 0.2
_ALL_LEVELS = 99
_SHAPE_HINT = "give --shape 3,32,32 (of one case), or cases: --data FILE.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAsk:
    """Hold what is profiled: the model, cases (``cases``, a file or function) or the ``shape`` of one, and how many a call.

    Raises:
        UsageError: a number cannot be.
    """

    model: str
    cases: str = ""
    target: str = ""
    shape: tuple[int, ...] = ()
    batch: int = 1
    trust: bool = False

    def __post_init__(self) -> None:
        if self.batch < 1 or any(size < 1 for size in self.shape):
            raise UsageError(f"a batch of {self.batch}, a shape of {self.shape}", hint="whole numbers, 1 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProfile:
    """Hold where a model's cost goes. ``cpu_s`` and ``energy_j`` are of one call of ``batch`` cases, without the profiler.

    A layer's joules are its share of the layers' CPU-seconds, as if each drew alike.
    """

    source: str
    kind: str
    batch: int
    calls: int
    cpu_s: float
    busy_ratio: float
    energy_j: Quantity
    layers: tuple[Layer, ...]
    machine: Peak
    bottleneck: Bottleneck
    run: str
    notes: tuple[str, ...] = field(default=())

    @property
    def operators(self) -> tuple[Layer, ...]:
        """Give the layers added up by operator."""
        return by_operator(self.layers)

    @property
    def flop(self) -> float | None:
        """Give the operations of one call."""
        return added(layer.flop for layer in self.layers)

    @property
    def moved_bytes(self) -> float | None:
        """Give the bytes that the layers read and write in one call."""
        return added(layer.moved_bytes for layer in self.layers)

    @property
    def parameters(self) -> int:
        """Count the parameters."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def flop_per_j(self) -> float | None:
        """Give the operations for a joule, where both are known."""
        return self.flop / self.energy_j.value if self.flop and self.energy_j.value else None

    def energy_of_j(self, layer: Layer) -> float | None:
        """Give the joules of one layer in one call; ``None`` where the model's are not known."""
        whole_s = math.fsum(one.cpu_s for one in self.layers)
        return self.energy_j.value * layer.cpu_s / whole_s if self.energy_j.value is not None and whole_s else None

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """Give the layers as stacks, each within those that its name says it lies in."""
        return tuple(Stack(_places(layer), layer.cpu_s) for layer in self.layers if layer.cpu_s > 0.0)


def profile_model(ask: ModelAsk, *, config: Config) -> ModelProfile:
    """Measure a model's calls as they are, then its layers one by one; one run with a phase for each.

    Raises:
        UsageError: the model or the cases cannot be read, or the shape of a case is not known.
        MissingExtra: the library that runs it is not installed.
    """
    baseline = read_model(ask.model, trust=ask.trust)
    cases = _cases(ask, baseline)
    predictor: Predictor = load("runtimes", baseline.form.kind)().predictor(baseline.form, batch=ask.batch)
    begun_s = time.process_time()
    predictor.scores(cases)
    predictor.scores(cases)
    calls = max(3, min(_MOST_CALLS, int(_SLICE_S / max((time.process_time() - begun_s) / 2.0, 1e-6))))
    with track(name=f"profile {ask.model}", stage="inference", config=config) as run:
        with run.phase("calls"):
            used_s, took_s = time.process_time(), time.perf_counter()
            for _ in range(calls):
                predictor.scores(cases)
            used_s, took_s = time.process_time() - used_s, time.perf_counter() - took_s
        with run.phase("layers"):
            layers = _layers(baseline, cases, predictor, max(3, calls // 4))
        with run.phase("machine"):
            machine = peak()
    drawn = next((phase.energy_j for phase in run.record.phases if phase.name == "calls"), run.record.energy_j)
    busy_ratio = used_s / max(took_s, 1e-9)
    return ModelProfile(
        source=ask.model,
        kind=baseline.form.kind,
        batch=ask.batch,
        calls=calls,
        cpu_s=used_s / calls,
        busy_ratio=busy_ratio,
        energy_j=_shared(drawn, calls),
        layers=layers,
        machine=machine,
        bottleneck=_bottleneck(layers, machine, busy_ratio),
        run=run.record.id,
        notes=_notes(ask, baseline),
    )


def _shared(whole: Quantity, calls: int) -> Quantity:
    """Give the energy of one call."""
    value, low, high = (None if one is None else one / calls for one in (whole.value, whole.low, whole.high))
    return replace(whole, value=value, low=low, high=high)


def _layers(baseline: Baseline, cases: Any, predictor: Predictor, calls: int) -> tuple[Layer, ...]:
    form = baseline.form
    if form.kind == "onnx":
        return onnx_layers(form.model, feeder(form)(cases), calls=calls, level=_ALL_LEVELS)
    if form.kind == "torch":
        return torch_layers(form.model, lambda: predictor.scores(cases), calls=calls)
    method = str(form.settings.get("method", "predict"))
    return estimator_layers(form.model, cases, lambda: predictor.scores(cases), method=method, calls=calls)


def _cases(ask: ModelAsk, baseline: Baseline) -> Any:
    """Give one call's cases: the user's, or numbers drawn from a normal distribution in the model's shape."""
    if ask.cases:
        parted = read_cases(
            ask.cases,
            target=ask.target,
            batches=(ask.batch,),
            needs_text=baseline.form.kind == "text",
            classes=baseline.classes,
        )
        x = parted.task.select.x
        return take(x, [at % len(x) for at in range(ask.batch)])
    numpy = require("numpy", extra="optimise")
    is_whole = False
    if baseline.form.kind == "torch":
        is_whole = input_dtype(baseline.form.model).kind == "i"
    shape = ask.shape or _shape(baseline)
    if not shape:
        raise UsageError(f"the shape of a case is not known from {ask.model}", hint=_SHAPE_HINT)
    draws = numpy.random.default_rng(0)
    if is_whole:
        return draws.integers(0, 2, (ask.batch, *shape))
    return draws.standard_normal((ask.batch, *shape)).astype("float32")


def _shape(baseline: Baseline) -> tuple[int, ...]:
    """Give the shape of one case where the model tells; empty where it does not."""
    form = baseline.form
    if form.kind == "onnx":
        onnx = require("onnx", extra="optimise")
        graph = onnx.load_model_from_string(form.model).graph
        kept = {one.name for one in graph.initializer}
        sizes = [one.dim_value for one in next(i for i in graph.input if i.name not in kept).type.tensor_type.shape.dim[1:]]
        return tuple(sizes) if all(sizes) else ()
    if form.kind == "torch":
        nn = require("torch", extra="torch").nn
        first = next((layer for layer in form.model.modules() if any(True for _ in layer.parameters(recurse=False))), None)
        return (int(first.in_features),) if isinstance(first, nn.Linear) else ()
    return (int(form.model.n_features_in_),) if hasattr(form.model, "n_features_in_") else ()


def _bottleneck(layers: tuple[Layer, ...], machine: Peak, busy_ratio: float) -> Bottleneck:
    """Tell by what most of the layers' time is bound by."""
    evidence = [f"{busy_ratio:.2f} cores busy on average"]
    if busy_ratio < _IDLE_RATIO:
        return Bottleneck("idle", tuple(evidence))
    whole_s = math.fsum(layer.cpu_s for layer in layers) or 1.0
    shares: dict[str, float] = {}
    for layer in layers:
        kind = bound_of(layer, machine)
        shares[kind] = shares.get(kind, 0.0) + layer.cpu_s / whole_s
    told = sorted(shares.items(), key=lambda pair: -pair[1])
    evidence.append("layers bound by " + ", ".join(f"{kind} {100.0 * share:.0f} %" for kind, share in told))
    evidence.append(
        f"this machine, a CPU-second: {machine.flop_per_cpu_s / 1e9:.3g} GFLOP of a matrix product, "
        f"{machine.bytes_per_cpu_s / 1e9:.3g} GB copied"
    )
    return Bottleneck(told[0][0] if told else "unknown", tuple(evidence))


def _notes(ask: ModelAsk, baseline: Baseline) -> tuple[str, ...]:
    notes = [] if ask.cases else ["numbers drawn at random were asked for: --data gives cases of your own"]
    if baseline.form.kind == "onnx":
        notes.append(
            "an operator's time is on the clock, one thread; fused operators stand as one, and what a layout pads is counted"
        )
    return tuple(notes)


def _places(layer: Layer) -> tuple[Place, ...]:
    parts = [part for part in layer.name.replace("/", ".").split(".") if part] or [layer.name]
    return (Place("<model>", "model", 0), *(Place(layer.operator, part, 0) for part in parts))
