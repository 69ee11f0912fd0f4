"""One layer of a model: what it is, what it did, what it cost; and what bounds it on this machine."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from vatio.plugins import require

_SIDE, _BLOCK_BYTES, _ROUNDS = 512, 1 << 26, 5
# Below this share of what the processor can do, neither computing nor memory sets the pace: starting each layer does.
_OVERHEAD_RATIO = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Hold one layer or operator, for one call: ``flop`` and ``moved_bytes`` are ``None`` where shapes do not tell."""

    name: str
    operator: str
    cpu_s: float
    flop: float | None = None
    moved_bytes: float | None = None
    parameters: int = 0


class Peak(NamedTuple):
    """Hold what this machine does in a CPU-second: floating-point operations of a matrix product, bytes of a copy."""

    flop_per_cpu_s: float
    bytes_per_cpu_s: float


def peak() -> Peak:
    """Measure both, in about a third of a CPU-second."""
    numpy = require("numpy", extra="optimise")
    a = numpy.ones((_SIDE, _SIDE), dtype="float32")
    block = numpy.ones(_BLOCK_BYTES // 4, dtype="float32")
    there = numpy.empty_like(block)
    with require("threadpoolctl", extra="optimise").threadpool_limits(1):  # threads that wait for one another spin
        product_s = _least(lambda: a @ a)
        copy_s = _least(lambda: numpy.copyto(there, block))
    return Peak(2.0 * _SIDE**3 / product_s, 2.0 * _BLOCK_BYTES / copy_s)


def bound_of(layer: Layer, machine: Peak) -> str:
    """Say what bounds a layer: compute, memory, or overhead where it uses little of both; unknown without its shapes.

    >>> bound_of(Layer(name="a", operator="Gemm", cpu_s=1.0, flop=50.0, moved_bytes=1.0), Peak(100.0, 100.0))
    'compute'
    """
    if layer.flop is None or layer.moved_bytes is None or layer.cpu_s <= 0.0:
        return "unknown"
    compute = layer.flop / machine.flop_per_cpu_s / layer.cpu_s
    memory = layer.moved_bytes / machine.bytes_per_cpu_s / layer.cpu_s
    if max(compute, memory) < _OVERHEAD_RATIO:
        return "overhead"
    return "compute" if compute >= memory else "memory"


def by_operator(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """Add up by operator, the dearest first; what is not known of one is not known of the sum."""
    found: dict[str, list[Layer]] = {}
    for layer in layers:
        found.setdefault(layer.operator, []).append(layer)
    sums = (_sum(operator, own) for operator, own in found.items())
    return tuple(sorted(sums, key=lambda one: -one.cpu_s))


def _sum(operator: str, own: list[Layer]) -> Layer:
    return Layer(
        name=f"{len(own)} of them",
        operator=operator,
        cpu_s=math.fsum(one.cpu_s for one in own),
        flop=added(one.flop for one in own),
        moved_bytes=added(one.moved_bytes for one in own),
        parameters=sum(one.parameters for one in own),
    )


def added(amounts: Iterable[float | None]) -> float | None:
    """Add amounts up; ``None`` where one of them is not known."""
    known = list(amounts)
    return None if any(one is None for one in known) else math.fsum(one for one in known if one is not None)


def _least(call: Callable[[], object]) -> float:
    took = []
    for _ in range(_ROUNDS):
        begun_s = time.process_time()
        call()
        took.append(time.process_time() - begun_s)
    return max(min(took), 1e-9)
