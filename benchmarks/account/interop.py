"""Compare manifests and a bill of materials with their tools' own results; fuzz the importers; measure round trips."""

from __future__ import annotations

import glob
import math
import os
import random
import tempfile
from collections.abc import Iterator

from tests.interop.test_fuzz import GOOD, mutated, read

from benchmarks._results import ROOT
from benchmarks._row import Row
from vatio.account import bill_g
from vatio.interop import export_runs, import_file, read_bill, run_manifest
from vatio.interop.text import load_yaml, read_text
from vatio.records import RunRecord
from vatio.testing import a_record, ledger_in

DATA = os.path.join(os.path.dirname(ROOT), "shared", "data", "interop")
_MUTANTS = 2000
_TRIPS = 25
# What each format has a place for: joules of all devices, of the GPUs alone, operational and embodied grams.
CARRIES = {
    "codecarbon": ("joules", "operational"),
    "boamps": ("joules",),
    "huggingface": ("operational",),
    "green-algorithms": ("joules", "operational"),
    "impact-framework": ("joules", "operational", "embodied"),
    "mlco2": ("joules", "operational"),
    "openmetrics": ("joules", "operational", "embodied"),
    "zeus": ("gpu",),
    "parquet": ("joules", "operational", "embodied"),
}


def rows(peers: bool) -> list[Row]:
    """Measure the four rows, and each of their cases."""
    return [*_act(), *_manifests(), *_fuzzed(), *_round_trips()]


def _act() -> Iterator[Row]:
    path, why, got = os.path.join(DATA, "act"), f"{os.path.relpath(DATA, ROOT)} is not there", None
    if os.path.isdir(path):
        report = load_yaml(read_text(f"{path}/dellr740_report.yaml"), where="report")
        true_g = float(report["total_carbon"].split()[0]) * 1e3
        got, why = abs(bill_g(read_bill(f"{path}/dellr740.yaml")) - true_g) / true_g, ""
    yield _row("account-07a", "ACT, total of a Dell R740 against its report, relative error", 1e-6, got, why)


def _manifests() -> Iterator[Row]:
    what = "Impact Framework, every number of the recorded outputs against those computed, worst relative error"
    found = {path: _worst(path) for path in sorted(glob.glob(os.path.join(DATA, "if", "out_*.yaml")))}
    why = "" if found else f"{os.path.relpath(DATA, ROOT)} is not there"
    yield _row("account-07b", what, 1e-6, max((worst for worst, _ in found.values()), default=None), why)
    for path, (worst, note) in found.items():
        name = os.path.basename(path).removeprefix("out_").removesuffix(".yaml").replace("_", "-")
        yield _row(f"account-07b-{name.lower()}", f"the same, {os.path.basename(path)}", 1e-6, worst, note)


def _worst(path: str) -> tuple[float, str]:
    worst, notes = 0.0, []
    for leaf in run_manifest(load_yaml(read_text(path), where=path)):
        notes += leaf.notes
        if len(leaf.outputs) != len(leaf.recorded):
            return math.inf, "the numbers of rows differ"
        for row, recorded in zip(leaf.outputs, leaf.recorded, strict=True):
            for column, value in recorded.items():
                if isinstance(value, (int, float)):
                    worst = max(worst, _error(float(row.get(column, math.inf)), float(value)))  # type: ignore[arg-type]
    return worst, "; ".join(notes)


def _fuzzed() -> Iterator[Row]:
    found = {name: _tracebacks(name) for name in GOOD}
    what = f"importers fuzzed, {_MUTANTS} damaged files each: tracebacks"
    yield _row("account-09a", what, 0, sum(found.values()), "", unit="tracebacks", relation="==")
    for name, count in found.items():
        yield _row(f"account-09a-{name}", f"the same, {name}", 0, count, "", unit="tracebacks", relation="==")


def _tracebacks(name: str) -> int:
    count = 0
    for seed in range(_MUTANTS):
        try:
            read(mutated(GOOD[name], random.Random(seed)), name)
        except Exception:  # noqa: BLE001  whatever it is, it is what is counted
            count += 1
    return count


def _round_trips() -> Iterator[Row]:
    found = {name: _trip(name, carried) for name, carried in CARRIES.items()}
    what = f"totals of {_TRIPS} runs after a round trip, worst relative difference of what the format has a place for"
    yield _row("account-09b", what, 1e-9, max(found.values()), "")
    for name, worst in found.items():
        yield _row(f"account-09b-{name}", f"the same, {name}: {', '.join(CARRIES[name])}", 1e-9, worst, "")


def _trip(name: str, carried: tuple[str, ...]) -> float:
    chance, worst = random.Random(9), 0.0
    with tempfile.TemporaryDirectory() as folder:
        for at in range(_TRIPS):
            seconds = 10 ** chance.uniform(0.5, 6)
            record = a_record(f"run-{at}", whole_j=seconds * 10 ** chance.uniform(1, 3), duration_s=seconds, work={})
            path = os.path.join(folder, f"{at}")
            with open(path, "wb") as file:
                file.write(export_runs([record], name).data)
            with ledger_in(folder, name=f"{at}.sqlite") as ledger:
                (run,) = import_file(ledger, path, format=name).added
                after = ledger.run(run)
            worst = max([worst, *(_error(_figure(after, what), _figure(record, what)) for what in carried)])
    return worst


def _figure(record: RunRecord, what: str) -> float:
    if what == "gpu":
        return math.fsum(part.energy_j.value or 0.0 for part in record.components if part.component == "gpu")
    known = {"joules": record.energy_j, "operational": record.emissions_g.operational, "embodied": record.emissions_g.embodied}
    return known[what].value or 0.0


def _error(got: float, true: float) -> float:
    return abs(got - true) / abs(true) if true else abs(got)


def _row(id: str, what: str, limit: float, got: float | None, why: str, *, unit: str = "ratio", relation: str = "<=") -> Row:
    command = f"make bench TOPIC=account ONLY={id[:10]}"
    return Row(id=id, what=what, relation=relation, limit=limit, got=got, unit=unit, command=command, why=why)  # type: ignore[arg-type]
