"""Hold estimates against what is published: account-01 to account-06.

The published footprints are read where they lie (``VATIO_TEST_DATA``); zones, training runs and served models are our own
tables beside this file, each row with its source. No row's own constant is fitted: the utilisations are also taken without
the row's publisher (``account-03a-left-out`` and so on). The prompts of served models are assumed 150 tokens long, the outputs
as long as ML.ENERGY says.
"""

from __future__ import annotations

import csv
import json
import os
import statistics
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from benchmarks._row import Row
from vatio.account.estimates import Asked, check, estimate, flop_of, parse_published, shape_of, utilisation_ratio
from vatio.catalog import Catalog, generation
from vatio.records import Quantity

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("VATIO_TEST_DATA", HERE.parents[2] / "shared" / "data"))
COMMAND = "make bench TOPIC=account ONLY="
J_PER_MWH, G_PER_TONNE, S_PER_HOUR = 3.6e9, 1e6, 3600.0
INCONSISTENT = "llama33-70b"
FLOP_RATIO = 0.396


class Case(NamedTuple):
    """One published figure and what was estimated for it."""

    name: str
    published: float
    found: Quantity

    @property
    def error_percent(self) -> float:
        """Give the value's error; a published figure is never 0."""
        return abs((self.found.value or 0.0) / self.published - 1.0) * 100.0

    @property
    def is_held(self) -> bool:
        """Tell whether the interval holds the published figure."""
        return (self.found.low or 0.0) <= self.published <= (self.found.high or 0.0)

    @property
    def width_ratio(self) -> float:
        """Give high over low."""
        return (self.found.high or 0.0) / (self.found.low or 1.0)


def rows(peers: bool) -> list[Row]:
    """Give every row of the estimates."""
    return [*arithmetic(), *from_tables(), *blind(), *served(), *counted(), *checked()]


def published() -> dict[str, dict[str, str]]:
    """Read the published footprints, none if they are not at hand."""
    path = DATA / "studies" / "published_footprints.csv"
    if not path.exists():
        return {}
    return {row["id"]: row for row in table(path)}


def table(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def arithmetic() -> list[Row]:
    """Level A: hours, watts, PUE and intensity as published."""
    carbon: list[Case] = []
    energy: list[Case] = []
    chips = {row["id"]: row["chip"] for row in table(HERE / "published_places.csv")}
    for name, row in published().items():
        if not all(row[column] for column in ("chip_hours", "power_w_per_chip", "pue", "ci_kg_per_kwh")):
            continue
        found = estimate(
            Asked(
                hardware=((chips[name], 1.0),),
                duration_s=float(row["chip_hours"]) * S_PER_HOUR,
                power_w=float(row["power_w_per_chip"]),
                pue=float(row["pue"]),
                intensity_g_per_kwh=float(row["ci_kg_per_kwh"]) * 1e3,
            )
        ).record
        if row["published_tco2e"]:
            carbon.append(Case(name, float(row["published_tco2e"]) * G_PER_TONNE, found.emissions_g.operational))
        if row["published_energy_mwh"]:
            energy.append(Case(name, float(row["published_energy_mwh"]) * J_PER_MWH, found.energy_j))
    what = f"level A, {len(carbon)} rows with hours, watts, PUE, intensity and carbon"
    return [
        _row("account-01a", f"{what}: worst error", "<=", 2.0, _worst(carbon), "%", _named(carbon, 1.0)),
        _row("account-01b", f"{what}: median error", "<=", 0.5, _median(carbon), "%"),
        _row("account-01c", f"level A, {len(energy)} rows with energy: worst error", "<=", 2.0, _worst(energy), "%"),
    ]


def from_tables() -> list[Row]:
    """Level B: chip, hours and the zone where it is published."""
    known = published()
    cases = []
    for place in table(HERE / "published_places.csv"):
        row = known.get(place["id"])
        if row is None or place["id"] == INCONSISTENT:
            continue
        found = estimate(_by_hours(place, row)).record.emissions_g.operational
        cases.append(Case(place["id"], float(row["published_tco2e"]) * G_PER_TONNE, found))
    what = f"level B, {len(cases)} rows from chip, hours and zone"
    return [
        replace(
            _row("account-02a", f"{what}: rows within 10 %", ">=", 21.0, _count(cases, 10.0), "rows", _named(cases, 10.0)),
            peer="ML CO2 Impact's formula, PUE 1.1, grid of the United States",
            peer_got=_by_stated_watts(),
        ),
        _row("account-02b", f"{what}: rows within 25 %", ">=", 26.0, _count(cases, 25.0), "rows", _named(cases, 25.0)),
        _row("account-02c", f"{what}: interval holds", ">=", 85.0, _held(cases), "%", _missed(cases)),
        _row("account-02d", f"{what}: median high/low", "<=", 2.0, _width(cases), "ratio"),
    ]


def _by_stated_watts() -> float | None:
    """Count the rows within 10 % of ML CO2 Impact's formula: board power times hours, a PUE of 1.1, one grid for all."""
    known, within = published(), 0
    for place in table(HERE / "published_places.csv"):
        chip = Catalog().accelerator(place["chip"])
        if place["id"] in known and place["id"] != INCONSISTENT and chip is not None:
            row = known[place["id"]]
            tonnes = float(row["chip_hours"]) * (chip.board_w.value or 0.0) * 1e-6 * 1.1 * 0.3695
            within += abs(tonnes / float(row["published_tco2e"]) - 1.0) <= 0.1
    return float(within) if known else None


def _by_hours(place: dict[str, str], row: dict[str, str]) -> Asked:
    return Asked(hardware=((place["chip"], 1.0),), duration_s=float(row["chip_hours"]) * S_PER_HOUR, zone=place["zone"])


def blind() -> list[Row]:
    """Level C: parameters and tokens, also with the utilisation of everybody but the row's publisher."""
    runs = table(HERE / "training_runs.csv")
    found = [_chip_hours(run) for run in runs]
    left_out = [_chip_hours(run, without=run["publisher"]) for run in runs]
    what = f"level C, {len(runs)} runs from parameters and tokens"
    more = []
    for suffix, cases in (("", found), ("-left-out", left_out)):
        words = what + (", each without its publisher" if suffix else "")
        more += [
            replace(
                _row(
                    f"account-03a{suffix}",
                    f"{words}: within 30 %",
                    ">=",
                    12.0,
                    _count(cases, 30.0),
                    "rows",
                    _named(cases, 30.0),
                ),
                peer="6 N D at a utilisation of 0.40 for all",
                peer_got=_count([_chip_hours(run, fixed_ratio=0.4) for run in runs], 30.0),
            ),
            _row(f"account-03b{suffix}", f"{words}: interval holds", ">=", 85.0, _held(cases), "%", _missed(cases)),
            _row(f"account-03c{suffix}", f"{words}: median high/low", "<=", 4.0, _width(cases), "ratio"),
        ]
    return more


def _chip_hours(run: dict[str, str], *, without: str | None = None, fixed_ratio: float | None = None) -> Case:
    asked = Asked(
        hardware=((run["chip"], 1.0),),
        parameters=round(float(run["parameters"])) if run["parameters"] else None,
        tokens=round(float(run["tokens"])) if run["tokens"] else None,
        flop=float(run["flop"]) if run["flop"] else None,
        utilisation_ratio=fixed_ratio,
    )
    factors = {factor.name: factor.value for factor in estimate(asked).record.factors}
    hours = factors["chip-hours"]
    if without is not None:
        chip = Catalog().accelerator(run["chip"])
        assert chip is not None
        used, all_used = utilisation_ratio(generation(chip.name), without=without), factors["utilisation"]
        value = (hours.value or 0.0) * (all_used.value or 0.0) / (used.value or 1.0)
        low, high = value * (used.value or 0.0) / (used.high or 1.0), value * (used.value or 0.0) / (used.low or 1.0)
        hours = Quantity.around(value, low, high, provenance="modelled")
    return Case(run["run"], float(run["chip_hours"]), hours)


def served() -> list[Row]:
    """Level D: joules of a token or a request of ML.ENERGY's figures."""
    cases = []
    for row in table(HERE / "served_models.csv"):
        asked = Asked(
            hardware=((row["chip"], float(row["chips"])),),
            parameters=round(float(row["parameters"])),
            active_parameters=round(float(row["active_parameters"])),
            requests=1,
            batch=int(row["batch"]),
            prompt_tokens=int(row["prompt_tokens"]),
            output_tokens=int(row["output_tokens"]),
        )
        factors = {factor.name: factor.value for factor in estimate(asked).record.factors}
        tokens = int(row["output_tokens"]) if row["figure"] == "output token" else 1
        cases.append(Case(row["model"], float(row["published_j"]) * tokens, factors["hardware energy"]))
    what = f"level D, {len(cases)} figures of ML.ENERGY, prompts of 150 tokens assumed"
    return [
        _row("account-04a", f"{what}: median error", "<=", 40.0, _median(cases), "%", _named(cases, 40.0)),
        _row("account-04b", f"{what}: interval holds", ">=", 80.0, _held(cases), "%", _missed(cases)),
        _row("account-04c", f"{what}: median high/low", "<=", 4.0, _width(cases), "ratio"),
    ]


def counted() -> list[Row]:
    """Count parameters and FLOP from configurations."""
    models = json.loads((HERE / "models.json").read_text(encoding="utf-8"))
    shapes = {name: shape_of(model["config"]) for name, model in models.items()}
    cases = [
        Case(name, models[name]["published"], Quantity.exact(float(shape.parameters), provenance="modelled"))
        for name, shape in shapes.items()
    ]
    flop = {
        name: flop_of(shape.active_parameters, 4096, layers=shape.layers, width=shape.width).value or 0.0
        for name, shape in shapes.items()
    }
    ratio = flop["DeepSeekMoE-16B"] / flop["LLaMA2-7B"]
    return [
        _row("account-05a", f"parameters of {len(cases)} configurations: worst error", "<=", 1.0, _worst(cases), "%"),
        _row(
            "account-05b",
            "FLOP of 4K tokens, DeepSeekMoE-16B over LLaMA2-7B, against 0.396",
            "<=",
            0.02,
            abs(ratio - FLOP_RATIO),
            "difference",
        ),
    ]


def checked() -> list[Row]:
    """Hold each published figure against its hours."""
    flagged: list[str] = []
    tried = 0
    for place in table(HERE / "published_places.csv"):
        row = published().get(place["id"])
        if row is None:
            continue
        asked = _by_hours(place, row)
        figures = [f"{row['published_tco2e']}t"]
        figures += [f"{row['published_energy_mwh']}MWh"] if row["published_energy_mwh"] else []
        tried += len(figures)
        flagged += [place["id"] for text in figures if not check(asked, parse_published(text)).consistent]
    false = [name for name in flagged if name != INCONSISTENT]
    return [
        _row(
            "account-06a", "Llama 3.3 70B's 12.9 t flagged", "==", 1.0, flagged.count(INCONSISTENT) if tried else None, "flags"
        ),
        _row("account-06b", f"false flags on the other {tried - 1} figures", "==", 0.0, len(false) if tried else None, "flags"),
    ]


def _row(name: str, what: str, relation: str, limit: float, got: float | None, unit: str, why: str = "") -> Row:
    lacking = f"no {DATA / 'studies' / 'published_footprints.csv'}" if got is None else why
    number = None if got is None else float(got)
    command = COMMAND + name.removesuffix("-left-out")
    return Row(id=name, what=what, relation=relation, limit=limit, got=number, unit=unit, command=command, why=lacking)  # type: ignore[arg-type]


def _worst(cases: list[Case]) -> float | None:
    return max((case.error_percent for case in cases), default=None)


def _median(cases: list[Case]) -> float | None:
    return statistics.median(case.error_percent for case in cases) if cases else None


def _width(cases: list[Case]) -> float | None:
    return statistics.median(case.width_ratio for case in cases) if cases else None


def _count(cases: list[Case], percent: float) -> float | None:
    return float(sum(case.error_percent <= percent for case in cases)) if cases else None


def _held(cases: list[Case]) -> float | None:
    return 100.0 * sum(case.is_held for case in cases) / len(cases) if cases else None


def _named(cases: Iterable[Case], percent: float) -> str:
    past = [f"{case.name} {case.error_percent:.0f} %" for case in cases if case.error_percent > percent]
    return f"past {percent:g} %: {', '.join(past)}" if past else ""


def _missed(cases: Iterable[Case]) -> str:
    missed = [case.name for case in cases if not case.is_held]
    return f"missed: {', '.join(missed)}" if missed else ""
