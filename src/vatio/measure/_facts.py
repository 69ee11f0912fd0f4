"""Know what a host draws idle, what of it is reserved, and what a run should have measured (CONTRACT.md 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from vatio.measure._meter import Meter
from vatio.measure._recording import Facts
from vatio.measure._surroundings import Surroundings
from vatio.records import Channel, Quantity, product, scaled
from vatio.units import BYTES_PER_GIB

_RESERVING = ("kubernetes",)
Watch = Callable[[], float | None]


def busy_of(around: Surroundings, meters: Sequence[Meter]) -> Watch | None:
    """Give the CPU time among which a modelled CPU's joules are shared, where that is not the machine's.

    In a container the model covers what its cgroup was granted and used, so the workload has its share of that.
    """
    modelled = any(channel.meter == "cpu-model" for meter in meters for channel in meter.channels)
    if not modelled or around.container is None:
        return None
    from vatio.measure.meters import cgroup_watch

    return cgroup_watch(around.cgroup or {})


def facts_of(around: Surroundings, meters: Sequence[Meter], *, baseline: Mapping[str, Quantity], total: str = "parts") -> Facts:
    """Gather the facts beside the meters. ``baseline`` is the host's measured idle watts; what it lacks the catalog models."""
    channels = [channel for meter in meters for channel in meter.channels if channel.component and channel.part_of is None]
    job = around.job
    hosts = None if job is None else job.hosts_expected
    return Facts(
        idle_w={
            channel.device: idle
            for meter in meters
            for channel in meter.channels
            if channel in channels and (idle := _idle_w(meter, channel, channels, around, baseline))
        },
        reserved_ratio=around.reserved_ratio,
        gpus_reserved=_gpus_reserved(around),
        visible_gpus=_visible_gpus(around, channels),
        expected_hosts=hosts,
        total=total,
        notes=tuple(_notes(around, hosts)),
    )


def _idle_w(
    meter: Meter, channel: Channel, channels: Sequence[Channel], around: Surroundings, baseline: Mapping[str, Quantity]
) -> Quantity | None:
    if channel.device in baseline:
        return baseline[channel.device]
    told: Mapping[str, Quantity] = getattr(meter, "idle_w", {})
    if channel.device in told:
        return told[channel.device]
    alike = sum(other.component == channel.component for other in channels)
    if channel.component == "cpu":
        from vatio.catalog import processor

        return scaled(processor(around.cpu_model).idle_w, around.packages / alike)
    if channel.component == "dram":
        return _dram_idle_w(channel, around, alike)
    return None


def _dram_idle_w(channel: Channel, around: Surroundings, alike: int) -> Quantity | None:
    """Give a memory's idle watts from the catalog. Memory draws most of its power to keep its content."""
    from vatio.catalog import dram

    size_bytes = around.memory_bytes
    if channel.provenance != "measured":
        size_bytes = around.memory_granted_bytes or around.memory_bytes
    if size_bytes is None:
        return None
    return product(dram(), Quantity.exact(size_bytes / BYTES_PER_GIB / alike, source="installed memory"))


def _gpus_reserved(around: Surroundings) -> bool:
    """Tell whether a scheduler gave the visible GPUs to this job alone."""
    by_scheduler = around.job is not None and around.job.launcher == "slurm" and around.visible_gpus is not None
    return by_scheduler or (around.container in _RESERVING and around.container_gpus is not None)


def _visible_gpus(around: Surroundings, channels: Sequence[Channel]) -> tuple[str, ...]:
    found = tuple(channel.device for channel in channels if channel.component == "gpu")
    if found or not around.nvidia:
        return found
    return around.visible_gpus if around.visible_gpus is not None else ("gpu-0",)


def _notes(around: Surroundings, hosts: int | None) -> list[str]:
    notes = []
    if around.on_battery:
        notes.append("on battery: the CPU may be slower than on mains power")
    if hosts is not None and hosts > 1:
        notes.append(f"1 of {hosts} hosts: the others of this job have runs of their own")
    return notes
