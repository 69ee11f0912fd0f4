"""Every row of every table says where it comes from, and no number is out of this world."""

from __future__ import annotations

import os

import pytest

import vatio.catalog
from vatio.catalog import accelerators, checks, processors, regions, zones
from vatio.catalog._checks import TABLES
from vatio.catalog._table import rows

FOLDER = os.path.dirname(vatio.catalog.__file__ or "")


@pytest.mark.parametrize("table", TABLES)
def test_every_row_has_a_source_and_a_year(table: str) -> None:
    for row in rows(table):
        assert len(row["source"]) > 5, row
        assert 2007 <= int(row["year"]) <= 2026, row


@pytest.mark.parametrize("table", TABLES)
def test_every_range_is_in_order(table: str) -> None:
    for row in rows(table):
        for column in row:
            if "low" not in column.split("_"):
                continue
            middle, high = column.replace("low_", ""), column.replace("low", "high")
            middle = middle if middle in row else column.replace("low", "value")
            if row[middle]:
                assert 0.0 <= float(row[column]) <= float(row[middle]) <= float(row[high]), (row, column)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_can_be_read_by_splitting(table: str) -> None:
    with open(os.path.join(FOLDER, f"{table}.csv"), encoding="utf-8") as file:
        text = file.read()
    assert text.isascii() or table == "zones"
    # Several sources are joined by " + ": a semicolon parts the sources of a sum.
    assert not set('";\r\t') & set(text)
    assert text.endswith("\n")


def test_all_tables_together_are_small() -> None:
    assert sum(os.path.getsize(os.path.join(FOLDER, f"{table}.csv")) for table in TABLES) < 400_000


def test_the_tables_are_as_long_as_promised() -> None:
    assert len(processors()) >= 150
    assert len(accelerators()) >= 60
    assert len(zones()) >= 200
    assert {row.provider for row in regions()} == {"aws", "azure", "gcp"}


def test_keys_are_unique() -> None:
    for table, key in (("processors", "model"), ("zones", "code"), ("zones", "code3"), ("facilities", "name")):
        found = [row[key] for row in rows(table)]
        assert len(found) == len(set(found)), table
    aliases = [alias for row in rows("accelerators") for alias in row["aliases"].split("|")]
    assert len(aliases) == len(set(aliases))
    places = [(row.provider, row.region) for row in regions()]
    assert len(places) == len(set(places))


def test_processors_draw_plausible_watts() -> None:
    for row in processors():
        assert 0.0 < (row.idle_w.low or 0.0) <= (row.idle_w.value or 0.0) < (row.peak_w.value or 0.0), row
        assert (row.peak_w.high or 0.0) <= 600.0, row
        assert 0.3 <= (row.peak_w.value or 0.0) / (row.tdp_w.value or 1.0) <= 3.6, row
        assert 1 <= row.cores <= 288, row
        assert row.threads is None or row.threads in (row.cores, 2 * row.cores), row


def test_accelerators_draw_hold_and_compute_plausibly() -> None:
    for row in accelerators():
        assert (row.board_w.low or 0.0) >= 5.0, row
        assert (row.board_w.high or 0.0) <= 1500.0, row
        assert (row.idle_w.value or 0.0) <= 0.45 * (row.board_w.value or 0.0), row
        assert 4 * 2**30 <= row.memory_bytes <= 300 * 2**30, row
        assert 1e4 <= (row.embodied_g.value or 0.0) <= 5e5, row
        assert all(1e10 <= peak <= 2e16 for peak in row.flop_per_s.values()), row


def test_most_accelerators_state_their_peak_at_half_precision() -> None:
    assert sum(1 for row in accelerators() if {"fp16", "bf16"} & set(row.flop_per_s)) >= 60


def test_zones_emit_plausibly() -> None:
    for row in zones():
        assert (row.g_per_kwh.low or 0.0) >= 5.0, row
        assert (row.g_per_kwh.high or 0.0) <= 1500.0, row  # Turkmenistan burns gas in old turbines: 1306


def test_every_cloud_region_has_a_zone_of_the_table() -> None:
    known = {row.code for row in zones()}
    assert {row.zone for row in regions()} <= known


def test_doctor_hears_of_every_table_and_of_its_age() -> None:
    fresh, old = checks(year=2026), checks(year=2040)
    assert [check.name for check in fresh] == [f"{table} table" for table in TABLES]
    assert {check.state for check in fresh} == {"ok"}
    assert [check.name for check in old if check.state == "warning"] == ["zones table", "regions table", "facilities table"]
    assert all(check.fix for check in old if check.state == "warning")
