"""Know the same comparison again: what was run, on which machine, measured how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vatio.digest import sha256
from vatio.errors import MeasureError
from vatio.measure import PairedMeasurement, Surroundings
from vatio.records import RunRecord
from vatio.units import BYTES_PER_GIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """Hold how costs were measured: of which command (as the ledger shows it), in which unit, by which meters."""

    command: tuple[str, ...]
    unit: str
    per: str | None
    basis: str
    meters: tuple[str, ...]


def fingerprint_of(around: Surroundings) -> dict[str, str]:
    """Name what of a machine changes what a workload costs on it. CI machines come and go: their host differs each time."""
    return {
        "host": around.host,
        "processor": around.cpu_model,
        "processors": str(around.cpus if around.cpus_granted is None else around.cpus_granted),
        "memory": "" if around.memory_bytes is None else f"{around.memory_bytes / BYTES_PER_GIB:.0f} GiB",
        "container": around.container or "none",
        "virtual": around.vm or "none",
    }


def method_of(found: PairedMeasurement, arm: str, command: tuple[str, ...]) -> Method:
    """Say how an arm was measured."""
    records = [repetition.record for repetition in found.of(arm) if repetition.record is not None]
    shown = records[-1].command if records else command
    return Method(
        command=tuple(shown),
        unit=found.unit,
        per=found.design.work_unit,
        basis=found.basis,
        meters=meters_of(records) if found.unit == "J" else (),
    )


def meters_of(records: Sequence[RunRecord]) -> tuple[str, ...]:
    """Name the devices that were counted, each with the meter that read it."""
    parts = [part for record in records[-1:] for part in record.components if part.part_of is None]
    return tuple(sorted({f"{part.device} by {part.meter}" for part in parts}))


def series_of(method: Method, project: str) -> str:
    """Give the digest by which verdicts of one comparison are found again."""
    parts = (project, *method.command, method.unit, method.per or "", method.basis, *method.meters)
    return sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()[:16]


def kept_costs(
    runs: Sequence[RunRecord], found: PairedMeasurement, per: str | None
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Give the costs of kept runs and of the repetitions just measured, both taken from their records in the same way.

    Raises:
        MeasureError: they were measured by other meters, or have another basis.
    """
    records = [each.record for each in found.repetitions if each.ok and not each.warm_up and each.record is not None]
    if not records:
        raise MeasureError("no repetition was measured whole")
    if found.unit == "J":
        for what, old, now in (("meters", meters_of(runs[:1]), meters_of(records)), ("basis", runs[0].basis, records[0].basis)):
            if old != now:
                raise MeasureError(
                    f"the kept runs were measured in another way: {what} {old}, now {now}", hint="compare with git:REF"
                )
    old_costs, new_costs = ([_cost(run, found.unit, per) for run in group] for group in (runs, records))
    return tuple(cost for cost in old_costs if cost), tuple(cost for cost in new_costs if cost)


def _cost(run: RunRecord, unit: str, per: str | None) -> float | None:
    whole = run.own_energy_j.value if unit == "J" else run.cpu_s
    if per is None or whole is None:
        return whole
    done = run.work.get(per, 0.0)
    return whole / done if done > 0.0 else None
