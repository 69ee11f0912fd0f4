"""What every format takes out of a run: the joules and grams of its basis by device; and what it has to leave behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from vatio.account import counted
from vatio.records import Quantity, RunRecord, total

# What a run may have, by the word under which a format says that it has no place for it.
KINDS = ("intervals", "provenance", "embodied", "market", "cost", "water", "phases", "work", "metrics", "pue", "samples")


class Joules(NamedTuple):
    """Hold the joules of one run by kind of device, of the workload where that is the run's basis, and in all."""

    cpu_j: Quantity
    gpu_j: Quantity
    dram_j: Quantity
    other_j: Quantity
    whole_j: Quantity


def joules_of(record: RunRecord) -> Joules:
    """Give what a run's basis drew, device by device."""
    of_workload = record.basis == "workload" and not record.workload_energy_j.is_missing
    found: dict[str, list[Quantity]] = {"cpu": [], "gpu": [], "dram": [], "other": []}
    for part in counted(record.components):
        shared = part.workload_j if of_workload and part.workload_j is not None else part.energy_j
        found[part.component if part.component in found else "other"].append(shared)
    kinds = {kind: total(parts) if parts else Quantity.absent(kind) for kind, parts in found.items()}
    whole = record.workload_energy_j if of_workload else record.energy_j
    if of_workload and not _adds_up(kinds.values(), whole):
        kinds = {**dict.fromkeys(found, Quantity.absent("share")), "other": whole}
    return Joules(**{f"{kind}_j": part_j for kind, part_j in kinds.items()}, whole_j=whole)


def left_out(records: Iterable[RunRecord], carried: Sequence[str]) -> tuple[str, ...]:
    """Say which things the runs have and the format has no place for."""
    runs = tuple(records)
    return tuple(_WORDS[kind] for kind in KINDS if kind not in carried and any(_has(run, kind) for run in runs))


_WORDS = {
    "intervals": "the intervals of the numbers",
    "provenance": "which numbers were measured and which modelled",
    "embodied": "the embodied emissions",
    "market": "the market-based emissions",
    "cost": "the cost",
    "water": "the water",
    "phases": "the phases",
    "work": "the units of work",
    "metrics": "the metrics",
    "pue": "the PUE",
    "samples": "the samples and the environment",
}


def _has(run: RunRecord, kind: str) -> bool:
    figures = {
        "embodied": run.emissions_g.embodied,
        "market": run.emissions_g.operational_market,
        "cost": run.cost_eur,
        "water": run.water_l,
        "pue": run.pue,
    }
    if kind in figures:
        return figures[kind].value not in (None, 1.0 if kind == "pue" else None)
    full = {"phases": run.phases, "work": run.work, "metrics": run.metrics}
    return bool(full[kind]) if kind in full else True


def _adds_up(parts: Iterable[Quantity], whole: Quantity) -> bool:
    known = sum(part.value or 0.0 for part in parts)
    return whole.value is not None and abs(known - whole.value) <= 1e-9 * abs(whole.value)
