"""BoAmps reports (Boavizta, CC BY 4.0): one JSON document a task, kilowatt-hours with the machine that drew them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vatio.errors import UsageError
from vatio.interop._carried import joules_of, left_out
from vatio.interop._format import Written
from vatio.interop._told import NOT_SAID, ForeignRun, Item, Part, Problem
from vatio.interop._trust import ESTIMATED_RATIO, QUALITY_RATIO, stated
from vatio.interop.text import as_number, lists, mapping, read_text, text_of, when
from vatio.records import Accelerator, Environment, Processor, Quantity, RunRecord
from vatio.units import BYTES_PER_GIB, joules, kwh

_STAGES = {"training": "training", "finetuning": "training", "retraining": "training", "inference": "inference"}
_DATA_STAGES = ("datacreation", "preprocessing")
_MOST_COMPONENTS = 4096


class BoAmps:
    """Read and write a report."""

    name = "boamps"

    def recognises(self, head: str, path: str) -> bool:
        """Tell by the fields that a report must have; a long report may show only one of them at its head."""
        return head.lstrip().startswith("{") and any(f'"{name}"' in head for name in ("taskStage", "measurementMethod"))

    def read(self, path: str) -> Iterator[Item]:
        """Read the report as one run."""
        try:
            report = mapping(json.loads(read_text(path), parse_constant=_refused), what="the report")
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{path}: not JSON: {error}") from error
        if "measures" not in report:
            raise UsageError(f"{path} has no measures: it is no BoAmps report")
        try:
            yield _run(report)
        except UsageError as error:
            yield Problem("the report", str(error))

    def write(self, records: Sequence[RunRecord]) -> Written:
        """Write one run; what the schema asks and a run does not know is written as unknown and listed."""
        if len(records) != 1:
            raise UsageError("a BoAmps report is of one task", hint="export the runs one by one")
        (record,) = records
        if joules_of(record).whole_j.value is None:
            raise UsageError("a BoAmps report needs the energy, which was not measured", hint="vatio doctor")
        unknown = ["the data set (input, other)", "the family of the task" * ("family" not in record.tags)]
        lost = (*left_out(records, ("work",)), f"to be completed by hand: {', '.join(part for part in unknown if part)}")
        return Written((json.dumps(_report(record), indent=2, allow_nan=False) + "\n").encode(), lost)


def _refused(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _run(report: Mapping[str, object]) -> ForeignRun:
    header, task = mapping(report.get("header"), what="header"), mapping(report.get("task"), what="task")
    place, quality = mapping(report.get("environment"), what="environment"), text_of(report.get("quality"))
    within_ratio = QUALITY_RATIO.get(quality, ESTIMATED_RATIO)
    measures = [mapping(item, what="a measure") for item in lists(report.get("measures"), what="measures")]
    tool, energy_j, notes = _energy(measures, within_ratio)
    intensity = as_number(place.get("powerSourceCarbonIntensity"), what="powerSourceCarbonIntensity")
    durations_s = [as_number(item.get("measurementDuration"), what="measurementDuration") for item in measures]
    known_s = [duration_s for duration_s in durations_s if duration_s is not None]
    publisher = mapping(header.get("publisher"), what="publisher")
    family, stage = text_of(task.get("taskFamily")), text_of(task.get("taskStage"))
    requests = as_number(task.get("nbRequest"), what="nbRequest")
    emitted = kwh(energy_j.value) * intensity if intensity is not None and energy_j.value is not None else None
    return ForeignRun(
        place="the report",
        tool=tool,
        name=_model(task) or family or "boamps",
        said=json.dumps(report, sort_keys=True),
        identity=text_of(header.get("reportId")),
        project=text_of(publisher.get("projectName")) or None,
        stage=_STAGES.get(stage.lower(), "data" if stage.lower() in _DATA_STAGES else "other"),
        tags={"family": family} if family else {},
        started_at=min(
            (moment for item in measures if (moment := when(item.get("measurementDateTime"), what="measurementDateTime"))),
            default=None,
        ),
        duration_s=_duration_s(known_s, measures),
        parts=(Part(component="other", device="machine", energy_j=energy_j),),
        operational_g=NOT_SAID if emitted is None else stated(emitted, within_ratio=within_ratio, source=tool),
        zone=text_of(place.get("country")),
        work={"requests": requests} if requests else {},
        environment=_environment(report),
        notes=notes,
    )


def _energy(measures: Sequence[Mapping[str, object]], within_ratio: float) -> tuple[str, Quantity, tuple[str, ...]]:
    """Give the tool and its joules: measures of one method are added, those of several are of the same joules."""
    by_method: dict[str, list[float]] = {}
    for item in measures:
        energy_kwh = as_number(item.get("powerConsumption"), what="powerConsumption")
        if energy_kwh is None:
            raise UsageError("a measure lacks its powerConsumption")
        method = f"{text_of(item.get('measurementMethod')) or 'an unnamed method'} {text_of(item.get('version'))}".strip()
        by_method.setdefault(method, []).append(joules(energy_kwh))
    if not by_method:
        raise UsageError("there are no measures")
    sums_j = {method: math.fsum(found) for method, found in by_method.items()}
    tool, whole_j = next(iter(sums_j.items()))
    energy_j = stated(whole_j, within_ratio=within_ratio, source=tool)
    if len(sums_j) == 1:
        return f"BoAmps report of {tool}", energy_j, ()
    low = min(energy_j.low or 0.0, *sums_j.values())
    high = max(energy_j.high or 0.0, *sums_j.values())
    note = f"measured by {', '.join(sums_j)}: the first counts, the interval holds all"
    spread = Quantity.around(whole_j, low, high, provenance="modelled", source=note)
    return f"BoAmps report of {tool}", spread, (note,)


def _duration_s(known_s: Sequence[float], measures: Sequence[Mapping[str, object]]) -> float | None:
    methods = {text_of(item.get("measurementMethod")) for item in measures}
    if not known_s:
        return None
    return math.fsum(known_s) if len(methods) == 1 else max(known_s)


def _model(task: Mapping[str, object]) -> str:
    algorithms = [mapping(item, what="an algorithm") for item in lists(task.get("algorithms"), what="algorithms")]
    names = [text_of(item.get(field)) for item in algorithms for field in ("foundationModelName", "algorithmName")]
    return next((name for name in names if name), "")


def _environment(report: Mapping[str, object]) -> Environment:
    infrastructure = mapping(report.get("infrastructure"), what="infrastructure")
    system, software = mapping(report.get("system"), what="system"), mapping(report.get("software"), what="software")
    found = [mapping(item, what="a component") for item in lists(infrastructure.get("components"), what="components")]
    kinds: dict[str, list[tuple[str, float, float]]] = {}
    for item in found:
        size = as_number(item.get("memorySize"), what="memorySize") or 0.0
        count = min(as_number(item.get("nbComponent"), what="nbComponent") or 0.0, _MOST_COMPONENTS)
        kinds.setdefault(text_of(item.get("componentType")).lower(), []).append(
            (text_of(item.get("componentName")), count, size)
        )
    cpus, memory = kinds.get("cpu", []), sum(count * min(size, 1e9) for _, count, size in kinds.get("ram", []))
    is_python = text_of(software.get("language")).lower() == "python"
    return Environment(
        argv=(),
        cwd="",
        python={"version": text_of(software.get("version"))} if is_python else {},
        os=text_of(system.get("os")),
        cpu=Processor(model=cpus[0][0], cores=None) if cpus else None,
        memory_bytes=int(memory * BYTES_PER_GIB) or None,
        gpus=tuple(Accelerator(model=name) for name, count, _ in kinds.get("gpu", []) for _ in range(int(count))),
    )


def _report(record: RunRecord) -> dict[str, Any]:
    around, intensity = record.environment, record.intensity_g_per_kwh
    zone = {"country": intensity.zone or "unknown"} if intensity else {}
    rate = {"powerSourceCarbonIntensity": intensity.g_per_kwh.value} if intensity and intensity.g_per_kwh.value else {}
    requests = record.work.get("requests")
    return {
        "header": {
            "formatVersion": "0.1",
            "reportId": record.id,
            "reportDatetime": f"{record.ended_at or record.started_at:%Y-%m-%d %H:%M:%S}",
            "reportStatus": "draft",
            "publisher": {"projectName": record.project, "confidentialityLevel": "internal"},
        },
        "task": {
            "taskStage": record.stage,
            "taskFamily": record.tags.get("family", "unknown"),
            **({"nbRequest": requests} if requests is not None else {}),
            "algorithms": [{"algorithmName": record.name}],
            "dataset": [{"dataUsage": "input", "dataType": "other"}],
        },
        "measures": [_measure(record)],
        **({"system": {"os": around.os or "unknown"}} if around else {}),
        **(
            {"software": {"language": "python", "version": around.python.get("version", "")}}
            if around and around.python
            else {}
        ),
        "infrastructure": {"infraType": "other", "components": _components(record)},
        **({"environment": {**zone, **rate}} if zone else {}),
        **_quality(record),
    }


def _measure(record: RunRecord) -> dict[str, Any]:
    meters = {kind: part.meter for part in record.components for kind in ("cpu", "gpu") if part.component == kind}
    use = {kind: _mean(record, kind) for kind in ("cpu", "gpu")}
    return {
        "measurementMethod": "vatio",
        **({"cpuTrackingMode": meters["cpu"]} if "cpu" in meters else {}),
        **({"gpuTrackingMode": meters["gpu"]} if "gpu" in meters else {}),
        **({"averageUtilizationCpu": use["cpu"]} if use["cpu"] is not None else {}),
        **({"averageUtilizationGpu": use["gpu"]} if use["gpu"] is not None else {}),
        "powerConsumption": kwh(joules_of(record).whole_j.value or 0.0),
        "measurementDuration": record.duration_s,
        "measurementDateTime": f"{record.started_at:%Y-%m-%d %H:%M:%S}",
    }


def _mean(record: RunRecord, device: str) -> float | None:
    shown = record.utilisation.get(device)
    first = shown[0] if isinstance(shown, (list, tuple)) and shown else shown
    ratio = first.get("mean_ratio") if isinstance(first, Mapping) else None
    return min(1.0, max(0.0, float(ratio))) if isinstance(ratio, (int, float)) else None


def _components(record: RunRecord) -> list[dict[str, Any]]:
    around = record.environment
    found: list[dict[str, Any]] = []
    if around and around.cpu:
        found.append({"componentName": around.cpu.model, "componentType": "cpu", "nbComponent": 1})
    for gpu in around.gpus if around else ():
        size = {"memorySize": gpu.memory_bytes / BYTES_PER_GIB} if gpu.memory_bytes else {}
        found.append({"componentName": gpu.model, "componentType": "gpu", "nbComponent": 1, **size})
    if around and around.memory_bytes:
        found.append({"componentType": "ram", "nbComponent": 1, "memorySize": around.memory_bytes / BYTES_PER_GIB})
    named = dict.fromkeys(part.component for part in record.components)
    return (
        found or [{"componentType": kind, "nbComponent": 1} for kind in named] or [{"componentType": "cpu", "nbComponent": 1}]
    )


def _quality(record: RunRecord) -> dict[str, str]:
    """Give the schema's class of error, where the interval is known and within one."""
    energy_j = joules_of(record).whole_j
    if not energy_j.value or energy_j.high is None or energy_j.low is None:
        return {}
    off = max(energy_j.high / energy_j.value - 1.0, 1.0 - energy_j.low / energy_j.value)
    return next(({"quality": name} for name, most in QUALITY_RATIO.items() if off <= most + 1e-9), {})
