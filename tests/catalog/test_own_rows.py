"""A user's own rows are checked like ours: each fault has its file, its line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.catalog import Catalog, draws, entries, generation, instance, instances, open_catalog, utilisations
from vatio.errors import ConfigError, UnknownName

HEADER = "table,name,board_w,source,year"
ROW = "accelerators,MyChip,350,data sheet,2025"


def written(folder: Path, text: str | bytes, name: str = "rows.csv") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_a_row_of_a_csv_is_found_by_its_name(tmp_path: Path) -> None:
    row = open_catalog([written(tmp_path, f"{HEADER}\n{ROW}\n")]).accelerator("my CHIP 80GB".replace("my CHIP", "MyChip"))
    assert row is not None
    assert (row.board_w.value, row.board_w.low, row.board_w.high) == (350.0, 350.0, 350.0)
    assert row.board_w.source == "data sheet (2025)"
    assert row.embodied_g.is_missing


def test_rows_of_a_toml_may_have_ranges_and_every_table(tmp_path: Path) -> None:
    text = """
[[accelerators]]
name = "A1"
board_low_w = 100
board_w = 120
board_high_w = 150
memory_gib = 24
embodied_kg = 90
bf16_tflops = 100.5
source = "mine"
year = 2026
[[zones]]
code = "XX-LAB"
g_per_kwh = 12.5
source = "mine"
year = 2026
[[processors]]
model = "My CPU 9"
tdp_w = 100
source = "mine"
year = 2026
[[instances]]
instance = "my.large"
vcpus = 8
memory_gib = 32
accelerator = "A1"
accelerators = 2
host_w = 60
source = "mine"
year = 2026
"""
    catalog = open_catalog([written(tmp_path, text, "rows.toml")])
    chip, machine, cpu = catalog.accelerator("A1"), catalog.instance("My.Large"), catalog.processor("my cpu 9 @ 3 GHz")
    assert chip is not None
    assert machine is not None
    assert cpu is not None
    assert (chip.board_w.low, chip.flop_per_s["bf16"], chip.embodied_g.value) == (100.0, 100.5e12, 90e3)
    assert catalog.zone("xx-lab").g_per_kwh.value == 12.5
    assert (machine.accelerator, machine.accelerators_per_instance, machine.host_w.value) == ("A1", 2.0, 60.0)
    assert (cpu.idle_w.value, cpu.peak_w.value) == (15.0, 100.0)
    assert {row.name for row in entries(catalog) if row.source == "mine"} == {"A1", "XX-LAB", "my cpu 9", "my.large"}


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, f"\ufeff{HEADER}\r\n{ROW}\r\n")
    assert open_catalog([path]).accelerator("MyChip") is not None


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (f"{HEADER.replace(',', ';')}\n{ROW.replace(',', ';')}\n", ":1:", "semicolons"),
        ("", ":1:", "header"),
        ("name,board_w\nx,1\n", ":1:", "table"),
        (f"{HEADER}\n{ROW},more\n", ":2:", "cells"),
        (f"{HEADER}\n{ROW}\n\naccelerators,B,-3,mine,2025\n", ":4:", "-3"),
        (f"{HEADER}\naccelerators,B,nan,mine,2025\n", ":2:", "nan"),
        (f"{HEADER}\naccelerators,B,inf,mine,2025\n", ":2:", "inf"),
        (f"{HEADER}\naccelerators,B,350 W,mine,2025\n", ":2:", "350 W"),
        (f"{HEADER}\naccelerators,B,350000,mine,2025\n", ":2:", "more than"),
        (f"{HEADER}\naccelerators,B,350,,2025\n", ":2:", "source"),
        (f"{HEADER}\naccelerators,B,350,mine,\n", ":2:", "year"),
        (f"{HEADER}\naccelerators,B,350,mine,25\n", ":2:", "year"),
        (f"{HEADER}\nchips,B,350,mine,2025\n", ":2:", "chips"),
        ("table,code,g_per_kwh,source,year\nzones,QQ,0.4e6,mine,2025\n", ":2:", "more than"),
        ("table,code,low_g_per_kwh,g_per_kwh,source,year\nzones,QQ,400,300,mine,2025\n", ":2:", "<="),
        (f"{HEADER},colour\n{ROW},red\n", ":2:", "colour"),
        (b"table,name\n\xff\xfe", ":2:", "UTF-8"),
    ],
)
def test_a_wrong_row_is_an_error_with_its_line(tmp_path: Path, text: str | bytes, line: str, word: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        open_catalog([path])
    said = f"{caught.value} {caught.value.hint}"
    assert f"{path}{line}" in said
    assert word in said


def test_a_file_of_a_million_rows_is_refused_early(tmp_path: Path) -> None:
    many = written(tmp_path, HEADER + "\n" + f"{ROW}\n" * 10_001)
    with pytest.raises(ConfigError, match=r":10002: more than 10000 rows"):
        open_catalog([many])
    huge = written(tmp_path, HEADER + "\n" + f"{ROW}\n" * 1_000_000, "huge.csv")
    with pytest.raises(ConfigError, match="larger than"):
        open_catalog([huge])


def test_a_wrong_toml_is_an_error(tmp_path: Path) -> None:
    for text in ("[[accelerators]\n", "accelerators = 3\n", "[accelerators]\nname = 'x'\n", "[[chips]]\nname = 'x'\n"):
        with pytest.raises(ConfigError):
            open_catalog([written(tmp_path, text, "rows.toml")])
    with pytest.raises(ConfigError, match="cannot read"):
        open_catalog([str(tmp_path / "absent.csv")])


@given(st.text(max_size=200), st.sampled_from(["rows.csv", "rows.toml"]))
def test_any_text_is_read_or_refused_politely(tmp_path_factory: pytest.TempPathFactory, text: str, name: str) -> None:
    path = written(tmp_path_factory.mktemp("rows"), text.encode("utf-8", "replace"), name)
    said = path
    try:
        open_catalog([path])
    except ConfigError as error:
        said = str(error)
    assert path in said


def test_rented_machines_are_those_of_three_clouds_and_have_known_accelerators() -> None:
    known = {row.name for row in Catalog().accelerators()}
    assert {row.provider for row in instances()} == {"aws", "azure", "gcp"}
    assert len(instances()) >= 150
    assert {row.accelerator for row in instances()} - {None} <= known
    assert len({row.name for row in instances()}) == len(instances())
    for row in instances():
        assert 0.0 < (row.host_w.low or 0.0) < (row.host_w.high or 0.0) < 3000.0, row
    with pytest.raises(UnknownName) as caught:
        instance("p4d.24xlrge")
    assert "p4d.24xlarge" in caught.value.hint


def test_evidence_is_plausible_and_its_chips_are_known() -> None:
    assert all(0.1 <= row.utilisation_ratio <= 0.7 for row in utilisations())
    assert all(0.4 <= row.measured_w / row.board_w <= 1.5 for row in draws())
    assert {row.chip for row in utilisations()} == {"v100", "tpu v3", "tpu v4", "a100", "h100"}
    assert generation("NVIDIA A100-SXM4-80GB".removeprefix("NVIDIA ")) == "a100"


def test_an_unknown_table_is_an_error() -> None:
    with pytest.raises(UnknownName):
        list(entries(Catalog(), "gpus"))
