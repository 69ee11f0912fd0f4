"""CodeCarbon's emissions.csv, of any version: 38 columns in 3.3, 31 in 2.x, fewer before; one row a run.

Energies are kWh with the PUE multiplied in, emissions kg. A component that a tracker could not read is 0 there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from vatio.errors import UsageError
from vatio.interop._carried import joules_of, left_out
from vatio.interop._format import Written
from vatio.interop._told import NOT_SAID, ForeignRun, Item, Part, Problem
from vatio.interop._trust import ESTIMATED_RATIO, stated
from vatio.interop.formats._rows import numbers, part, runs_of, said
from vatio.interop.text import Row, table, when, write_table
from vatio.records import Accelerator, Environment, Processor, Quantity, RunRecord
from vatio.units import BYTES_PER_GIB, G_PER_KG, RATIO_PER_PERCENT, kwh

COLUMNS = (
    "timestamp", "project_name", "run_id", "experiment_id", "duration", "emissions", "emissions_rate", "cpu_power",
    "gpu_power", "ram_power", "cpu_energy", "gpu_energy", "ram_energy", "energy_consumed", "water_consumed", "country_name",
    "country_iso_code", "region", "cloud_provider", "cloud_region", "os", "python_version", "codecarbon_version", "cpu_count",
    "cpu_model", "gpu_count", "gpu_model", "longitude", "latitude", "ram_total_size", "tracking_mode",
    "cpu_utilization_percent", "gpu_utilization_percent", "ram_utilization_percent", "ram_used_gb", "on_cloud", "pue", "wue",
)  # fmt: skip
_NUMBERS = (
    "duration", "emissions", "cpu_power", "gpu_power", "ram_power", "cpu_energy", "gpu_energy", "ram_energy",
    "energy_consumed", "water_consumed", "gpu_count", "cpu_count", "ram_total_size", "pue",
)  # fmt: skip
_DEVICES = (("cpu", "cpu"), ("gpu", "gpu"), ("dram", "ram"))
# The parts of a row add up to its energy; what is more than rounding is a damaged row.
_ROUNDING_RATIO = 1e-6


class CodeCarbon:
    """Read and write emissions.csv."""

    name = "codecarbon"

    def recognises(self, head: str, path: str) -> bool:
        """Tell by the columns that every version has."""
        first = head.partition("\n")[0]
        return "emissions" in first and "project_name" in first and "duration" in first

    def read(self, path: str) -> Iterator[Item]:
        """Read a run from each row; of rows that share a run_id, each a state of one run's growing totals, the last."""
        found, rows = table(path)
        lacking = [name for name in ("duration", "emissions") if name not in found.columns]
        if lacking:
            raise UsageError(f"{path} has no column {lacking[0]!r}: it is no emissions.csv")
        # Task files repeat the run_id, one row a task: those do not grow.
        grows = "run_id" in found.columns and "task_name" not in found.columns

        def parse(row: Row) -> ForeignRun:
            return _run(row, decimal_comma=found.decimal_comma)

        last = _last_states(table(path)[1], parse) if grows else {}
        return _states(runs_of(rows, parse), last)

    def write(self, records: Sequence[RunRecord]) -> Written:
        """Write the columns of 3.3; components that were not measured become 0, as CodeCarbon has no other word."""
        lost = list(left_out(records, ("water", "pue")))
        if any(part.is_missing for record in records for part in joules_of(record)[:3]):
            lost.append("which devices were not measured: they are 0")
        if any(joules_of(record).other_j.value for record in records):
            lost.append("which devices are neither CPU, GPU nor memory: they are counted with the CPU")
        return Written(write_table(COLUMNS, (_row(record) for record in records)), tuple(lost))


def _last_states(rows: Iterable[Row], parse: Callable[[Row], ForeignRun]) -> dict[str, str]:
    """Find the last good row of each run that has several; of the others only a hash is held in memory."""
    once: set[int] = set()
    again: dict[str, str] = {}
    for row in rows:
        run = row.cells.get("run_id", "").strip()
        if run and hash(run) in once:
            with suppress(UsageError):  # a damaged row does not take the place of a good one
                again[run] = parse(row).place
        once.add(hash(run))
    return again


def _states(items: Iterator[Item], last: Mapping[str, str]) -> Iterator[Item]:
    for item in items:
        run = item.identity if isinstance(item, ForeignRun) else ""
        if last.get(run, item.place) != item.place:
            yield Problem(item.place, f"an earlier state of run {run}, whose last row counts ({last[run]})", harmless=True)
        else:
            yield item


def _run(row: Row, *, decimal_comma: bool) -> ForeignRun:
    cells = row.cells
    found = numbers(cells, _NUMBERS, decimal_comma=decimal_comma)
    version = cells.get("codecarbon_version", "").strip()
    tool = f"codecarbon {version}".strip()
    pue = found["pue"] or 1.0
    if pue < 1.0:
        raise UsageError(f"pue is {pue:g}: it is at least 1")
    parts = _parts(found, tool, pue)
    if not parts and found["emissions"] is None:
        raise UsageError("neither energy nor emissions")
    written, duration_s = when(cells.get("timestamp", "").strip(), what="timestamp"), found["duration"]
    task = cells.get("task_name", "").strip()
    run = cells.get("run_id", "").strip()
    return ForeignRun(
        place=row.place,
        tool=tool,
        name=task or _experiment(cells) or cells.get("project_name", "").strip(),
        said=said(cells),
        identity=f"{run}/{task}" if run and task else run,
        project=cells.get("project_name", "").strip() or None,
        # A row is written when its run ends.
        started_at=_before(written, duration_s),
        duration_s=duration_s,
        parts=parts,
        operational_g=_grams(found["emissions"], tool),
        water_l=stated(found["water_consumed"], within_ratio=ESTIMATED_RATIO, source=tool)
        if found["water_consumed"]
        else NOT_SAID,
        zone=cells.get("country_iso_code", "").strip(),
        pue=pue,
        environment=_environment(cells, found),
    )


def _experiment(cells: Mapping[str, str]) -> str:
    """Give the experiment's name; the tracker's own default is a UUID, the same for everybody."""
    found = cells.get("experiment_id", "").strip()
    return "" if found.count("-") == 4 and len(found) == 36 else found


def _before(written: datetime | None, duration_s: float | None) -> datetime | None:
    try:
        return written - timedelta(seconds=duration_s or 0.0) if written is not None else None
    except OverflowError as error:
        raise UsageError(f"a duration of {duration_s:g} s cannot be") from error


def _parts(found: Mapping[str, float | None], tool: str, pue: float) -> tuple[Part, ...]:
    """Give the devices. A GPU that there is and that shows 0 was not measured; a CPU or memory that shows 0 as well."""
    whole_kwh = found["energy_consumed"]
    given = {ours: found[f"{theirs}_energy"] for ours, theirs in _DEVICES}
    known = {ours: energy_kwh for ours, energy_kwh in given.items() if energy_kwh}
    if known and whole_kwh is not None:
        added_kwh = math.fsum(known.values())
        if abs(added_kwh - whole_kwh) > _ROUNDING_RATIO * max(added_kwh, whole_kwh):
            raise UsageError(f"cpu, gpu and ram are {added_kwh:g} kWh together, energy_consumed is {whole_kwh:g}")
    if not known:
        whole = [part("other", whole_kwh / pue, within_ratio=ESTIMATED_RATIO, tool=tool)] if whole_kwh is not None else []
        return tuple(whole)
    expected = [ours for ours, _ in _DEVICES if ours in known or (ours != "gpu" or found["gpu_count"])]
    return tuple(
        part(ours, known[ours] / pue, within_ratio=ESTIMATED_RATIO, tool=tool) if ours in known else _unread(ours, tool)
        for ours in expected
    )


def _unread(component: str, tool: str) -> Part:
    absent = Quantity.absent(component, source=f"{tool} shows 0")
    return Part(component=component, device=f"{component}-0", energy_j=absent)


def _grams(value: float | None, tool: str) -> Quantity:
    """Give the grams of a number of kilograms."""
    return NOT_SAID if value is None else stated(value * G_PER_KG, within_ratio=ESTIMATED_RATIO, source=tool)


def _environment(cells: Mapping[str, str], found: Mapping[str, float | None]) -> Environment:
    cpu, python = cells.get("cpu_model", "").strip(), cells.get("python_version", "").strip()
    gpus = int(min(found["gpu_count"] or 0.0, 1024.0))
    return Environment(
        argv=(),
        cwd="",
        python={"version": python} if python else {},
        os=cells.get("os", "").strip(),
        cpu=Processor(model=cpu, cores=int(min(found["cpu_count"] or 0.0, 1e6)) or None) if cpu else None,
        memory_bytes=int(min(found["ram_total_size"] or 0.0, 1e9) * BYTES_PER_GIB) or None,
        gpus=(Accelerator(model=_model(cells.get("gpu_model", ""))),) * gpus,
    )


def _model(text: str) -> str:
    """Take the count off ``2 x Tesla V100S``.

    >>> _model("2 x Tesla V100S-PCIE-32GB")
    'Tesla V100S-PCIE-32GB'
    """
    count, times, model = text.strip().partition(" x ")
    return model if times and count.isdigit() else text.strip()


def _row(record: RunRecord) -> dict[str, object]:
    drawn, around = joules_of(record), record.environment
    pue = record.pue.value or 1.0
    energy_kwh = {
        "cpu": kwh((drawn.cpu_j.value or 0.0) + (drawn.other_j.value or 0.0)) * pue,
        "gpu": kwh(drawn.gpu_j.value or 0.0) * pue,
        "ram": kwh(drawn.dram_j.value or 0.0) * pue,
    }
    hours = record.duration_s / 3600.0
    emissions_kg = None if record.emissions_g.operational.value is None else record.emissions_g.operational.value / G_PER_KG
    gpus = around.gpus if around else ()
    return {
        "timestamp": record.ended_at.replace(tzinfo=None).isoformat(timespec="seconds") if record.ended_at else None,
        "project_name": record.project,
        "run_id": record.id,
        "experiment_id": record.name,
        "duration": record.duration_s,
        "emissions": emissions_kg,
        "emissions_rate": emissions_kg / record.duration_s if emissions_kg is not None and record.duration_s else 0.0,
        **{f"{kind}_power": (amount / pue / hours * 1e3 if hours else 0.0) for kind, amount in energy_kwh.items()},
        **{f"{kind}_energy": amount for kind, amount in energy_kwh.items()},
        "energy_consumed": math.fsum(energy_kwh.values()),
        "water_consumed": record.water_l.value or 0.0,
        "country_iso_code": record.intensity_g_per_kwh.zone if record.intensity_g_per_kwh else "",
        "os": around.os if around else "",
        "python_version": around.python.get("version", "") if around else "",
        "codecarbon_version": "3.3.0",  # whose columns these are
        "cpu_count": (around.cpu.cores if around and around.cpu else None) or 0,
        "cpu_model": around.cpu.model if around and around.cpu else "",
        "gpu_count": len(gpus) or "",
        "gpu_model": f"{len(gpus)} x {gpus[0].model}" if gpus else "",
        "ram_total_size": around.memory_bytes / BYTES_PER_GIB if around and around.memory_bytes else 0.0,
        "tracking_mode": "process" if record.basis == "workload" else "machine",
        "cpu_utilization_percent": _percent(record, "cpu"),
        "on_cloud": "N",
        "pue": pue,
        "wue": 0.0,
    }


def _percent(record: RunRecord, device: str) -> float:
    shown = record.utilisation.get(device)
    ratio = shown.get("mean_ratio") if isinstance(shown, Mapping) else None
    return float(ratio) / RATIO_PER_PERCENT if isinstance(ratio, (int, float)) else 0.0
