"""NVIDIA GPUs: the board's energy counter where the device has one, else its power, integrated over true time stamps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from vatio.errors import MeterAbsent
from vatio.measure.meters._accumulate import Accumulated
from vatio.measure.meters._integral import Integral
from vatio.measure.meters.nvml._nvml_visible import Gpu, order_is_doubtful, visible_gpus
from vatio.records import Channel
from vatio.units import HZ_PER_MHZ, J_PER_MJ, W_PER_MW

if TYPE_CHECKING:
    from vatio.measure._surroundings import Surroundings
    from vatio.measure.meters.nvml._nvml_library import Library

# nvml.h gives the power reading as accurate within 5 %.
ERROR_RATIO = 0.05
# The counter and the power are refreshed every 20 to 100 ms; benchmarks/meters/gpu_period.py measures it.
REFRESH_S = 0.1
POLL_S = 0.1
# Utilisation and its like are themselves means over a sixth of a second to a second: asking oftener costs driver calls.
_GAUGE_PERIOD_S = 0.5
_GAUGES = {"utilisation_ratio": "ratio", "clock_hz": "hz", "temperature_celsius": "celsius", "memory_bytes": "bytes"}


class NvmlMeter:
    """Read the GPUs that the workload may see: joules of each, and its utilisation, clock, temperature and memory."""

    name = "nvml"

    def __init__(
        self, library: Library, gpus: Sequence[Gpu], *, note: str = "", clock: Callable[[], float] = monotonic
    ) -> None:
        self._library, self._clock = library, clock
        self._gpus = tuple(gpus)
        self._energies = [_energy(library, gpu, clock) for gpu in self._gpus]
        self._gauges: tuple[float | None, ...] = ()
        self._gauges_at_s = float("-inf")
        self._since_us = dict.fromkeys((gpu.index for gpu in self._gpus), 0)
        self._faults: dict[str, str] = {}
        self._closed = False
        counted = [isinstance(energy, Accumulated) for energy in self._energies]
        self.channels = tuple(_joules(gpu, by, note) for gpu, by in zip(self._gpus, counted, strict=True))
        self.channels += tuple(_gauge(gpu, gauge, unit) for gpu in self._gpus for gauge, unit in _GAUGES.items())
        self.counter_ranges_j: Mapping[str, float | None] = {
            _name(gpu): None for gpu, by in zip(self._gpus, counted, strict=True) if by
        }
        self.poll_s: float | None = None if all(counted) else POLL_S

    @classmethod
    def open(cls, surroundings: Surroundings, *, library: Any = None, clock: Callable[[], float] = monotonic) -> NvmlMeter:
        """Open the visible GPUs that tell their energy or power; ``library`` takes the place of libnvidia-ml.so.1.

        Raises:
            MeterAbsent: no library, no driver, no visible GPU, or none that tells its power.
            MeterDenied: the driver refuses this user.
        """
        from vatio.measure.meters.nvml._nvml_library import Library, load_library

        nvml = Library(load_library() if library is None else library)
        seen = visible_gpus(nvml, surroundings)
        # One that tells nothing stays among them, as a hole with its reason: what is not measured must show.
        if not any(nvml.energy_mj(gpu.handle) or nvml.power_mw(gpu.handle) is not None for gpu in seen):
            nvml.close()
            raise MeterAbsent(
                "no visible GPU tells its power" if seen else "the workload may see no NVIDIA GPU",
                hint="nvidia-smi -q -d POWER   # a virtual GPU shows none: measure on its host" if seen else "",
            )
        doubtful = order_is_doubtful(seen, surroundings)
        note = "; CUDA may number these GPUs otherwise: set CUDA_DEVICE_ORDER=PCI_BUS_ID" if doubtful else ""
        return cls(nvml, seen, note=note, clock=clock)

    def read(self) -> Sequence[float | None]:
        """Give the joules of each GPU, then its gauges, which are asked for at most twice a second."""
        self._faults = {}
        joules = [self._read_energy(gpu, energy) for gpu, energy in zip(self._gpus, self._energies, strict=True)]
        now_s = self._clock()
        if now_s - self._gauges_at_s >= _GAUGE_PERIOD_S:
            self._gauges = tuple(value for gpu in self._gpus for value in _look(self._library, gpu))
            self._gauges_at_s = now_s
        return [*joules, *self._gauges]

    def faults(self) -> Mapping[str, str]:
        """Say which GPU could not be read, or whose counter was reset."""
        return self._faults

    def shares(self, pids: Iterable[int]) -> Mapping[str, float | None]:
        """Give the workload's share of each GPU's use since the last call; ``None`` where the driver does not tell.

        A GPU on which only the workload's processes run is all theirs; one on which others run too is shared by their
        time on the multiprocessors; of a MIG instance the share is its slices'.
        """
        own = set(pids)
        return {_name(gpu): self._share(gpu, own) for gpu in self._gpus}

    def close(self) -> None:
        """Stop NVML."""
        if not self._closed:
            self._closed = True
            self._library.close()

    def _read_energy(self, gpu: Gpu, energy: Accumulated | Integral) -> float | None:
        joules: float | None
        if isinstance(energy, Accumulated):
            raw = self._library.energy_mj(gpu.handle)
            total = None if raw is None else energy.add(raw, self._clock())
            joules = None if total is None or energy.fault else total * J_PER_MJ
        else:
            raw = self._library.power_mw(gpu.handle)
            joules = energy.add(None if raw is None else raw * W_PER_MW, self._clock())
        fault = "the driver does not answer for this GPU" if raw is None else energy.fault
        if fault:
            self._faults[_name(gpu)] = fault
        return joules

    def _share(self, gpu: Gpu, own: set[int]) -> float | None:
        if gpu.slice_ratio < 1.0:
            return gpu.slice_ratio
        running = self._library.pids(gpu.handle)
        used, self._since_us[gpu.index] = self._library.use_by_pid(gpu.handle, self._since_us[gpu.index])
        if running is None:
            return None
        there = set(running)
        if not there or there <= own:
            return 1.0 if there else 0.0
        if not there & own and not own & set(used):
            return 0.0
        total = sum(used.values())
        return sum(use for pid, use in used.items() if pid in own) / total if total else None


def _energy(library: Library, gpu: Gpu, clock: Callable[[], float]) -> Accumulated | Integral:
    """Ask the device, not its generation: some answer with a zero that never moves, which is no counter."""
    first = library.energy_mj(gpu.handle)
    if first:
        return Accumulated(first, clock(), range_=0, per_j=1.0 / J_PER_MJ)
    integral = Integral(longest_s=10.0 * POLL_S)
    power_mw = library.power_mw(gpu.handle)
    integral.add(None if power_mw is None else power_mw * W_PER_MW, clock())
    return integral


def _look(library: Library, gpu: Gpu) -> tuple[float | None, ...]:
    use = library.utilisation_percent(gpu.handle)
    clock = library.clock_mhz(gpu.handle)
    temperature = library.temperature_celsius(gpu.handle)
    memory = library.memory_bytes(gpu.handle)
    return (
        None if use is None else use / 100.0,
        None if clock is None else clock * HZ_PER_MHZ,
        None if temperature is None else float(temperature),
        None if memory is None else float(memory),
    )


def _name(gpu: Gpu) -> str:
    return f"gpu-{gpu.index}"


def _joules(gpu: Gpu, counted: bool, note: str) -> Channel:
    how = "energy counter" if counted else f"power every {POLL_S:g} s"
    part = f", {gpu.slice_ratio:.2f} of it is the workload's MIG instances" if gpu.slice_ratio < 1.0 else ""
    return Channel(
        name=_name(gpu),
        unit="j",
        component="gpu",
        device=_name(gpu),
        meter=NvmlMeter.name,
        source=f"{how} of {gpu.model} {gpu.uuid}{part}{note}",
        low_ratio=1.0 - ERROR_RATIO,
        high_ratio=1.0 + ERROR_RATIO,
        resolution=J_PER_MJ,
        refresh_s=REFRESH_S,
    )


def _gauge(gpu: Gpu, gauge: str, unit: str) -> Channel:
    return Channel(
        name=f"{_name(gpu)}.{gauge}", unit=unit, kind="gauge", device=_name(gpu), meter=NvmlMeter.name, source=gpu.model
    )
