"""The cases of run-07: which zones or GPUs there are, what they truly draw, and what the workload does meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from vatio.testing import Trace

Steps = tuple[tuple[float, float], ...]
# GPU i draws its course this much later, so that several do not step together (fake_nvml.c).
GPU_SHIFT_S = 0.37
_RANGE_J = 262_143.0
# Not whole tenths of a second apart, so that the errors of a poll ten times a second do not cancel at the two edges.
BURSTS: Steps = ((3.7, 600.0), (2.937, 60.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """Hold one powercap zone; a ``counted`` one is part of the truth."""

    entry: str
    name: str
    steps: Steps
    counted: bool = True
    range_j: float = _RANGE_J
    fails: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Hold one case: zones or GPUs, how long, and the work: sleep, busy (a pure-Python loop) or lock (held for 1 s)."""

    name: str
    what: str
    zones: tuple[Zone, ...] = ()
    gpus: int = 0
    gpu_steps: Steps = ()
    counter: bool = True
    duration_s: float = 12.0
    work: str = "sleep"

    def truth_j(self, start_s: float, end_s: float) -> float:
        """Give the joules of what counts between two times since the epoch."""
        joules = sum(Trace(steps=zone.steps).energy_j(start_s, end_s) for zone in self.zones if zone.counted)
        shifts = [GPU_SHIFT_S * place for place in range(self.gpus)]
        return joules + sum(Trace(steps=self.gpu_steps).energy_j(start_s + shift, end_s + shift) for shift in shifts)


def _flat(power_w: float) -> Steps:
    return ((1.0, power_w),)


def _server(steps: Steps, **package: object) -> tuple[Zone, ...]:
    return (
        Zone(entry="intel-rapl:0", name="package-0", steps=steps, **package),  # type: ignore[arg-type]
        Zone(entry="intel-rapl:0:0", name="dram", steps=_flat(20.0)),
    )


_SQUARE: Steps = ((1.1, 200.0), (0.7, 20.0))
_FAILS = tuple((at_s, at_s + 0.35) for at_s in [1.0 + 1.7 * place for place in range(1000)])
_LAPTOP = (
    Zone(entry="intel-rapl:0", name="package-0", steps=_flat(100.0)),
    Zone(entry="intel-rapl:0:0", name="core", steps=_flat(60.0), counted=False),
    Zone(entry="intel-rapl:0:1", name="uncore", steps=_flat(5.0), counted=False),
    Zone(entry="intel-rapl:0:2", name="dram", steps=_flat(10.0)),
    Zone(entry="intel-rapl:1", name="psys", steps=_flat(150.0), counted=False),
    Zone(entry="intel-rapl-mmio:0", name="package-0", steps=_flat(100.0), counted=False),
)
_DIES = (
    Zone(entry="intel-rapl:0", name="package-0-die-0", steps=_flat(100.0)),
    Zone(entry="intel-rapl:0:0", name="dram", steps=_flat(20.0)),
    Zone(entry="intel-rapl:1", name="package-0-die-1", steps=_flat(100.0), counted=False),
)

CASES = (
    Case(name="constant", what="package 100 W, dram 20 W", zones=_server(_flat(100.0)), duration_s=10.0),
    Case(name="square", what="package 200/20 W in steps of about a second", zones=_server(_SQUARE)),
    Case(name="wraps", what="the package's counter wraps every 2.5 s", zones=_server(_flat(100.0), range_j=250.0)),
    Case(
        name="fails",
        what="a fifth of all readings come back empty, the counter wraps every 4 s",
        zones=_server(_flat(100.0), range_j=400.0, fails=_FAILS),
    ),
    Case(name="laptop", what="package, core, uncore, dram, psys and an MMIO duplicate", zones=_LAPTOP),
    Case(name="dies", what="two dies that mirror one package", zones=_DIES),
    Case(name="gpus2", what="2 GPUs with a counter, 300 W each", gpus=2, gpu_steps=_flat(300.0)),
    Case(name="gpus8", what="8 GPUs with a counter, 300 W each", gpus=8, gpu_steps=_flat(300.0)),
    Case(name="bursts", what="2 GPUs with a counter, bursts of 3.7 s", gpus=2, gpu_steps=BURSTS),
    Case(name="busy", what="wraps under a pure-Python loop", zones=_server(_SQUARE, range_j=250.0), work="busy"),
    Case(
        name="lock", what="wraps while the interpreter lock is held for 1 s", zones=_server(_SQUARE, range_j=400.0), work="lock"
    ),
)
POLLED = Case(
    name="polled", what="a GPU without a counter, bursts of 3.7 s", gpus=1, gpu_steps=BURSTS, counter=False, duration_s=20.0
)
