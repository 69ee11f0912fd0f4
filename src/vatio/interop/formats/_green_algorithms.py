"""Green Algorithms' CSV (28 fields, semicolons): hardware, hours and place, from which the calculator makes kWh and grams.

kWh = h x PUE x (cores x W per core x use + GPUs x W x use + GB x 0.3725) x factor / 1000 (Lannelongue et al. 2021).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from vatio.errors import UsageError
from vatio.interop._carried import joules_of, left_out
from vatio.interop._format import Written
from vatio.interop._told import NOT_SAID, ForeignRun, Item, Part
from vatio.interop._trust import NAMEPLATE_RATIO, stated
from vatio.interop.formats._rows import numbers, runs_of, said
from vatio.interop.text import Row, table, write_table
from vatio.records import Accelerator, Environment, Processor, Quantity, RunRecord
from vatio.units import S_PER_HOUR, S_PER_MINUTE, kwh

COLUMNS = (
    "coreType", "CPUmodel", "numberCPUs", "tdpCPU", "usageCPUradio", "usageCPU", "GPUmodel", "numberGPUs", "tdpGPU",
    "usageGPUradio", "usageGPU", "memory", "runTime_hour", "runTime_min", "platformType", "locationContinent",
    "locationCountry", "locationRegion", "provider", "serverContinent", "server", "location", "carbonIntensity", "PUE",
    "PUEradio", "mult_factor", "mult_factor_radio", "appVersion",
)  # fmt: skip
_NUMBERS = (
    "numberCPUs", "tdpCPU", "usageCPU", "numberGPUs", "tdpGPU", "usageGPU", "memory", "runTime_hour", "runTime_min",
    "carbonIntensity", "PUE", "mult_factor",
)  # fmt: skip
W_PER_GB = 0.3725
_TOOL = "Green Algorithms"
_MOST = 1024


class GreenAlgorithms:
    """Read and write the calculator's exchange file."""

    name = "green-algorithms"

    def recognises(self, head: str, path: str) -> bool:
        """Tell by three of its columns."""
        first = head.partition("\n")[0]
        return all(name in first for name in ("coreType", "runTime_hour", "memory"))

    def read(self, path: str) -> Iterator[Item]:
        """Read a run from each row, though the calculator reads the first alone."""
        found, rows = table(path)
        lacking = [name for name in ("coreType", "runTime_hour", "memory") if name not in found.columns]
        if lacking:
            raise UsageError(f"{path} has no column {lacking[0]!r}: it is no file of {_TOOL}")
        return runs_of(rows, lambda row: _run(row, decimal_comma=found.decimal_comma))

    def write(self, records: Sequence[RunRecord]) -> Written:
        """Write mean watts in place of nameplates, so that the calculator comes to the measured joules."""
        brief = next((record for record in records if record.duration_s <= 0.0), None)
        if brief is not None:
            raise UsageError(f"run {brief.id} has no duration: the calculator multiplies watts by hours")
        lost = ["the nameplate power: the watts are the measured mean", *left_out(records, ("pue",)), "the dates"]
        if any(record.intensity_g_per_kwh for record in records):
            lost.append("the intensity: the calculator looks it up by its own name of the place")
        if len(records) > 1:
            lost.append("every row but the first: the calculator reads no other")
        return Written(write_table(COLUMNS, (_row(record) for record in records), delimiter=";"), tuple(lost))


def _run(row: Row, *, decimal_comma: bool) -> ForeignRun:
    cells = row.cells
    found = numbers(cells, _NUMBERS, decimal_comma=decimal_comma)
    hours = (found["runTime_hour"] or 0.0) + (found["runTime_min"] or 0.0) * S_PER_MINUTE / S_PER_HOUR
    factor, pue = _or(found["mult_factor"], 1.0), _or(found["PUE"], 1.0)
    if pue < 1.0:
        raise UsageError(f"PUE is {pue:g}: it is at least 1")
    kinds = cells.get("coreType", "").strip()
    if kinds not in ("CPU", "GPU", "Both"):
        raise UsageError(f"coreType is {kinds!r}", hint="it is CPU, GPU or Both")
    watts = {
        "cpu": _watts(found, "CPU", cells) if kinds in ("CPU", "Both") else None,
        "gpu": _watts(found, "GPU", cells) if kinds in ("GPU", "Both") else None,
        "dram": (found["memory"] or 0.0) * W_PER_GB,
    }
    parts = tuple(
        Part(component=kind, device=f"{kind}-0", energy_j=_stated(power_w * hours * S_PER_HOUR * factor))
        for kind, power_w in watts.items()
        if power_w is not None
    )
    device_j = sum(part.energy_j.value or 0.0 for part in parts)
    intensity = found["carbonIntensity"]
    return ForeignRun(
        place=row.place,
        tool=f"{_TOOL} {cells.get('appVersion', '').strip()}".strip(),
        name=cells.get("CPUmodel" if kinds == "CPU" else "GPUmodel", "").strip() or _TOOL,
        said=said(cells),
        # The factor repeats the computation: the joules are of all repetitions, and so is the time.
        duration_s=hours * S_PER_HOUR * factor,
        parts=parts,
        operational_g=NOT_SAID if intensity is None else _stated(kwh(device_j) * pue * intensity),
        zone=cells.get("location", "").strip(),
        pue=pue,
        environment=_environment(cells, found),
        notes=("computed from nameplates and hours, not measured",),
    )


def _stated(value: float) -> Quantity:
    return stated(value, within_ratio=NAMEPLATE_RATIO, source=f"{_TOOL}: nameplates and hours")


def _watts(found: Mapping[str, float | None], kind: str, cells: Mapping[str, str]) -> float:
    count, power_w = found[f"number{kind}s"], found[f"tdp{kind}"]
    if count is None or power_w is None:
        raise UsageError(f"number{kind}s and tdp{kind} are not both given", hint="the watts of a model are not looked up")
    # The use counts only where its radio button says that it was given.
    is_given = cells.get(f"usage{kind}radio", "").strip() == "Yes"
    use = _or(found[f"usage{kind}"], 1.0) if is_given else 1.0
    if use > 1.0:
        raise UsageError(f"usage{kind} is {use:g}: it is at most 1")
    return count * power_w * use


def _or(value: float | None, number: float) -> float:
    return number if value is None else value


def _environment(cells: Mapping[str, str], found: Mapping[str, float | None]) -> Environment:
    cpu, gpu = cells.get("CPUmodel", "").strip(), cells.get("GPUmodel", "").strip()
    has_gpu = gpu and cells.get("coreType", "").strip() != "CPU"
    return Environment(
        argv=(),
        cwd="",
        cpu=Processor(model=cpu) if cpu else None,
        gpus=(Accelerator(model=gpu),) * int(min(found["numberGPUs"] or 0.0, _MOST)) if has_gpu else (),
    )


def _row(record: RunRecord) -> dict[str, object]:
    drawn, around = joules_of(record), record.environment
    cpu_w = ((drawn.cpu_j.value or 0.0) + (drawn.other_j.value or 0.0)) / record.duration_s
    gpu_w = None if drawn.gpu_j.value is None else drawn.gpu_j.value / record.duration_s
    hours = float(int(record.duration_s / S_PER_HOUR))
    intensity = record.intensity_g_per_kwh
    return {
        "coreType": "CPU" if gpu_w is None else "Both",
        "CPUmodel": around.cpu.model if around and around.cpu else "other",
        "numberCPUs": 1,
        "tdpCPU": cpu_w,
        "usageCPUradio": "Yes",
        "usageCPU": 1.0,
        "GPUmodel": around.gpus[0].model if around and around.gpus else "other",
        "numberGPUs": 0 if gpu_w is None else 1,
        "tdpGPU": gpu_w or 0.0,
        "usageGPUradio": "Yes",
        "usageGPU": 1.0,
        "memory": (drawn.dram_j.value or 0.0) / record.duration_s / W_PER_GB,
        "runTime_hour": hours,
        "runTime_min": (record.duration_s - hours * S_PER_HOUR) / S_PER_MINUTE,
        "platformType": "localServer",
        "location": intensity.zone if intensity else "",
        "carbonIntensity": intensity.g_per_kwh.value if intensity else None,
        "PUE": record.pue.value or 1.0,
        "PUEradio": "Yes",
        "mult_factor": 1,
        "mult_factor_radio": "No",
        "appVersion": "v2.2",
    }
