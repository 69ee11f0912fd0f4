"""Assemble the view of one run, ``vatio.run/1``, from what is known of it (CONTRACT.md 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vatio.records import Quantity, counted, difference, total

# Types only: a run that is shown as it lies needs none of these classes, and each costs 0.5 ms to load.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import Ended, EntryRef, Environment, Footprint, RunRecord, Started

_NO_FOOTPRINT = Quantity.absent("footprint", source="not accounted")
# What a view takes from the payloads as it is; tests compare with the records' own fields.
STARTED = (
    *("id", "name", "project", "series", "job", "command", "started_at", "interval_s", "start_monotonic_s"),
    *("stage", "tags", "within", "parents", "plan"),
)
ENDED = (
    *("status", "exit_code", "signal", "ended_at", "duration_s", "paused_s", "gaps", "workload_energy_j", "cpu_s", "basis"),
    *("complete", "components", "work", "metrics", "phases", "utilisation", "peak_memory_bytes", "peak_gpu_memory_bytes"),
    *("bytes_read", "bytes_written", "bytes_sent", "bytes_received", "notes", "reserved_ratio"),
)
_ACCOUNTED = ("emissions_g", "intensity_g_per_kwh", "renewable_ratio", "pue", "water_l", "cost_eur")


def run_record(
    started: Started,
    ended: Ended,
    *,
    footprint: Footprint | None = None,
    environment: Environment | None = None,
    sealed: bool = True,
    entries: Sequence[EntryRef] = (),
    footprints: Sequence[str] = (),
    more: Mapping[str, Any] | None = None,
) -> RunRecord:
    """Show a run as every command does. ``ended`` of a run that goes on holds what is known so far (``sealed=False``)."""
    from vatio.records import Emissions, Host, Overhead, RunRecord

    known = run_fields(started, ended, footprint)
    known["hosts"] = tuple(Host(**host) for host in known["hosts"])
    known["overhead"] = Overhead(**known["overhead"])
    if footprint is None:
        known["emissions_g"] = Emissions(**known["emissions_g"])
    return RunRecord(
        **known,
        sealed=sealed,
        footprints=tuple(footprints),
        environment=environment,
        entries=tuple(entries),
        more=dict(more or {}),
    )


def run_fields(started: Started, ended: Ended, footprint: Footprint | None) -> dict[str, Any]:
    """Give the fields of a view that its payloads make, whether they are records or what stands for them (``Seen``)."""
    parts = counted(ended.components)
    energy_j, idle_j = total(part.energy_j for part in parts), total(part.idle_j for part in parts)
    host = {
        "host": started.host,
        "boot": started.boot,
        "ranks": ended.ranks or (started.rank,),
        "energy_j": energy_j,
        "cpu_s": ended.cpu_s,
    }
    return {
        **{name: getattr(started, name) for name in STARTED},
        **{name: getattr(ended, name) for name in ENDED},
        **_accounted(footprint),
        "hosts": (host,),
        "energy_j": energy_j,
        "above_idle_j": difference(energy_j, idle_j),
        "flop": _flop(ended),
        "overhead": {"cpu_s": ended.overhead_cpu_s, "energy_j": _overhead_j(ended)},
    }


def _accounted(footprint: Footprint | None) -> dict[str, Any]:
    if footprint is not None:
        return {name: getattr(footprint, name) for name in _ACCOUNTED}
    names = ("operational", "operational_market", "embodied", "total")
    none = dict.fromkeys(_ACCOUNTED, _NO_FOOTPRINT)
    return {**none, "emissions_g": dict.fromkeys(names, _NO_FOOTPRINT), "intensity_g_per_kwh": None}


def _flop(ended: Ended) -> Quantity:
    count = ended.work.get("flop")
    return Quantity.absent("flop") if count is None else Quantity.exact(float(count), source="declared by the workload")


def _overhead_j(ended: Ended) -> Quantity:
    # vatio's CPU seconds at the mean active joules of a CPU second of this run; the truth is at least nothing and, as
    # other programs were active too, at most that.
    active_j = [
        difference(part.energy_j, part.idle_j) for part in counted(ended.components) if part.component in ("cpu", "platform")
    ]
    known_j = sum(part.value or 0.0 for part in active_j)
    busy_s = (ended.cpu_s or 0.0) + ended.overhead_cpu_s
    if known_j <= 0.0 or busy_s <= 0.0:
        return Quantity.absent("overhead", source="the active energy of the CPU is not known")
    most_j = known_j * ended.overhead_cpu_s / busy_s
    return Quantity.around(most_j, 0.0, most_j, provenance="modelled", source="share of the CPU's active joules")
