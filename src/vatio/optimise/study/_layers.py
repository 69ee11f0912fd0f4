"""Repeat the study of layers: what convolutions, linear layers and ReLUs cost, by their number.

Published: T. Yarally et al., "Uncovering Energy-Efficient Practices in Deep Learning Training", CAIN 2023: training on
FashionMNIST (1x28x28) and CIFAR-10 (3x32x32), GTX 1080, energy less idle.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from vatio.config import Config
from vatio.errors import UsageError
from vatio.measure import track
from vatio.optimise.study._networks import Network, library, step_of
from vatio.optimise.study._repeated import Claim, Curves, Grid, Repeated, costs_of
from vatio.optimise.study._statistics import level_test

SHAPES: Mapping[str, tuple[int, int, int]] = {"Fashion 1x28x28": (1, 28, 28), "CIFAR 3x32x32": (3, 32, 32)}
POOLED = "convolution, pooled each"
_LEVELS: Mapping[str, tuple[int, ...]] = {
    "convolution": (1, 2, 3, 4),
    POOLED: (1, 2, 3, 4),
    "linear": (3, 4, 5, 6, 7),
    "ReLU": (1, 2, 3, 4),
}
# Published: what the most layers cost over the fewest, less 1, and the share of the ranks' variance that their number explains.
_CHANGES = {"convolution": (0.953, 0.664), "linear": (0.049, 0.066), "ReLU": (0.027, 0.029)}
_ETA = {"convolution": (0.749, 0.749), "linear": (0.155, 0.160), "ReLU": (0.055, 0.033)}
_CLOSE_RATIO = 0.10
# Less is no cost worth speaking of.
_LEAST_RATIO = 0.05
_WARM_UP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerDesign:
    """Hold how layers are measured: steps of a batch in each phase, and how often each is repeated.

    Raises:
        UsageError: a number cannot be.
    """

    steps: int = 6
    batch: int = 32
    repetitions: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.steps, self.batch) < 1 or self.repetitions < 2:
            raise UsageError(
                f"{self.steps} steps of {self.batch}, {self.repetitions} times", hint="1 or more steps, 2 or more times"
            )


class _Part(NamedTuple):
    """Name one network of the study."""

    shape: str
    kind: str
    number: int

    def phase(self, repetition: int) -> str:
        return f"{self.shape}: {self.number} {self.kind} #{repetition}"


def study_layers(
    *, config: Config, design: LayerDesign | None = None, told: Callable[[str], None] | None = None, by: str = ""
) -> Repeated:
    """Measure every network in shuffled rounds, each a phase of one run. ``by`` is torch or onnxruntime; else what is there.

    Raises:
        MissingExtra: neither PyTorch nor ONNX Runtime is installed.
    """
    design, by = design or LayerDesign(), by or library()
    parts = [_Part(shape, kind, number) for shape in SHAPES for kind, levels in _LEVELS.items() for number in levels]
    draws = random.Random(design.seed)
    steps = {part: step_of(_network(part), by=by, batch=design.batch, seed=design.seed) for part in parts}
    with track(name="study layers", stage="experimentation", config=config) as run:
        for part in parts:
            for _ in range(_WARM_UP):
                steps[part]()
        for repetition in range(design.repetitions):
            for part in draws.sample(parts, len(parts)):
                with run.phase(part.phase(repetition)):
                    for _ in range(design.steps):
                        steps[part]()
            if told is not None:
                told(f"{repetition + 1} of {design.repetitions} rounds measured")
    unit, costs = costs_of(run.record.phases)
    known = {part: _known(part, costs, design) for part in parts}
    what = "training" if by == "torch" else "answering"
    return Repeated(
        name="layers",
        headline=f"layers: {what} by {by}, {len(parts)} networks, {design.repetitions} rounds of {design.steps} steps",
        unit=unit,
        tables=(_numbers(known), _effects(known)),
        curves=tuple(_curves(known, shape) for shape in SHAPES),
        claims=_claims(known),
        notes=_notes(by),
        run=run.record.id,
        energy_j=run.record.energy_j,
        cpu_s=run.record.cpu_s,
    )


def _network(part: _Part) -> Network:
    plain = Network(shape=SHAPES[part.shape])
    if part.kind == "linear":
        return replace(plain, linear=part.number)
    if part.kind == "ReLU":
        return replace(plain, relu=part.number)
    return replace(plain, conv=part.number, is_pooled_each=part.kind == POOLED)


Known = Mapping[_Part, Sequence[float]]


def _known(part: _Part, costs: Mapping[str, float], design: LayerDesign) -> list[float]:
    """Give what 1 000 pictures cost in each repetition that is known."""
    pictures = design.steps * design.batch / 1000.0
    found = (costs.get(part.phase(repetition)) for repetition in range(design.repetitions))
    return [cost / pictures for cost in found if cost is not None]


def _change(known: Known, shape: str, kind: str) -> float | None:
    """Give by which share the most layers cost more than the fewest."""
    levels = _LEVELS[kind]
    few, many = (known[_Part(shape, kind, number)] for number in (levels[0], levels[-1]))
    return statistics.median(many) / statistics.median(few) - 1.0 if few and many else None


def _eta(known: Known, shape: str, kind: str) -> float | None:
    return level_test([(float(number), known[_Part(shape, kind, number)]) for number in _LEVELS[kind]]).eta_squared


def _numbers(known: Known) -> Grid:
    rows = [(part.shape, part.kind, part.number, statistics.median(costs) if costs else None) for part, costs in known.items()]
    return Grid("1 000 pictures by the number of layers", ("pictures", "layers", "number", "cost"), tuple(rows))


def _effects(known: Known) -> Grid:
    rows = []
    for shape in SHAPES:
        for kind, levels in _LEVELS.items():
            change = _change(known, shape, kind)
            said = None if change is None else f"{100.0 * change:+.1f} %"
            rows.append((shape, kind, f"{levels[0]} to {levels[-1]}", said, _eta(known, shape, kind)))
    return Grid("What more layers change", ("pictures", "layers", "number", "change", "eta squared"), tuple(rows))


def _curves(known: Known, shape: str) -> Curves:
    series = {}
    for kind, levels in _LEVELS.items():
        base = known[_Part(shape, kind, levels[0])]
        points = [(number, known[_Part(shape, kind, number)]) for number in levels]
        if base:
            least = statistics.median(base)
            series[kind] = tuple((float(number), statistics.median(costs) / least) for number, costs in points if costs)
    return Curves(f"Cost over that of the fewest layers, {shape}", "layers", series)


def _claims(known: Known) -> tuple[Claim, ...]:
    found = []
    for at, shape in enumerate(SHAPES):
        changes = {kind: _change(known, shape, kind) for kind in _LEVELS}
        for kind, told in _CHANGES.items():
            here, published = changes[kind], told[at]
            if here is not None:
                close = abs(here - published) <= _CLOSE_RATIO
                said = f"{100.0 * published:+.1f} %", f"{100.0 * here:+.1f} %"
                found.append(Claim(f"{shape}: {_span(kind)} {kind} layers", *said, close))
        found += [*_variance(known, shape, at), *_pooled(changes[POOLED], shape)]
    return tuple(found)


def _variance(known: Known, shape: str, at: int) -> list[Claim]:
    """Compare what explains most of the cost."""
    etas = {kind: eta for kind in _ETA if (eta := _eta(known, shape, kind)) is not None}
    if len(etas) < len(_ETA):
        return []
    published = ", ".join(f"{kind} {_ETA[kind][at]:.2f}" for kind in _ETA)
    here = ", ".join(f"{kind} {eta:.2f}" for kind, eta in etas.items())
    return [Claim(f"{shape}: eta squared", published, here, max(etas, key=lambda kind: etas[kind]) == "convolution")]


def _pooled(change: float | None, shape: str) -> list[Claim]:
    if change is None:
        return []
    here = f"{100.0 * change:+.1f} % when each is followed by pooling"
    return [Claim(f"{shape}: convolutions are what costs", "more cost more", here, change > _LEAST_RATIO)]


def _span(kind: str) -> str:
    return f"{_LEVELS[kind][0]} to {_LEVELS[kind][-1]}"


def _notes(by: str) -> tuple[str, ...]:
    notes = [
        "pooling after each convolution shrinks all that follows: never assume that convolutions cost, profile the model",
        "published by GPU energy less idle, over widths and numbers together; how many ReLUs it compares is not told",
    ]
    if by != "torch":
        notes.append("PyTorch is not installed (pip install 'vatio[torch]'): answering was measured, published is training")
    return tuple(notes)
