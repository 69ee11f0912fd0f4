"""Sum a run up from its samples and events: energy is the last reading minus the first (CONTRACT.md 3 and 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

from vatio.ledger.samples import SpoolHeader
from vatio.ledger.summary._columns import EnergyColumn, LevelColumn
from vatio.ledger.summary._events import Story, read_story
from vatio.ledger.summary._share import basis_of, workload_of
from vatio.records import Channel, Component, Ended, Gap, Phase, Quantity, counted_channels, scaled, total

# A row this many intervals late is a gap in the power curve, even where counters lose nothing.
_LATE_INTERVALS = 3.0
_LATE_S = 2.0


def summarise(
    header: SpoolHeader,
    rows: Iterable[Sequence[float]],
    events: Iterable[Mapping[str, Any]] = (),
    *,
    status: str = "interrupted",
    exit_code: int | None = None,
    signal: int | None = None,
    duration_s: float | None = None,
    peak_memory_bytes: int | None = None,
    gaps: Iterable[Gap] = (),
    notes: Iterable[str] = (),
) -> Ended:
    """Make the facts of a run from its spool's rows of ``(t_s, one number a channel)``, NaN where there was none.

    ``duration_s`` goes from the first row to the last unless given. Rows are looked at once, in order.
    """
    summed = _Summing(header, events)
    for row in rows:
        summed.add(row)
    end_s = summed.last_s
    story = summed.story
    components = summed.components()
    share = basis_of(components)
    started_at = header.wall_start or header.started.started_at
    return Ended(
        status=status,
        ended_at=(started_at + timedelta(seconds=end_s + story.stood_still_s)).astimezone(UTC),
        duration_s=summed.duration_s if duration_s is None else duration_s,
        components=components,
        basis=share.basis,
        workload_energy_j=share.energy_j,
        exit_code=exit_code,
        signal=signal,
        paused_s=story.paused_s,
        cpu_s=_most(summed.counted("workload.cpu_s"), story.ranks_cpu_s),
        reserved_ratio=header.reserved_ratio,
        gaps=tuple(sorted([*gaps, *story.gaps, *summed.gaps(end_s)], key=lambda gap: (gap.start_s, gap.end_s, gap.reason))),
        phases=tuple(summed.phase(phase) for phase in story.phases(end_s)),
        work=story.work,
        metrics=story.metrics,
        utilisation=summed.utilisation(),
        peak_memory_bytes=_largest(peak_memory_bytes, summed.level("workload.memory_bytes").peak) or None,  # none holds nothing
        peak_gpu_memory_bytes=_largest(*(column.peak for column in summed.levels_of("gpu", "memory_bytes"))),
        bytes_read=_whole(summed.counted("io.read_bytes")),
        bytes_written=_whole(summed.counted("io.written_bytes")),
        bytes_sent=_whole(summed.counted("net.sent_bytes")),
        bytes_received=_whole(summed.counted("net.received_bytes")),
        overhead_cpu_s=summed.level("vatio.cpu_s").last or 0.0,
        complete=is_complete(header, components),
        ranks=story.ranks,
        notes=tuple(dict.fromkeys((*header.notes, *story.notes, *notes))),
    )


def is_complete(header: SpoolHeader, components: Sequence[Component]) -> bool:
    """Tell whether cpu, dram, every visible GPU and every expected host have a value without a missing part."""
    whole = [part.component for part in components if part.part_of is None and part.energy_j.is_complete]
    gpus = len([part for part in whole if part == "gpu"])
    hosts = header.expected_hosts is None or header.expected_hosts <= 1
    return "cpu" in whole and "dram" in whole and gpus >= len(header.visible_gpus) and hosts


class _Summing:
    """Look at each row once: counters keep their ends and their values at boundaries, levels their mean and peak."""

    def __init__(self, header: SpoolHeader, events: Iterable[Mapping[str, Any]]) -> None:
        self._header, self.last_s, self._late = header, 0.0, list[Gap]()
        self.story: Story = read_story(events, start_s=header.started.start_monotonic_s, rank=header.started.rank)
        times = {channel.name.removeprefix("time:"): at for at, channel in enumerate(header.channels, 1) if channel.unit == "s"}
        boundaries = self.story.boundaries()
        self._energies = [
            EnergyColumn(channel, at, times.get(channel.meter, 0), boundaries)
            for at, channel in enumerate(header.channels, 1)
            if channel.component
        ]
        self._counted = frozenset(channel.name for channel in counted_channels(header.channels))
        self._levels = {
            channel.name: LevelColumn(channel, at) for at, channel in enumerate(header.channels, 1) if not channel.component
        }
        self._load = LevelColumn(Channel(name="cpu", unit="ratio", kind="gauge"), -1)
        self._before: tuple[float, float, float] | None = None
        self._rows, self._first_s = 0, 0.0

    def add(self, row: Sequence[float]) -> None:
        """Take the next row."""
        for column in self._energies:
            column.add(row)
        for level in self._levels.values():
            level.add(row[0], row[level.at])
        self._add_load(row[0])
        if not self._rows:
            self._first_s = row[0]
        late_s = row[0] - self.last_s
        if self._rows > 1 and late_s > _LATE_INTERVALS * self._header.started.interval_s + _LATE_S:
            self._late.append(Gap(start_s=self.last_s, end_s=row[0], reason="no sample"))
        self._rows += 1
        self.last_s = row[0]

    def _add_load(self, t_s: float) -> None:
        busy, whole = self.level("cpu.busy_s").last, self.level("cpu.total_s").last
        if busy is None or whole is None:
            return
        # Busy time comes in ticks of 10 ms: the load of less than half a CPU-second is noise.
        if self._before is None or whole - self._before[2] >= 0.5:
            if self._before is not None:
                self._load.add(t_s, (busy - self._before[1]) / (whole - self._before[2]))
            self._before = (t_s, busy, whole)

    def level(self, name: str) -> LevelColumn:
        """Give the column of that name; one that was not sampled is empty."""
        return self._levels.get(name) or LevelColumn(Channel(name=name, unit="ratio"), -1)

    def levels_of(self, prefix: str, suffix: str) -> list[LevelColumn]:
        """Give the columns ``<device>.<suffix>`` of the devices whose name starts so."""
        return [column for name, column in self._levels.items() if name.startswith(prefix) and name.endswith(f".{suffix}")]

    def counted(self, name: str) -> float | None:
        """Give how much a counter rose."""
        return self.level(name).rise

    @property
    def duration_s(self) -> float:
        """Give the seconds between the first row and the last."""
        return self.last_s - self._first_s if self._rows else 0.0

    def components(self) -> tuple[Component, ...]:
        """Make each device's component: what it drew, would have drawn idle, and the workload's part of it."""
        return tuple(self._component(column) for column in self._energies)

    def _component(self, column: EnergyColumn) -> Component:
        channel, header = column.channel, self._header
        energy_j = column.energy_j()
        watts = header.idle_w.get(channel.device)
        idle_j = Quantity.absent(channel.device) if watts is None else scaled(watts, self.duration_s)
        share_j = self.level(f"share:{channel.device}").rise
        ranges = header.counter_ranges_j
        return Component(
            component=channel.component or "other",
            device=channel.device,
            host=header.started.host,
            meter=channel.meter,
            energy_j=energy_j,
            idle_j=idle_j,
            part_of=channel.part_of,
            workload_j=workload_of(channel, energy_j, idle_j, share_j, header.reserved_ratio)
            if channel.name in self._counted
            else None,
            counter_j=column.ends_j if channel.name in ranges else None,
            counter_range_j=ranges.get(channel.name),
        )

    def gaps(self, end_s: float) -> list[Gap]:
        """Name the times without samples, and without a device's readings."""
        reasons = self.story.faults
        return [*self._late, *(gap for column in self._energies for gap in column.gaps(end_s, reasons))]

    def phase(self, phase: Phase) -> Phase:
        """Give a phase its joules: those of the counted devices between its two boundaries."""
        end_s, added = phase.start_s + phase.duration_s, self._counted
        parts = [column.between(phase.start_s, end_s) for column in self._energies if column.channel.name in added]
        return replace(phase, energy_j=total(parts) if parts else Quantity.absent("energy"))

    def utilisation(self) -> dict[str, Any]:
        """Give mean and peak load of the CPU and of each GPU, with the mean clock and the peak temperature where known."""
        busy, whole = self.counted("cpu.busy_s"), self.counted("cpu.total_s")
        found: dict[str, Any] = {}
        if busy is not None and whole:
            mean = busy / whole
            found["cpu"] = {"mean_ratio": mean, "peak_ratio": max(mean, self._load.peak or 0.0), **self._clock_and_heat("cpu")}
        gpus = self.levels_of("gpu", "utilisation_ratio")
        if gpus:
            names = [column.channel.name.rpartition(".")[0] for column in gpus]
            found["gpu"] = [
                {"device": name, "mean_ratio": column.mean, "peak_ratio": column.peak, **self._clock_and_heat(name)}
                for name, column in zip(names, gpus, strict=True)
            ]
        return found

    def _clock_and_heat(self, device: str) -> dict[str, float]:
        clock, heat = self.level(f"{device}.clock_hz").mean, self.level(f"{device}.temperature_celsius").peak
        known = {"mean_clock_hz": clock, "peak_temperature_celsius": heat}
        return {name: value for name, value in known.items() if value is not None}


def _largest(*values: float | None) -> int | None:
    known = [value for value in values if value is not None]
    return int(max(known)) if known else None


def _most(sampled_s: float | None, told_s: float | None) -> float | None:
    """Take what the ranks counted themselves: samples miss what one did between the last look at it and its end."""
    known = [value for value in (sampled_s, told_s) if value is not None]
    return max(known) if known else None


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
