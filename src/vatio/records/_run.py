"""What was measured: the facts that the ledger keeps of a run, and the view of it that every command shows.

``Started`` and ``Ended`` are stored (the joules, seconds and bytes); ``RunRecord`` is computed from them and from the
latest footprint whenever a run is shown (CONTRACT.md 2 and 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from vatio.records._quantity import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Describe one column of samples: what it counts or shows, who reads it, and how far it can be trusted.

    ``kind`` is ``counter`` (accumulated since the run's begin, wraps resolved) or ``gauge`` (a level). ``unit`` is one of
    ``j s bytes ratio hz celsius w``. An energy channel has a ``component`` (cpu, dram, gpu, platform, other); one with
    ``part_of`` is shown and never added. The truth of an energy E read over a window lies in
    ``[E * low_ratio - refresh_s * power - resolution, E * high_ratio + refresh_s * power + resolution]``.
    """

    name: str
    unit: str
    kind: str = "counter"
    component: str | None = None
    device: str = ""
    part_of: str | None = None
    meter: str = ""
    provenance: str = "measured"
    source: str = ""
    low_ratio: float = 1.0
    high_ratio: float = 1.0
    resolution: float = 0.0
    refresh_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Name a time (seconds since the run's start) for which something is not known, and why."""

    start_s: float
    end_s: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Hold what one device drew while the run lasted, and what it would have drawn idle.

    ``counter_j`` is the device's own counter at the run's begin and end, wraps resolved from the begin on, with the range
    after which it wraps: with it overlapping runs of one boot are joined exactly (CONTRACT.md 5).
    """

    component: str
    device: str
    host: str
    meter: str
    energy_j: Quantity
    idle_j: Quantity
    part_of: str | None = None
    workload_j: Quantity | None = None
    counter_j: tuple[float, float] | None = None
    counter_range_j: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Hold one named part of a run: phases may nest (``parent``) and overlap."""

    name: str
    parent: str | None
    rank: int
    start_s: float
    duration_s: float
    energy_j: Quantity
    cpu_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Hold what is known of a run before its workload begins. ``start_monotonic_s`` is the boot's CLOCK_MONOTONIC."""

    SCHEMA: ClassVar[str] = "vatio.started/1"

    id: str
    name: str
    project: str
    series: str
    command: tuple[str, ...]
    stage: str
    started_at: datetime
    start_monotonic_s: float
    boot: str
    host: str
    interval_s: float
    job: str | None = None
    rank: int = 0
    ranks_expected: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    within: str | None = None
    parents: tuple[str, ...] = ()
    plan: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Hold the facts of a run that has ended: joules, seconds and bytes, never what depends on a factor."""

    SCHEMA: ClassVar[str] = "vatio.ended/1"

    status: str
    ended_at: datetime
    duration_s: float
    components: tuple[Component, ...]
    basis: str
    workload_energy_j: Quantity
    exit_code: int | None = None
    signal: int | None = None
    paused_s: float = 0.0
    cpu_s: float | None = None
    reserved_ratio: float | None = None
    gaps: tuple[Gap, ...] = ()
    phases: tuple[Phase, ...] = ()
    work: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    utilisation: Mapping[str, Any] = field(default_factory=dict)
    peak_memory_bytes: int | None = None
    peak_gpu_memory_bytes: int | None = None
    bytes_read: int | None = None
    bytes_written: int | None = None
    bytes_sent: int | None = None
    bytes_received: int | None = None
    overhead_cpu_s: float = 0.0
    complete: bool = False
    ranks: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    environment_sha256: str | None = None
    samples_sha256: str | None = None
    aggregates_sha256: str | None = None
