"""A CPU without a readable sensor: its utilisation times the power curve of its family, for the share that was granted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from vatio.measure.meters.models._cpu_time import Watch, cgroup_watch, machine_watch, no_less_than_ours, process_watch
from vatio.records import Channel, Quantity, scaled

if TYPE_CHECKING:
    from vatio.catalog import ProcessorRow
    from vatio.measure._surroundings import Surroundings

# What a hypervisor and its other guests do to the same silicon is not seen from inside: at worst half, at most double.
_VM_RATIOS = (0.5, 2.0)
# Without a limit on the container its idle share is only a convention: in proportion to its use.
_UNLIMITED_RATIOS = (0.3, 3.0)


class CpuModelMeter:
    """Model the joules of the CPU: ``scale`` packages' worth of the curve, at the utilisation that ``busy`` tells."""

    name = "cpu-model"
    poll_s: float | None = None

    def __init__(
        self,
        busy: Watch,
        *,
        channel: Channel,
        curve: Callable[[float], float],
        cpus: float,
        scale: float = 1.0,
        own: Watch | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.channels = (channel,)
        self.counter_ranges_j: Mapping[str, float | None] = {}
        self.idle_w: Mapping[str, Quantity] = {}
        self._busy, self._own, self._clock = busy, own, clock
        self._curve, self._cpus, self._scale = curve, cpus, scale
        self._energy_j = 0.0
        self._last = self._look()
        self._fault = ""

    @classmethod
    def open(
        cls,
        surroundings: Surroundings,
        *,
        row: ProcessorRow | None = None,
        why: str = "",
        clock: Callable[[], float] = monotonic,
    ) -> CpuModelMeter:
        """Open the model for this machine's processor, its row of the catalog unless given."""
        row = row or _row(surroundings.cpu_model)
        curve = _curve(row)
        busy, own, cpus, scale, ratios, how = _scope(surroundings, row)
        channel = _channel(surroundings, row, why=why, how=how)
        channel = replace(channel, low_ratio=channel.low_ratio * ratios[0], high_ratio=channel.high_ratio * ratios[1])
        meter = cls(busy, channel=channel, curve=curve, cpus=cpus, scale=scale, own=own, clock=clock)
        # In proportion to use, nothing is left of the idle power to be shared in another way.
        meter.idle_w = {channel.device: scaled(row.idle_w, scale if own is None else 0.0)}
        return meter

    def read(self) -> Sequence[float | None]:
        """Add the joules of the time since the last reading at its mean utilisation."""
        now = self._look()
        if now is None:
            self._fault = "the CPU time could not be read"
            return (None,)
        self._fault = ""
        if self._last is not None:
            energy_j = self._joules(self._last, now)
            if energy_j is None:
                return (self._energy_j,)
            self._energy_j += energy_j
        self._last = now
        return (self._energy_j,)

    def faults(self) -> Mapping[str, str]:
        """Say why the latest reading is a hole."""
        return {self.channels[0].name: self._fault} if self._fault else {}

    def close(self) -> None:
        """Do nothing: the files are closed with the process."""

    def _look(self) -> tuple[float, float, float] | None:
        busy_s = self._busy()
        own_s = busy_s if self._own is None else self._own()
        return None if busy_s is None or own_s is None else (self._clock(), busy_s, own_s)

    def _joules(self, last: tuple[float, float, float], now: tuple[float, float, float]) -> float | None:
        """Give the joules between two looks; ``None`` when the group's counter has not moved on yet.

        The machine's CPU time comes in ticks of 10 ms: it is no less than the group's own, which is counted exactly.
        """
        elapsed_s, busy_s, own_s = (after - before for before, after in zip(last, now, strict=True))
        if elapsed_s <= 0.0 or (self._own is not None and own_s <= 0.0):
            return None
        busy_s = busy_s if self._own is None else max(busy_s, own_s)
        energy_j = self._curve(busy_s / (self._cpus * elapsed_s)) * self._scale * elapsed_s
        if self._own is None:
            return energy_j
        return energy_j * own_s / busy_s


def _row(model: str) -> ProcessorRow:
    from vatio.catalog import processor

    return processor(model)


def _curve(row: ProcessorRow) -> Callable[[float], float]:
    from vatio.catalog import cpu_power_w

    return lambda load: cpu_power_w(row, load).value or 0.0


def _ratios(row: ProcessorRow) -> tuple[float, float]:
    """Give how far below and above the curve a processor of this row may lie, at the load where that is farthest."""
    from vatio.catalog import cpu_power_w

    powers = [cpu_power_w(row, load) for load in (0.0, 0.1, 0.25, 0.5, 1.0)]
    parts = [(power.low or 0.0, power.value or 1.0, power.high or 0.0) for power in powers]
    return min(low / value for low, value, _ in parts), max(high / value for _, value, high in parts)


def _scope(around: Surroundings, row: ProcessorRow) -> tuple[Watch, Watch | None, float, float, tuple[float, float], str]:
    """Choose whose CPU time counts: busy and own watches, CPUs, packages' worth of power, extra ratios, and the words."""
    machine = machine_watch(around.path("proc/stat"))
    group = cgroup_watch(around.cgroup or {})
    packages, ratios, how = _packages(around, row)
    if machine is None:
        return process_watch, None, float(around.cpus), packages, _UNLIMITED_RATIOS, "no /proc: this process' own CPU time"
    shared = around.container is not None or (around.job is not None and around.job.launcher == "slurm")
    if around.cpus_granted is not None and group is not None and shared:
        part = around.cpus_granted / around.cpus
        return group, None, around.cpus_granted, packages * part, ratios, f"{around.cpus_granted:g} CPUs granted, {how}"
    if around.cpus_granted is not None and shared:
        part = around.cpus_granted / around.cpus
        return machine, None, float(around.cpus), packages * part, ratios, f"{around.cpus_granted:g} CPUs granted, {how}"
    if around.container is not None and group is not None:
        own = no_less_than_ours(group)
        return machine, own, float(around.cpus), packages, _UNLIMITED_RATIOS, f"the container's CPU time, {how}"
    return machine, None, float(around.cpus), packages, ratios, how


def _packages(around: Surroundings, row: ProcessorRow) -> tuple[float, tuple[float, float], str]:
    if around.vm is None:
        return float(around.packages), (1.0, 1.0), f"{around.packages} package" + "s" * (around.packages > 1)
    # What nearly every cloud sells as a vCPU is one thread, and x86 servers have two a core.
    threads = row.threads or 2 * row.cores
    return around.cpus / threads, _VM_RATIOS, f"{around.cpus} of {threads} threads (VM)"


def _channel(around: Surroundings, row: ProcessorRow, *, why: str, how: str) -> Channel:
    low_ratio, high_ratio = _ratios(row)
    flagged = "default" if "default" in (row.idle_w.provenance, row.peak_w.provenance) else "modelled"
    model = around.cpu_model or "unknown CPU"
    source = f"utilisation x power curve of {row.family} for {model} ({row.source}, {row.year}); {how}"
    return Channel(
        name="cpu",
        unit="j",
        component="cpu",
        device="cpu",
        meter=CpuModelMeter.name,
        provenance=flagged,
        source=f"{source}; {why}" if why else source,
        low_ratio=low_ratio,
        high_ratio=high_ratio,
    )
