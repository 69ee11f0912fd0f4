"""A GPU whose power cannot be read: its utilisation, where the driver tells it, times what its board may draw."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from vatio.errors import MeterAbsent, VatioError
from vatio.measure._granted import slurp
from vatio.measure.meters._integral import Integral
from vatio.records import Channel

if TYPE_CHECKING:
    from vatio.catalog import AcceleratorRow
    from vatio.measure._surroundings import Surroundings

# Power at one utilisation differs with what the kernels do: memory-bound ones draw about half of what dense ones do.
_USE_ERROR_RATIOS = (0.5, 1.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelledGpu:
    """Hold one GPU: the watts that it may draw, and how to learn its utilisation (``None``: it cannot be learnt)."""

    name: str
    model: str
    idle_w: float
    board_w: float
    provenance: str
    source: str
    utilisation: Callable[[], float | None] | None


class GpuModelMeter:
    """Model the joules of GPUs; without a utilisation the middle between idle and full, and an interval that says so."""

    name = "gpu-model"

    def __init__(self, gpus: Sequence[ModelledGpu], *, why: str = "", clock: Callable[[], float] = monotonic) -> None:
        self._gpus, self._clock = tuple(gpus), clock
        self._integrals = [Integral(longest_s=float("inf")) for _ in self._gpus]
        self._faults: dict[str, str] = {}
        self.channels = tuple(_channel(gpu, why) for gpu in self._gpus)
        self.counter_ranges_j: Mapping[str, float | None] = {}
        self.poll_s: float | None = 1.0
        self.read()

    @classmethod
    def open(
        cls, surroundings: Surroundings, *, why: str = "", library: Any = None, clock: Callable[[], float] = monotonic
    ) -> GpuModelMeter:
        """Open the model for the GPUs that the workload may see.

        Raises:
            MeterAbsent: no GPU is to be seen.
        """
        gpus = _nvidia(surroundings, library) or _nvidia_by_name(surroundings) or _amd(surroundings)
        if not gpus:
            raise MeterAbsent("no GPU is to be seen")
        return cls(gpus, why=why, clock=clock)

    def read(self) -> Sequence[float | None]:
        """Add the joules of the time since the last reading."""
        self._faults = {}
        return [self._read_one(gpu, integral) for gpu, integral in zip(self._gpus, self._integrals, strict=True)]

    def faults(self) -> Mapping[str, str]:
        """Say which GPU did not tell its utilisation."""
        return self._faults

    def close(self) -> None:
        """Do nothing: NVML is stopped with the process, the files are opened at each reading."""

    def _read_one(self, gpu: ModelledGpu, integral: Integral) -> float | None:
        use = 0.5 if gpu.utilisation is None else gpu.utilisation()
        if use is None:
            self._faults[gpu.name] = "the GPU does not tell its utilisation"
            return integral.add(None, self._clock())
        return integral.add(gpu.idle_w + (gpu.board_w - gpu.idle_w) * min(1.0, max(0.0, use)), self._clock())


def _nvidia(around: Surroundings, library: Any) -> list[ModelledGpu]:
    """Find the GPUs through NVML: they may tell their utilisation where they do not tell their power."""
    from vatio.measure.meters.nvml import Library, load_library, visible_gpus

    if not around.nvidia and library is None:
        return []
    try:
        nvml = Library(load_library() if library is None else library)
    except VatioError:
        return []

    def use_of(handle: Any) -> Callable[[], float | None] | None:
        def use() -> float | None:
            percent = nvml.utilisation_percent(handle)
            return None if percent is None else percent / 100.0

        return None if use() is None else use

    return [_modelled(f"gpu-{gpu.index}", gpu.model, use_of(gpu.handle)) for gpu in visible_gpus(nvml, around)]


def _nvidia_by_name(around: Surroundings) -> list[ModelledGpu]:
    """Find the GPUs that the kernel module lists, without NVML: of their use nothing is known."""
    folder = around.path("/proc/driver/nvidia/gpus")
    if around.visible_gpus == () or not os.path.isdir(folder):
        return []
    texts = [slurp(f"{folder}/{entry}/information") for entry in sorted(os.listdir(folder))]
    models = [line.partition(":")[2].strip() for text in texts for line in text.splitlines() if line.startswith("Model")]
    return [_modelled(f"gpu-{index}", model, None) for index, model in enumerate(models) if _listed(around, index)]


def _amd(around: Surroundings) -> list[ModelledGpu]:
    """Find AMD GPUs, whose driver tells how busy they are."""
    folder = around.path("/sys/class/drm")
    if around.visible_amd_gpus == () or not os.path.isdir(folder):
        return []
    paths = [f"{folder}/{entry}/device/gpu_busy_percent" for entry in sorted(os.listdir(folder)) if entry[-1:].isdigit()]
    paths = [path for path in paths if "-" not in path.split("/")[-3] and slurp(path).strip().isdigit()]

    def use_of(path: str) -> Callable[[], float | None]:
        def use() -> float | None:
            text = slurp(path).strip()
            return int(text) / 100.0 if text.isdigit() else None

        return use

    return [_modelled(f"gpu-{index}", "AMD GPU", use_of(path)) for index, path in enumerate(paths)]


def _listed(around: Surroundings, index: int) -> bool:
    return (
        around.visible_gpus is None
        or not all(entry.isdigit() for entry in around.visible_gpus)
        or (str(index) in around.visible_gpus)
    )


def _modelled(name: str, model: str, utilisation: Callable[[], float | None] | None) -> ModelledGpu:
    row = _row(model)
    board_w, idle_w = row.board_w.value or 0.0, row.idle_w.value or 0.0
    return ModelledGpu(
        name=name,
        model=model,
        idle_w=idle_w,
        board_w=board_w,
        provenance="default" if row.board_w.provenance == "default" or utilisation is None else "modelled",
        source=f"board power of {row.name} ({row.source}, {row.year})",
        utilisation=utilisation,
    )


def _row(model: str) -> AcceleratorRow:
    from vatio.catalog import accelerator

    return accelerator(model)


def _channel(gpu: ModelledGpu, why: str) -> Channel:
    middle_w = 0.5 * (gpu.idle_w + gpu.board_w)
    low, high = _USE_ERROR_RATIOS
    how = "utilisation x"
    if gpu.utilisation is None:
        low, high = (gpu.idle_w / middle_w, gpu.board_w / middle_w) if middle_w else (0.0, 2.0)
        how = "utilisation unknown: half of"
    source = f"{how} {gpu.source}"
    return Channel(
        name=gpu.name,
        unit="j",
        component="gpu",
        device=gpu.name,
        meter=GpuModelMeter.name,
        provenance=gpu.provenance,
        source=f"{source}; {why}" if why else source,
        low_ratio=low,
        high_ratio=high,
    )
