"""Assemble the view of one run, ``vatio.run/1``, from what is known of it (CONTRACT.md 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from vatio.records import (
    Emissions,
    Ended,
    EntryRef,
    Environment,
    Footprint,
    Host,
    Overhead,
    Quantity,
    RunRecord,
    Started,
    counted,
    difference,
    total,
)

_NO_FOOTPRINT = Quantity.absent("footprint", source="not accounted")


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
    energy_j = total(component.energy_j for component in counted(ended.components))
    idle_j = total(component.idle_j for component in counted(ended.components))
    host = Host(
        host=started.host, boot=started.boot, ranks=ended.ranks or (started.rank,), energy_j=energy_j, cpu_s=ended.cpu_s
    )
    shown = frozenset(item.name for item in fields(RunRecord))
    known: dict[str, Any] = {
        **_same(started, shown),
        **_same(ended, shown),
        **_accounted(footprint),
    }
    return RunRecord(
        **known,
        sealed=sealed,
        hosts=(host,),
        energy_j=energy_j,
        above_idle_j=difference(energy_j, idle_j),
        footprints=tuple(footprints),
        flop=_flop(ended),
        overhead=Overhead(cpu_s=ended.overhead_cpu_s, energy_j=_overhead_j(ended)),
        environment=environment,
        entries=tuple(entries),
        more=dict(more or {}),
    )


def _same(record: Started | Ended, shown: frozenset[str]) -> dict[str, Any]:
    return {item.name: getattr(record, item.name) for item in fields(record) if item.name in shown}


def _accounted(footprint: Footprint | None) -> dict[str, Any]:
    if footprint is None:
        none = Emissions(
            operational=_NO_FOOTPRINT, operational_market=_NO_FOOTPRINT, embodied=_NO_FOOTPRINT, total=_NO_FOOTPRINT
        )
        rest = dict.fromkeys(("renewable_ratio", "pue", "water_l", "cost_eur"), _NO_FOOTPRINT)
        return {"emissions_g": none, "intensity_g_per_kwh": None, **rest}
    names = ("emissions_g", "intensity_g_per_kwh", "renewable_ratio", "pue", "water_l", "cost_eur")
    return {name: getattr(footprint, name) for name in names}


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
