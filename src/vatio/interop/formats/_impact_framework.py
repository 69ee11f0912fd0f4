"""Manifests of the Green Software Foundation's Impact Framework 1.1.0: a tree of components with observations.

Energies are kWh, emissions grams, durations seconds. A manifest is computed on reading; each component is a run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from vatio.errors import UsageError
from vatio.interop._carried import joules_of, left_out
from vatio.interop._format import Written
from vatio.interop._told import NOT_SAID, ForeignRun, Item, Part, Problem
from vatio.interop._trust import NAMEPLATE_RATIO, stated
from vatio.interop.manifest import Fault, Leaf, leaves
from vatio.interop.text import as_number, load_yaml, mapping, read_text, text_of, when, write_yaml
from vatio.records import Quantity, RunRecord, rfc3339
from vatio.units import joules, kwh

_TOOL = "Impact Framework manifest"
# The device's joules: the framework's own names, the whole before its parts.
_WHOLE = ("device/energy", "energy", "cpu-energy-kwh")
_PARTS = {"cpu/energy": "cpu", "gpu/energy": "gpu", "memory/energy": "dram", "network/energy": "other"}
_OPERATIONAL = ("carbon-operational", "operational-carbon")
_EMBODIED = ("carbon-embodied", "embodied-carbon")

Row = Mapping[str, object]


class ImpactFramework:
    """Read and write manifests."""

    name = "impact-framework"

    def recognises(self, head: str, path: str) -> bool:
        """Tell by the two keys that every manifest has near its top."""
        return "\ninitialize:" in f"\n{head}" and ("plugins:" in head or "\ntree:" in head)

    def read(self, path: str) -> Iterator[Item]:
        """Compute the manifest and read a run from each component."""
        manifest = mapping(load_yaml(read_text(path), where=path), what="the manifest")
        title = text_of(manifest.get("name"))
        for leaf in leaves(manifest):
            if isinstance(leaf, Fault):
                yield Problem(f"component {leaf.path}", leaf.what)
                continue
            try:
                yield _run(title, leaf)
            except UsageError as error:
                yield Problem(f"component {leaf.path}", str(error))

    def write(self, records: Sequence[RunRecord]) -> Written:
        """Write a component for each run, and the pipeline that makes its grams from kWh, PUE and intensity."""
        lost = left_out(records, ("embodied", "work", "pue"))
        unit = _unit(records)
        manifest = {
            "name": "vatio",
            "description": "runs that vatio measured",
            "tags": {},
            "initialize": {"plugins": _plugins(unit)},
            "tree": {"children": {f"{record.name} {record.id}": _component(record, unit) for record in records}},
        }
        return Written(write_yaml(manifest).encode(), lost)


def _run(title: str, leaf: Leaf) -> ForeignRun:
    rows = leaf.outputs
    if not rows:
        raise UsageError("there are no observations")
    starts = [moment for row in rows if (moment := when(row.get("timestamp"), what="timestamp")) is not None]
    durations_s = _column(rows, ("duration",))
    name, own = _name(leaf.path.rpartition("/")[2])
    parts, pue = _parts(rows)
    unit, units = _functional(rows)
    operational, embodied = _column(rows, _OPERATIONAL), _column(rows, _EMBODIED)
    if not parts and operational is None and embodied is None:
        raise UsageError("no energy and no carbon comes out of the pipeline")
    return ForeignRun(
        place=f"component {leaf.path}",
        tool=_TOOL,
        name=name,
        said=f"{title}\n{leaf.path}\n{[sorted((key, text_of(item)) for key, item in row.items()) for row in rows]}",
        identity=own,
        project=title or None,
        started_at=min(starts, default=None),
        duration_s=durations_s,
        parts=parts,
        operational_g=_stated(operational),
        embodied_g=_stated(embodied),
        zone=next((text_of(row.get("grid/zone")) or text_of(row.get("cloud/region")) for row in rows), ""),
        pue=pue,
        work={unit: units} if unit and units else {},
        notes=leaf.notes,
    )


def _name(component: str) -> tuple[str, str]:
    """Part the name of a component that vatio wrote from the id of its run; others are names as a whole."""
    name, _, own = component.rpartition(" ")
    is_id = len(own) == 36 and own.count("-") == 4
    return (name, own) if name and is_id else (component, "")


def _stated(value: float | None) -> Quantity:
    return NOT_SAID if value is None else stated(value, within_ratio=NAMEPLATE_RATIO, source=_TOOL)


def _column(rows: Sequence[Row], names: Sequence[str]) -> float | None:
    """Add up the first of some columns that every observation has."""
    for name in names:
        found = [as_number(row.get(name), what=name) for row in rows]
        known = [number for number in found if number is not None]
        if known and len(known) == len(found):
            return math.fsum(known)
    return None


def _parts(rows: Sequence[Row]) -> tuple[tuple[Part, ...], float | None]:
    own = {kind: _column(rows, (name,)) for name, kind in _PARTS.items()}
    split = {f"device/{kind}-energy": kind for kind in ("cpu", "gpu", "dram", "other")}
    ours = {kind: found for name, kind in split.items() if (found := _column(rows, (name,))) is not None}
    known = ours or {kind: energy_kwh for kind, energy_kwh in own.items() if energy_kwh is not None}
    whole = _column(rows, _WHOLE)
    if whole is not None and not _makes_up(known, whole):
        known = {"other": whole}
    parts = tuple(
        Part(component=kind, device=f"{kind}-0", energy_j=_stated(joules(energy_kwh))) for kind, energy_kwh in known.items()
    )
    pues = {as_number(row.get("pue"), what="pue") for row in rows}
    pue = pues.pop() if len(pues) == 1 else None
    return parts, pue if pue is None or pue >= 1.0 else None


def _makes_up(parts: Mapping[str, float], whole: float) -> bool:
    return bool(parts) and abs(math.fsum(parts.values()) - whole) <= 1e-9 * whole


def _functional(rows: Sequence[Row]) -> tuple[str, float | None]:
    unit = next((text_of(row.get("functional-unit")) for row in rows), "")
    return unit, _column(rows, (unit,)) if unit else None


def _unit(records: Sequence[RunRecord]) -> str:
    """Give the unit of work that all runs have, for a score."""
    common = set.intersection(*({name for name, count in record.work.items() if count} for record in records))
    return min(common, default="")


def _plugins(unit: str) -> dict[str, object]:
    def multiply(first: str, second: str, output: str) -> dict[str, object]:
        config = {"input-parameters": [first, second], "output-parameter": output}
        return {"path": "builtin", "method": "Multiply", "config": config}

    add = {"input-parameters": ["carbon-operational", "carbon-embodied"], "output-parameter": "carbon"}
    plugins: dict[str, object] = {
        "with-pue": multiply("device/energy", "pue", "energy"),
        "operational": multiply("energy", "grid/carbon-intensity", "carbon-operational"),
        "carbon": {"path": "builtin", "method": "Sum", "config": add},
    }
    score = {"path": "builtin", "method": "Sci", "config": {"functional-unit": unit}}
    return {**plugins, **({"sci": score} if unit else {})}


def _component(record: RunRecord, unit: str) -> dict[str, object]:
    drawn, grams = joules_of(record), record.emissions_g
    if drawn.whole_j.value is None:
        raise UsageError(f"run {record.id} has no energy to write")
    kinds = {"cpu": drawn.cpu_j, "gpu": drawn.gpu_j, "dram": drawn.dram_j, "other": drawn.other_j}
    seen: dict[str, object] = {
        "timestamp": _moment(record.started_at),
        "duration": record.duration_s,
        "device/energy": kwh(drawn.whole_j.value),
        **{f"device/{kind}-energy": kwh(part.value) for kind, part in kinds.items() if part.value is not None},
        "pue": record.pue.value or 1.0,
    }
    steps = ["with-pue"]
    intensity = _effective(record, drawn.whole_j.value)
    if intensity is not None:
        steps.append("operational")
        seen["grid/carbon-intensity"] = intensity
        zone = record.intensity_g_per_kwh.zone if record.intensity_g_per_kwh else ""
        seen |= {"grid/zone": zone} if zone else {}
    if intensity is not None and grams.embodied.value is not None:
        steps += ["carbon", *(["sci"] if unit else [])]
    seen |= {"carbon-embodied": grams.embodied.value} if grams.embodied.value is not None else {}
    seen |= {"functional-unit": unit, unit: record.work[unit]} if unit else {}
    return {"pipeline": {"compute": steps}, "inputs": [seen]}


def _effective(record: RunRecord, energy_j: float) -> float | None:
    """Give the intensity that, with the PUE, makes the run's own grams of its joules."""
    operational_g = record.emissions_g.operational.value
    facility_kwh = kwh(energy_j) * (record.pue.value or 1.0)
    return operational_g / facility_kwh if operational_g is not None and facility_kwh > 0.0 else None


def _moment(moment: datetime) -> str:
    return rfc3339(moment)[:-4] + "Z"  # the framework keeps milliseconds
