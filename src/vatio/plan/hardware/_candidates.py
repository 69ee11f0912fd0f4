"""Make options of what the catalog and the ledger know: a kind of accelerator, a rented machine, the hosts of own runs."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import replace

from vatio.catalog import AcceleratorRow, Catalog, InstanceRow, embodied, facility
from vatio.errors import UnknownName
from vatio.plan.hardware._option import CLOUD, OWN, Option
from vatio.plan.outcome import running_s
from vatio.records import Quantity, RunRecord, scaled, total


def from_catalog(name: str, catalog: Catalog, *, count: float = 1.0) -> Option:
    """Make an option of an accelerator (bought, without its host) or of a rented machine, by its name.

    Raises:
        UnknownName: no table has it.
    """
    instance = catalog.instance(name)
    if instance is not None:
        return _rented(instance, catalog, count)
    row = catalog.accelerator(name)
    if row is None:
        error = catalog.unknown_hardware(name)
        near = error.hint.partition("Else")[0].strip()
        listed = "`vatio catalog list accelerators` and `... instances` show all"
        raise UnknownName(str(error), hint=f"{near} {listed}; or describe it in a --table FILE".strip())
    shown = row.name if count == 1.0 else f"{count:g} x {row.name}"
    return Option(
        name=shown,
        where=OWN,
        busy_w=scaled(row.board_w, count),
        idle_w=scaled(row.idle_w, count),
        embodied_g=scaled(row.embodied_g, count),
        lifetime_years=embodied("gpu", _kind(row)).lifetime_years,
        pue=facility("server").pue,
    )


def _kind(row: AcceleratorRow) -> str:
    return row.kind if row.kind in ("hbm", "gddr") else "hbm"


def _rented(instance: InstanceRow, catalog: Catalog, count: float) -> Option:
    row = catalog.accelerator(instance.accelerator) if instance.accelerator else None
    number = instance.accelerators_per_instance
    host_w = instance.host_w
    busy_w, idle_w, grams = _ends(host_w, "high"), _ends(host_w, "low"), Quantity.absent("embodied", source="no table has it")
    if row is not None:
        busy_w = total([busy_w, scaled(row.board_w, number)])
        idle_w = total([idle_w, scaled(row.idle_w, number)])
        grams = scaled(row.embodied_g, number)
    provider = instance.provider if instance.provider in ("aws", "azure", "gcp") else "server"
    return Option(
        name=instance.name if count == 1.0 else f"{count:g} x {instance.name}",
        where=CLOUD,
        busy_w=scaled(busy_w, count),
        idle_w=scaled(idle_w, count),
        embodied_g=scaled(grams, count),
        lifetime_years=embodied("gpu", "hbm" if row is None else _kind(row)).lifetime_years,
        pue=facility(provider).pue,
    )


def _ends(host_w: Quantity, side: str) -> Quantity:
    """Take the busy or the idle end of a host's range, with what lies between it and the middle as its interval."""
    if host_w.value is None or host_w.low is None or host_w.high is None:
        return host_w
    if side == "high":
        return Quantity.around(host_w.high, host_w.value, host_w.high, provenance=host_w.provenance, source=host_w.source)
    return Quantity.around(host_w.low, host_w.low, host_w.value, provenance=host_w.provenance, source=host_w.source)


def from_runs(records: Iterable[RunRecord], unit: str) -> tuple[Option, ...]:
    """Make an option of each host whose finished runs counted the unit of work: measured watts and throughput.

    The median of its runs, from the least to the most of them. A host is named by the hardware of its latest run.
    """
    by_host: dict[str, list[RunRecord]] = {}
    for record in records:
        busy_s = running_s(record)
        done = record.work.get(unit, 0.0)
        if record.status == "finished" and record.hosts and busy_s > 0.0 and done > 0.0 and not record.own_energy_j.is_missing:
            by_host.setdefault(record.hosts[0].host, []).append(record)
    return tuple(_of_host(host, found, unit) for host, found in by_host.items())


def _of_host(host: str, found: list[RunRecord], unit: str) -> Option:
    source = f"{len(found)} run{'s' if len(found) > 1 else ''} that counted {unit}"
    seconds = [running_s(record) for record in found]
    watts = [(record.own_energy_j.value or 0.0) / busy_s for record, busy_s in zip(found, seconds, strict=True)]
    rates = [record.work[unit] / busy_s for record, busy_s in zip(found, seconds, strict=True)]
    made = Option(name=f"host {host}", where=OWN, busy_w=_median(watts, source), work_per_s=_median(rates, source))
    return replace(made, pue=found[0].pue)


def _median(values: list[float], source: str) -> Quantity:
    return Quantity.around(statistics.median(values), min(values), max(values), provenance="measured", source=source)
