"""The tables against the published data that they were made from (where that data is at hand)."""

from __future__ import annotations

import csv
import json
import os
import re
from collections import defaultdict
from pathlib import Path
from statistics import median

import pytest

from vatio.catalog import accelerator, processor, regions, zone

pytestmark = pytest.mark.data
ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("VATIO_TEST_DATA", ROOT.parent / "shared" / "data"))
# The allowances of docs/adr/0040-processor-power-from-specpower.md: what the wall feeds beside the packages.
PEAK_EFFICIENCY, IDLE_EFFICIENCY = 0.92, 0.85
PEAK_W_PER_GIB, IDLE_W_PER_GIB = 0.15, 0.08


def wall_results() -> dict[str, list[tuple[float, float]]]:
    """Derive peak and idle watts of one package from each SPECpower result, by family."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with (DATA / "hardware" / "SPECpower-2026-03-09.csv").open() as file:
        for row in csv.DictReader(file):
            name = re.sub(r"(?<=\d)[vV](?=\d$)", " v", row["CPU Description"])
            known = processor(name)
            full, idle, gib = (
                float(row[key]) for key in ("avg. watts @ 100%", "avg. watts @ active idle", "Total Memory (GB)")
            )
            if known.kind != "server" or known.peak_w.provenance != "modelled" or "results" not in known.source:
                continue
            chips, tdp_w = int(row["Chips"]), known.tdp_w.value or 1.0
            peak_w = (PEAK_EFFICIENCY * full - min(35.0, 0.15 * full) - PEAK_W_PER_GIB * gib) / chips
            idle_w = (IDLE_EFFICIENCY * idle - min(20.0, 0.25 * idle) - IDLE_W_PER_GIB * gib) / chips
            found[known.family].append((peak_w / tdp_w, idle_w / tdp_w))
    return found


def test_a_familys_watts_are_those_of_its_servers() -> None:
    results = {family: values for family, values in wall_results().items() if len(values) >= 10}
    assert len(results) >= 12
    probes = {
        "Rome": "AMD EPYC 7742",
        "Ice Lake": "Xeon Platinum 8380",
        "Sapphire Rapids": "Xeon Platinum 8490H",
        "Genoa": "EPYC 9654",
    }
    for family, model in probes.items():
        row, peaks, idles = processor(model), *map(sorted, zip(*results[family], strict=True))
        tdp_w = row.tdp_w.value or 1.0
        assert (row.idle_w.value or 0.0) / tdp_w == pytest.approx(median(idles), rel=0.25)
        assert (row.peak_w.low or 0.0) / tdp_w <= median(peaks)
        assert (row.peak_w.value or 0.0) / tdp_w == pytest.approx((min(1.0, median(peaks)) + 1.0) / 2.0, rel=0.1)


def test_most_servers_lie_within_their_familys_interval() -> None:
    inside = count = 0
    with (DATA / "hardware" / "SPECpower-2026-03-09.csv").open() as file:
        for row in csv.DictReader(file):
            known = processor(row["CPU Description"])
            if known.peak_w.provenance != "modelled" or "results" not in known.source:
                continue
            gib, idle = float(row["Total Memory (GB)"]), float(row["avg. watts @ active idle"])
            idle_w = (IDLE_EFFICIENCY * idle - min(20.0, 0.25 * idle) - IDLE_W_PER_GIB * gib) / int(row["Chips"])
            inside += (known.idle_w.low or 0.0) * 0.99 <= idle_w <= (known.idle_w.high or 0.0) * 1.01
            count += 1
    assert count >= 700
    assert inside / count >= 0.85


@pytest.mark.slow
def test_thermal_design_powers_agree_with_a_second_table() -> None:
    agree = count = 0
    with (DATA / "hardware" / "codecarbon_cpu_power.csv").open() as file:
        for row in csv.DictReader(file):
            known = processor(row["Name"])
            if "median of" in known.source or known.tdp_w.provenance == "default":
                continue
            try:
                tdp_w = float(row["TDP"])
            except ValueError:
                continue
            count += 1
            agree += (known.tdp_w.low or 0.0) * 0.99 <= tdp_w <= max(known.tdp_w.high or 0.0, known.peak_w.high or 0.0) * 1.01
    assert count >= 250
    assert agree / count >= 0.97


def test_each_country_has_the_published_annual_mean() -> None:
    mix = json.loads((DATA / "grid" / "annual" / "codecarbon_global_energy_mix.json").read_text())
    known = {code: row["carbon_intensity"] for code, row in mix.items() if row["carbon_intensity"]}
    assert len(known) >= 200
    for code, intensity in known.items():
        found = zone(code).g_per_kwh
        assert found.provenance == "modelled", code
        assert found.value == pytest.approx(intensity, abs=0.051), code


def test_the_range_of_a_country_holds_a_second_publisher() -> None:
    with (DATA / "grid" / "annual" / "ember_2021.csv").open() as file:
        for row in csv.DictReader(file):
            if row["country_code_iso_2"] and zone(row["country_code_iso_2"]).g_per_kwh.provenance == "modelled":
                found, intensity = zone(row["country_code_iso_2"]).g_per_kwh, float(row["emissions_intensity_gco2_per_kwh"])
                assert (found.low or 0.0) - 0.1 <= intensity <= (found.high or 0.0) + 0.1, row


def test_a_region_of_google_has_its_published_intensity() -> None:
    with (DATA / "grid" / "gcp_region_carbon_2024.csv").open() as file:
        published = {row["Google Cloud Region"]: row["Grid carbon intensity (gCO2eq / kWh)"] for row in csv.DictReader(file)}
    found = {row.region: row.g_per_kwh.value for row in regions() if row.provider == "gcp"}
    assert found == {name: pytest.approx(float(value), rel=1e-5) for name, value in published.items()}


def test_board_powers_hold_what_two_tables_say_of_them() -> None:
    with (DATA / "hardware" / "mlco2_gpus.csv").open() as file:
        listed = {row["name"]: float(row["tdp_watts"]) for row in csv.DictReader(file) if row["type"] in ("gpu", "tpu")}
    found = {name: accelerator(name) for name in listed}
    named = {name: row for name, row in found.items() if row.board_w.provenance == "modelled"}
    assert len(named) >= 38
    wrong = [name for name, row in named.items() if not (row.board_w.low or 0) <= listed[name] <= (row.board_w.high or 0)]
    # "A100 PCIe 40/80GB" is two cards, 250 W and 300 W.
    assert set(wrong) <= {"A100 PCIe 40/80GB"}
