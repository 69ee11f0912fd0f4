"""OpenMetrics 1.0 text: counters of joules and grams in base units, which Prometheus takes in.

Series are named by the run's name; its id stands on the info series alone, so that ids do not multiply series.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from vatio.errors import UsageError
from vatio.interop._carried import joules_of, left_out
from vatio.interop._format import Written
from vatio.interop._told import NOT_SAID, ForeignRun, Item, Part, Problem
from vatio.interop._trust import ESTIMATED_RATIO, stated
from vatio.interop.text import number, read_text, when
from vatio.records import Quantity, RunRecord, rfc3339

# Family, type, unit, help; in the order in which they are written.
_FAMILIES = (
    ("vatio_build", "info", "", "The vatio that wrote this."),
    ("vatio_run", "info", "", "What a run is: its id, project, stage and time."),
    ("vatio_run_duration_seconds", "gauge", "seconds", "How long the run took."),
    ("vatio_energy_joules", "counter", "joules", "Joules of a run, by component."),
    ("vatio_power_watts", "gauge", "watts", "Mean power of a run."),
    ("vatio_carbon_grams", "counter", "grams", "Grams of CO2e of a run, by scope."),
    ("vatio_water_litres", "counter", "litres", "Litres of water of a run."),
    ("vatio_grid_intensity_grams_per_kilowatt_hour", "gauge", "", "Grams of CO2e for a kilowatt-hour of a zone."),
    ("vatio_pue_ratio", "gauge", "ratio", "Power usage effectiveness."),
    ("vatio_measurement_uncertainty_ratio", "gauge", "ratio", "Half the interval of a run's joules, relative."),
)
_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: (\S+))?")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)')
_ESCAPES = {"\\": "\\\\", "\n": "\\n", '"': '\\"'}
_TOOL = "OpenMetrics of vatio"

Series = dict[str, list[tuple[Mapping[str, str], str]]]


class OpenMetrics:
    """Read and write an exposition of finished runs."""

    name = "openmetrics"

    def recognises(self, head: str, path: str) -> bool:
        """Tell by a family that is ours: other exporters' counters are of hosts, not of runs."""
        return "# TYPE vatio_" in head

    def read(self, path: str) -> Iterator[Item]:
        """Read the runs that an info series names."""
        lines = read_text(path).splitlines()
        if "# EOF" not in lines[-2:]:
            raise UsageError(f"{path} does not end with # EOF: it was cut, or is no OpenMetrics")
        runs: defaultdict[str, Series] = defaultdict(lambda: defaultdict(list))
        places: dict[str, str] = {}
        for count, line in enumerate(lines, 1):
            if not line or line.startswith("#"):
                continue
            try:
                name, labels, value = _sample(line)
            except UsageError as error:
                yield Problem(f"line {count}", str(error))
                continue
            if name == "vatio_run_info":
                places[labels.get("run", "")] = f"line {count}"
            runs[labels.get("run", "")][name].append((labels, value))
        for run, place in places.items():
            try:
                yield _run(run, runs[run], place)
            except UsageError as error:
                yield Problem(place, str(error))

    def write(self, records: Sequence[RunRecord]) -> Written:
        """Write all families, one line a figure that is known."""
        found: Series = defaultdict(list)
        found["vatio_build_info"].append(({"version": _version()}, "1"))
        for label, record in zip(_labels(records), records, strict=True):
            for name, labels, value in _figures(record):
                found[name].append(({"run": label, **labels}, value))
        lost = left_out(records, ("water", "pue", "embodied", "market"))
        return Written("\n".join([*_lines(found), "# EOF", ""]).encode(), lost)


def _version() -> str:
    from vatio import __version__

    return __version__


def _labels(records: Sequence[RunRecord]) -> list[str]:
    """Name each run by its name; those that share one by the end of their ids as well."""
    names = [record.name for record in records]
    return [record.name if names.count(record.name) == 1 else f"{record.name}-{record.id[-8:]}" for record in records]


def _figures(record: RunRecord) -> Iterator[tuple[str, dict[str, str], str]]:
    drawn, grams = joules_of(record), record.emissions_g
    yield "vatio_run_info", _info(record), "1"
    yield "vatio_run_duration_seconds", {}, repr(record.duration_s)
    for kind in ("cpu", "gpu", "dram", "other"):
        part: Quantity = getattr(drawn, f"{kind}_j")
        if part.value is not None:
            yield "vatio_energy_joules_total", {"component": kind, "source": part.provenance}, repr(part.value)
    if drawn.whole_j.value is not None and record.duration_s > 0.0:
        yield "vatio_power_watts", {}, repr(drawn.whole_j.value / record.duration_s)
    scopes = {"operational": grams.operational, "operational_market": grams.operational_market, "embodied": grams.embodied}
    for scope, emitted in scopes.items():
        if emitted.value is not None:
            yield "vatio_carbon_grams_total", {"scope": scope}, repr(emitted.value)
    if record.water_l.value is not None:
        yield "vatio_water_litres_total", {}, repr(record.water_l.value)
    if record.intensity_g_per_kwh is not None and record.intensity_g_per_kwh.g_per_kwh.value is not None:
        zone = {"zone": record.intensity_g_per_kwh.zone, "source": record.intensity_g_per_kwh.kind}
        yield "vatio_grid_intensity_grams_per_kilowatt_hour", zone, repr(record.intensity_g_per_kwh.g_per_kwh.value)
    if record.pue.value is not None:
        yield "vatio_pue_ratio", {}, repr(record.pue.value)
    if drawn.whole_j.value and drawn.whole_j.high is not None:
        off = (
            max(drawn.whole_j.high - drawn.whole_j.value, drawn.whole_j.value - (drawn.whole_j.low or 0.0))
            / drawn.whole_j.value
        )
        yield "vatio_measurement_uncertainty_ratio", {}, repr(off)


def _info(record: RunRecord) -> dict[str, str]:
    ended = rfc3339(record.ended_at) if record.ended_at else ""
    return {
        "id": record.id,
        "name": record.name,
        "project": record.project,
        "stage": record.stage,
        "status": record.status,
        "started_at": rfc3339(record.started_at),
        "ended_at": ended,
    }


def _lines(found: Series) -> Iterator[str]:
    for family, kind, unit, what in _FAMILIES:
        sample = {"info": f"{family}_info", "counter": f"{family}_total"}.get(kind, family)
        if not found.get(sample):
            continue
        yield f"# TYPE {family} {kind}"
        if unit:
            yield f"# UNIT {family} {unit}"
        yield f"# HELP {family} {what}"
        for labels, value in found[sample]:
            inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
            yield f"{sample}{{{inside}}} {value}"


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(letter, letter) for letter in "\n".join(text.splitlines()))


def _sample(line: str) -> tuple[str, dict[str, str], str]:
    found = _SAMPLE.fullmatch(line)
    if found is None:
        raise UsageError("no sample of OpenMetrics")
    labels: dict[str, str] = {}
    at, inside = 0, found[2] or ""
    while at < len(inside):
        label = _LABEL.match(inside, at)
        if label is None:
            raise UsageError("labels that are not quoted")
        labels[label[1]] = re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], label[2])
        at = label.end()
    return found[1], labels, found[3]


def _run(run: str, series: Series, place: str) -> ForeignRun:
    info = series["vatio_run_info"][0][0]
    uncertain = _one(series, "vatio_measurement_uncertainty_ratio")
    within_ratio = min(1.0, ESTIMATED_RATIO if uncertain is None else uncertain)
    grams = {labels.get("scope", ""): number(text, what="carbon") for labels, text in series["vatio_carbon_grams_total"]}
    water, rate = _one(series, "vatio_water_litres_total"), series["vatio_grid_intensity_grams_per_kilowatt_hour"]
    pue = _one(series, "vatio_pue_ratio")
    if pue is not None and pue < 1.0:
        raise UsageError(f"vatio_pue_ratio is {pue:g}: it is at least 1")

    def figure(value: float | None) -> Quantity:
        return NOT_SAID if value is None else stated(value, within_ratio=within_ratio, source=_TOOL)

    return ForeignRun(
        place=place,
        tool=_TOOL,
        name=info.get("name", run) or run,
        said="\n".join(
            sorted(f"{name} {sorted(labels.items())} {text}" for name, rows in series.items() for labels, text in rows)
        ),
        identity=info.get("id", ""),
        project=info.get("project") or None,
        stage=info.get("stage") or "other",
        started_at=when(info.get("started_at", ""), what="started_at"),
        duration_s=_one(series, "vatio_run_duration_seconds"),
        parts=_parts(series, figure),
        operational_g=figure(grams.get("operational")),
        embodied_g=figure(grams.get("embodied")),
        water_l=figure(water),
        intensity_g_per_kwh=figure(number(rate[0][1], what="intensity")) if rate else NOT_SAID,
        zone=rate[0][0].get("zone", "") if rate else "",
        pue=pue,
    )


def _parts(series: Series, figure: Callable[[float | None], Quantity]) -> tuple[Part, ...]:
    found = [
        (labels.get("component", "other"), number(text, what="energy")) for labels, text in series["vatio_energy_joules_total"]
    ]
    return tuple(
        Part(component=kind, device=f"{kind}-0", energy_j=figure(energy_j)) for kind, energy_j in found if energy_j is not None
    )


def _one(series: Series, name: str) -> float | None:
    rows = series.get(name, [])
    return number(rows[0][1], what=name) if rows else None
