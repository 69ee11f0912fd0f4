"""Turn what a file says of a run into the facts that a ledger keeps, with the file's name and digest beside them."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from vatio.digest import sha256
from vatio.errors import UsageError
from vatio.interop._told import ForeignRun, WholeRun
from vatio.interop._trust import plausible_energy_j, plausible_g
from vatio.ledger import Finished
from vatio.records import (
    Component,
    Emissions,
    Ended,
    Factor,
    Footprint,
    Intensity,
    Quantity,
    RunRecord,
    Started,
    dumps,
    total,
)
from vatio.units import S_PER_DAY, kwh

_MOST_S = 1e11  # some three thousand years: beyond it dates end
_IDLE = Quantity.absent("idle", source="the file does not say it")
_NO_HOST = "another host"
_OWN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class File(NamedTuple):
    """Name the file that runs come from: its format, its own name, its digest and when it was taken in."""

    format: str
    name: str
    sha256: str
    at: datetime


def finished(told: ForeignRun | WholeRun, file: File) -> Finished:
    """Give the entries of one run.

    Raises:
        UsageError: what is said cannot be: an implausible energy, a date beyond all calendars.
    """
    if isinstance(told, WholeRun):
        return _whole(told, file)
    said = _digest(file.format, told.tool, told.said)
    # A file that vatio wrote names its own run: taken in where that run is, it adds nothing.
    own = _OWN.fullmatch(told.identity) is not None
    run = told.identity if own else _id(told.started_at, _digest(file.format, told.identity or told.said))
    energy_j, doubts = _energy(told)
    started = _started(told, file, run)
    ended = _ended(told, started, energy_j, doubts)
    return Finished(
        started=started,
        ended=ended,
        footprint=_footprint(told, file, run, ended),
        environment=dumps(told.environment) if told.environment is not None else None,
        imported=_origin(file, told.place, None if own else said, told.tool),
    )


def _started(told: ForeignRun, file: File, run: str) -> Started:
    project = told.project or "imported"
    parts = (file.format, project, told.name, *(part.device for part in told.parts))
    duration_s = told.duration_s or 0.0
    if duration_s > _MOST_S:
        raise UsageError(f"a duration of {duration_s:g} s cannot be")
    return Started(
        id=run,
        name=told.name or file.format,
        project=project,
        series=_digest(*parts)[:16],
        command=(),
        stage=told.stage,
        started_at=told.started_at or file.at,
        # Nothing is known of the host's clock: a boot of its own keeps the run from seeming to share a device with others.
        start_monotonic_s=0.0,
        boot=f"import {run}",
        host=_NO_HOST,
        interval_s=0.0,
        tags=dict(told.tags),
    )


def _ended(told: ForeignRun, started: Started, energy_j: tuple[Quantity, ...], doubts: tuple[str, ...]) -> Ended:
    undated = () if told.started_at else ("the file does not say when the run was: it has the date of the import",)
    timeless = () if told.duration_s is not None else ("the file does not say how long the run took",)
    try:
        ended_at = started.started_at + timedelta(seconds=told.duration_s or 0.0)
    except OverflowError as error:
        raise UsageError("the run ends after all calendars") from error
    components = tuple(
        Component(
            component=part.component,
            device=part.device,
            host=_NO_HOST,
            meter=told.tool,
            energy_j=amount_j,
            idle_j=_IDLE,
        )
        for part, amount_j in zip(told.parts, energy_j, strict=True)
    )
    known = {part.component for part in told.parts if not part.energy_j.is_missing}
    return Ended(
        status="finished",
        ended_at=ended_at,
        duration_s=told.duration_s or 0.0,
        components=components,
        basis="machine",
        workload_energy_j=Quantity.absent("workload", source="the file does not part the workload from its machine"),
        work=dict(told.work),
        metrics=dict(told.metrics),
        complete={"cpu", "dram"} <= known and not any(amount_j.is_missing for amount_j in energy_j),
        notes=(*told.notes, *undated, *timeless, *doubts),
    )


def _energy(told: ForeignRun) -> tuple[tuple[Quantity, ...], tuple[str, ...]]:
    """Give each part's joules; where their sum is implausible, all of them are widened."""
    known = [part.energy_j for part in told.parts if not part.energy_j.is_missing]
    accelerators = _accelerators(told)
    whole, reason = plausible_energy_j(total(known), duration_s=told.duration_s, accelerators=accelerators)
    if not reason:
        return tuple(part.energy_j for part in told.parts), ()
    return tuple(_like(part.energy_j, whole, reason) for part in told.parts), (reason,)


def _accelerators(told: ForeignRun) -> int:
    named = len(told.environment.gpus) if told.environment is not None else 0
    return max(named, 8 if any(part.component in ("gpu", "other") for part in told.parts) else 0)


def _like(part: Quantity, whole: Quantity, reason: str) -> Quantity:
    """Widen a part in the proportion in which the whole was."""
    if part.value is None or not whole.value:
        return part
    low, high = (whole.low or 0.0) / whole.value, (whole.high or whole.value) / whole.value
    source = "; ".join(text for text in (part.source, reason) if text)
    return Quantity.around(part.value, part.value * low, part.value * high, provenance="default", source=source)


def _footprint(told: ForeignRun, file: File, run: str, ended: Ended) -> Footprint | None:
    """Give the footprint that the file states; ``None`` where it states none."""
    if told.operational_g.is_missing and told.embodied_g.is_missing and told.water_l.is_missing:
        return None
    energy_j = total(part.energy_j for part in ended.components) if ended.components else Quantity.absent("energy")
    pue = _pue(told)
    facility_kwh = None if energy_j.value is None else kwh(energy_j.value) * (told.pue or 1.0)
    operational, _ = plausible_g(told.operational_g, energy_kwh=facility_kwh)
    intensity = _intensity(told, operational, facility_kwh)
    source = f"as stated by {told.tool}"
    factors = [Factor(name="footprint", value=operational, unit="g", source=source)] if not operational.is_missing else []
    if intensity is not None:
        name = f"intensity {intensity.kind} {intensity.zone}".strip()
        factors.append(Factor(name=name, value=intensity.g_per_kwh, unit="g/kWh", source=source))
    return Footprint(
        run=run,
        accounted_at=file.at,
        basis="machine",
        energy_j=energy_j,
        emissions_g=Emissions(
            operational=operational,
            operational_market=Quantity.absent("market", source="the file does not say it"),
            embodied=told.embodied_g if not told.embodied_g.is_missing else _unsaid("embodied"),
            total=total([_named(operational, "operational"), _named(told.embodied_g, "embodied")]),
        ),
        intensity_g_per_kwh=intensity,
        pue=pue,
        water_l=_named(told.water_l, "water"),
        cost_eur=_unsaid("price"),
        renewable_ratio=_unsaid("renewable"),
        factors=tuple(factors),
    )


def _intensity(told: ForeignRun, operational: Quantity, facility_kwh: float | None) -> Intensity | None:
    if not told.intensity_g_per_kwh.is_missing:
        return Intensity(g_per_kwh=told.intensity_g_per_kwh, zone=told.zone, year=None)
    if operational.value is None or not facility_kwh:
        return None
    rate = Quantity.exact(operational.value / facility_kwh, provenance="modelled", source="grams by kWh, both of the file")
    return Intensity(g_per_kwh=rate, zone=told.zone, year=None)


def _pue(told: ForeignRun) -> Quantity:
    return _unsaid("pue") if told.pue is None else Quantity.exact(told.pue, provenance="modelled", source=told.tool)


def _named(quantity: Quantity, name: str) -> Quantity:
    return _unsaid(name) if quantity.is_missing else quantity


def _unsaid(name: str) -> Quantity:
    return Quantity.absent(name, source="the file does not say it")


def _whole(told: WholeRun, file: File) -> Finished:
    record = told.record
    given: dict[str, Any] = {item.name: getattr(record, item.name) for item in fields(RunRecord)}
    started = {item.name: given[item.name] for item in fields(Started) if item.name in given}
    host = record.hosts[0] if record.hosts else None
    ended = {item.name: given[item.name] for item in fields(Ended) if item.name in given}
    if record.ended_at is None:
        raise UsageError(f"run {record.id} goes on: only runs that ended are taken in")
    return Finished(
        started=Started(**{**started, "boot": host.boot if host else "", "host": host.host if host else _NO_HOST}),
        ended=Ended(**{**ended, "overhead_cpu_s": record.overhead.cpu_s, "ranks": host.ranks if host else ()}),
        footprint=_footprint_of(record, file),
        environment=dumps(record.environment) if record.environment is not None else None,
        imported=_origin(file, told.place, None, "vatio"),
    )


def _footprint_of(record: RunRecord, file: File) -> Footprint | None:
    if not record.footprints:
        return None
    energy_j = record.workload_energy_j if record.basis == "workload" else record.energy_j
    return Footprint(
        run=record.id,
        accounted_at=file.at,
        basis=record.basis,
        energy_j=energy_j,
        emissions_g=record.emissions_g,
        intensity_g_per_kwh=record.intensity_g_per_kwh,
        pue=record.pue,
        water_l=record.water_l,
        cost_eur=record.cost_eur,
        renewable_ratio=record.renewable_ratio,
    )


def _origin(file: File, place: str, said: str | None, tool: str) -> dict[str, object]:
    return {
        "format": file.format,
        "tool": tool,
        "file": file.name,
        "file_sha256": file.sha256,
        "place": place,
        "said_sha256": said,
    }


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _id(started_at: datetime | None, digest: str) -> str:
    """Make the UUIDv7 that the same run always gets: the day of its start, and a digest in place of chance.

    The day and not the moment, for a tool may state the start of one run a little differently as the run goes on.
    """
    day = (started_at.timestamp() // S_PER_DAY * S_PER_DAY) if started_at is not None else 0.0
    milliseconds = max(0, int(day * 1000.0)) & ((1 << 48) - 1)
    noise = int(digest[:19], 16)
    number = milliseconds << 80 | 0x7 << 76 | (noise >> 62 & 0xFFF) << 64 | 0b10 << 62 | (noise & ((1 << 62) - 1))
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
