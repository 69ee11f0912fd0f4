"""The view of one run, ``vatio.run/1``: what every command, export and report starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from vatio.records._environment import Environment
from vatio.records._footprint import Emissions, Intensity
from vatio.records._quantity import Quantity
from vatio.records._run import Component, Gap, Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Hold one machine's part of a run."""

    host: str
    boot: str
    ranks: tuple[int, ...]
    energy_j: Quantity
    cpu_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """Hold what vatio itself cost while it measured."""

    cpu_s: float
    energy_j: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRef:
    """Name one ledger entry of a run."""

    origin: str
    seq: int
    hash: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """Hold a run as it is shown. Energies are joules, times seconds or UTC dates; see CONTRACT.md 2 for each field.

    ``energy_j`` is what the counted devices drew, ``workload_energy_j`` this run's share of it; ``basis`` says of which
    the footprint is, ``reserved_ratio`` which part of the machine was reserved for the run, if any was. ``more`` keeps the
    fields of a newer schema, so that they are shown and not lost.
    """

    SCHEMA: ClassVar[str] = "vatio.run/1"

    id: str
    name: str
    project: str
    series: str
    job: str | None
    command: tuple[str, ...]
    status: str
    sealed: bool
    exit_code: int | None
    signal: int | None
    started_at: datetime
    ended_at: datetime | None
    duration_s: float
    paused_s: float
    interval_s: float
    start_monotonic_s: float
    gaps: tuple[Gap, ...]
    stage: str
    tags: Mapping[str, str]
    within: str | None
    parents: tuple[str, ...]
    plan: str | None
    hosts: tuple[Host, ...]
    energy_j: Quantity
    workload_energy_j: Quantity
    cpu_s: float | None
    basis: str
    above_idle_j: Quantity
    complete: bool
    components: tuple[Component, ...]
    emissions_g: Emissions
    intensity_g_per_kwh: Intensity | None
    renewable_ratio: Quantity
    pue: Quantity
    water_l: Quantity
    cost_eur: Quantity
    footprints: tuple[str, ...]
    work: Mapping[str, float]
    flop: Quantity
    metrics: Mapping[str, float]
    phases: tuple[Phase, ...]
    utilisation: Mapping[str, Any]
    peak_memory_bytes: int | None
    peak_gpu_memory_bytes: int | None
    bytes_read: int | None
    bytes_written: int | None
    bytes_sent: int | None
    bytes_received: int | None
    overhead: Overhead
    environment: Environment | None
    entries: tuple[EntryRef, ...]
    notes: tuple[str, ...] = ()
    reserved_ratio: float | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def own_energy_j(self) -> Quantity:
        """Give the joules that the run answers for: its workload's where they are known, else the machine's."""
        is_shared = self.basis == "workload" and not self.workload_energy_j.is_missing
        return self.workload_energy_j if is_shared else self.energy_j
