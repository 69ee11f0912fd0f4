"""Lay two runs side by side: what they drew, took and emitted, and what differs around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vatio.analysis._differences import Difference, environment_differences
from vatio.records import Quantity, RunRecord, scaled


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRow:
    """Hold one figure of two runs; ``change_ratio`` is signed (-0.1 = 10 % less), ``None`` where one is missing or 0."""

    name: str
    unit: str
    before: Quantity
    after: Quantity
    change_ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Hold two runs side by side. ``caveats`` name what makes their figures hard to compare: other meters, another basis."""

    before: str
    after: str
    rows: tuple[CompareRow, ...]
    differences: tuple[Difference, ...]
    caveats: tuple[str, ...]

    @property
    def first_divergence(self) -> Difference | None:
        """Give the deepest field of the surroundings that differs, the likeliest cause."""
        return self.differences[0] if self.differences else None


def compare(before: RunRecord, after: RunRecord) -> Comparison:
    """Compare two runs. One run against another has no spread: whether a change is real is for ``change`` to say."""
    pairs = zip(_figures(before), _figures(after), strict=True)
    shared = [
        CompareRow(name=name, unit=unit, before=first, after=second, change_ratio=_ratio(first, second))
        for (name, unit, first), (_, _, second) in pairs
        if not (first.is_missing and second.is_missing)
    ]
    work = sorted(set(before.work) & set(after.work))
    return Comparison(
        before=before.id,
        after=after.id,
        rows=(*shared, *_per_work(before, after, work)),
        differences=environment_differences(before.environment, after.environment),
        caveats=tuple(_caveats(before, after)),
    )


def _figures(record: RunRecord) -> list[tuple[str, str, Quantity]]:
    emissions = record.emissions_g
    return [
        ("energy", "J", record.energy_j),
        ("workload energy", "J", record.workload_energy_j),
        ("above idle", "J", record.above_idle_j),
        ("duration", "s", Quantity.exact(record.duration_s)),
        ("CPU time", "s", _count(record.cpu_s)),
        ("operational", "g", emissions.operational),
        ("embodied", "g", emissions.embodied),
        ("emissions", "g", emissions.total),
        ("water", "L", record.water_l),
        ("cost", "EUR", record.cost_eur),
        ("peak memory", "bytes", _count(record.peak_memory_bytes)),
        ("peak GPU memory", "bytes", _count(record.peak_gpu_memory_bytes)),
        ("read", "bytes", _count(record.bytes_read)),
        ("written", "bytes", _count(record.bytes_written)),
    ]


def _per_work(before: RunRecord, after: RunRecord, units: list[str]) -> Iterator[CompareRow]:
    for unit in units:
        first, second = (_per(record, unit) for record in (before, after))
        if not (first.is_missing and second.is_missing):
            yield CompareRow(
                name=f"energy per {unit}", unit="J", before=first, after=second, change_ratio=_ratio(first, second)
            )


def _per(record: RunRecord, unit: str) -> Quantity:
    count = record.work[unit]
    if count <= 0.0 or record.own_energy_j.is_missing:
        return Quantity.absent(unit)
    return scaled(record.own_energy_j, 1.0 / count)


def _caveats(before: RunRecord, after: RunRecord) -> Iterator[str]:
    first, second = (sorted({f"{part.device} by {part.meter}" for part in run.components}) for run in (before, after))
    if first != second:
        yield f"other meters: {', '.join(first) or 'none'}; then {', '.join(second) or 'none'}"
    if before.basis != after.basis:
        yield f"another basis: {before.basis}, then {after.basis}"
    zones = [run.intensity_g_per_kwh for run in (before, after)]
    if zones[0] and zones[1] and (zones[0].zone, zones[0].year) != (zones[1].zone, zones[1].year):
        yield f"another grid: {zones[0].zone} of {zones[0].year}, then {zones[1].zone} of {zones[1].year}"
    for run in (before, after):
        if run.status != "finished":
            yield f"{run.name} is {run.status}"
        if not run.complete:
            yield f"{run.name} is incomplete"


def _count(value: float | None) -> Quantity:
    return Quantity.absent("not recorded") if value is None else Quantity.exact(float(value))


def _ratio(before: Quantity, after: Quantity) -> float | None:
    if before.value is None or after.value is None or before.value <= 0.0:
        return None
    return after.value / before.value - 1.0
