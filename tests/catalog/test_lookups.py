"""What machines call their parts is found; what they do not say is a default, and says so."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.catalog import accelerator, cpu_power_w, dram, embodied, facility, processor, region, zone
from vatio.errors import UnknownName

KNOWN = [
    ("Intel(R) Xeon(R) Platinum 8488C", "Sapphire Rapids", 48),
    ("Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz", "Ice Lake", 32),
    ("Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz", "Cascade Lake", 24),
    ("Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz", "Broadwell", 18),
    ("Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz", "Skylake-SP", 20),
    ("INTEL(R) XEON(R) PLATINUM 8581C CPU @ 2.30GHz", "Emerald Rapids", 60),
    ("Intel(R) Xeon(R) 6975P-C", "Granite Rapids", 96),
    ("AMD EPYC 7R13 Processor", "Milan", 48),
    ("AMD EPYC 7B12", "Rome", 64),
    ("AMD EPYC 9R14", "Genoa", 96),
    ("AMD EPYC 7742 64-Core Processor", "Rome", 64),
    ("AMD Ryzen 9 5950X 16-Core Processor", "Zen 3 desktop", 16),
    ("AMD Ryzen 7 7840HS w/ Radeon 780M Graphics", "Ryzen mobile", 8),
    ("12th Gen Intel(R) Core(TM) i7-1260P", "Alder Lake mobile", 12),
    ("13th Gen Intel(R) Core(TM) i9-13900K", "Raptor Lake", 24),
    ("Intel(R) Core(TM) Ultra 7 155H", "Core Ultra mobile", 16),
    ("Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", "Older mobile", 4),
    ("Apple M2 Pro", "Apple silicon", 12),
    ("Neoverse-N1", "Graviton", 64),
]
BY_FAMILY = [
    ("Intel Xeon Processor (Skylake, IBRS)", "Skylake-SP", "server"),
    ("Intel Xeon Processor (Cascadelake)", "Cascade Lake", "server"),
    ("Intel(R) Xeon(R) Platinum 8499Z", "Sapphire Rapids", "server"),
    ("AMD EPYC-Milan Processor", "Milan", "server"),
    ("AMD EPYC 9999 99-Core Processor", "AMD EPYC", "server"),
    ("AMD EPYC 7993", "Milan", "server"),
    ("Intel(R) Core(TM) i5-8350U CPU @ 1.70GHz", "Older mobile", "laptop"),
    ("Intel(R) Core(TM) i7-12800H", "Alder Lake mobile", "laptop"),
    ("ARM implementer 0x41 part 0xd40", "Graviton", "arm"),
    ("arm 0x41 0xd0c", "Graviton", "arm"),
    ("arm 0x41 0xd08", "Single board", "arm"),
]
DEFAULTS = [
    ("AMD EPYC", "AMD EPYC", "server"),
    ("AMD EPYC Processor", "AMD EPYC", "server"),
    ("Intel(R) Xeon(R) CPU @ 2.20GHz", "Intel Xeon", "server"),
    ("Intel(R) Pentium(R) Gold G5400", "desktop", "desktop"),
    ("QEMU Virtual CPU version 2.5+", "server", "server"),
    ("aarch64", "arm", "arm"),
    ("", "unknown", "server"),
    ("Something, Else", "unknown", "server"),
]


@pytest.mark.parametrize(("model", "family", "cores"), KNOWN)
def test_a_processor_is_found_by_the_name_the_kernel_gives_it(model: str, family: str, cores: int) -> None:
    row = processor(model)
    assert (row.family, row.cores, row.peak_w.provenance) == (family, cores, "modelled")


@pytest.mark.parametrize(("model", "family", "kind"), BY_FAMILY)
def test_a_processor_that_is_not_in_the_table_is_of_its_family(model: str, family: str, kind: str) -> None:
    row = processor(model)
    assert (row.family, row.kind) == (family, kind)


@pytest.mark.parametrize(("model", "family", "kind"), DEFAULTS)
def test_a_processor_that_says_too_little_is_a_class_default_and_flagged(model: str, family: str, kind: str) -> None:
    row = processor(model)
    assert (row.family, row.kind, row.peak_w.provenance) == (family, kind, "default")
    assert "class default" in (row.peak_w.source or "")


def test_a_default_is_less_certain_than_a_model() -> None:
    known, default = processor("AMD EPYC 7742").peak_w, processor("AMD EPYC").peak_w
    assert (default.high or 0.0) / (default.low or 1.0) > (known.high or 0.0) / (known.low or 1.0)


@given(st.text(max_size=40))
def test_no_name_is_too_strange_to_look_up(name: str) -> None:
    assert processor(name).peak_w.value
    assert accelerator(name).board_w.value
    assert zone(name).g_per_kwh.value


@given(st.floats(-1.0, 2.0), st.floats(-1.0, 2.0), st.sampled_from([model for model, _, _ in KNOWN]))
def test_power_grows_with_utilisation_between_idle_and_peak(one: float, other: float, model: str) -> None:
    row = processor(model)
    less, more = (cpu_power_w(row, busy) for busy in sorted((one, other)))
    for part in ("low", "value", "high"):
        assert getattr(less, part) <= getattr(more, part)
        assert getattr(row.idle_w, part) <= getattr(less, part)
        assert getattr(more, part) <= getattr(row.peak_w, part) + 1e-9


def test_memory_draws_a_fraction_of_a_watt_for_each_gib() -> None:
    assert dram().low == 0.05
    assert dram().high == 0.4


GPUS = [
    ("NVIDIA A100-SXM4-80GB", "A100 SXM 80GB"),
    ("NVIDIA A100 80GB PCIe", "A100 PCIe 80GB"),
    ("A100-SXM4-40GB MIG 1g.5gb", "A100 SXM 40GB"),
    ("NVIDIA H100 80GB HBM3", "H100 SXM"),
    ("NVIDIA H100 PCIe", "H100 PCIe"),
    ("NVIDIA H100 NVL", "H100 NVL"),
    ("NVIDIA H200", "H200 SXM"),
    ("NVIDIA GH200 480GB", "GH200"),
    ("Tesla V100-SXM2-16GB", "V100 SXM2 16GB"),
    ("Tesla T4", "T4"),
    ("NVIDIA L40S", "L40S"),
    ("NVIDIA A10G", "A10G"),
    ("NVIDIA GeForce RTX 3080 Ti", "RTX 3080 Ti"),
    ("NVIDIA GeForce RTX 4090", "RTX 4090"),
    ("NVIDIA RTX 6000 Ada Generation", "RTX 6000 Ada"),
    ("Quadro RTX 6000", "Quadro RTX 6000"),
    ("AMD Instinct MI250X / MI250", "Instinct MI250X"),
    ("AMD Instinct MI300X OAM", "Instinct MI300X"),
    ("TPU v4", "TPU v4"),
]


@pytest.mark.parametrize(("model", "name"), GPUS)
def test_an_accelerator_is_found_by_its_drivers_name(model: str, name: str) -> None:
    row = accelerator(model)
    assert (row.name, row.board_w.provenance) == (name, "modelled")


def test_the_idle_power_that_no_maker_publishes_is_flagged() -> None:
    assert accelerator("NVIDIA H200").idle_w.provenance == "default"


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("NVIDIA GeForce RTX 3080 Laptop GPU", "mobile GPU"),
        ("NVIDIA GeForce RTX 9990", "workstation GPU"),
        ("Accelerator X", "data-centre GPU"),
        ("", "data-centre GPU"),
    ],
)
def test_an_unknown_accelerator_is_a_class_default_and_flagged(model: str, name: str) -> None:
    assert (accelerator(model).name, accelerator(model).board_w.provenance) == (name, "default")


def test_a_country_is_found_by_either_code_in_either_case() -> None:
    assert zone("ES") == zone("ESP") == zone("es")
    assert zone("UK").code == "GB"
    assert zone("ES").g_per_kwh.provenance == "modelled"


def test_a_sub_zone_falls_back_to_its_country_with_a_wider_interval_and_says_so() -> None:
    state, country = zone("US-CAL-CISO"), zone("US")
    assert (state.code, state.g_per_kwh.value) == ("US", country.g_per_kwh.value)
    assert (state.g_per_kwh.high or 0.0) > (country.g_per_kwh.high or 0.0)
    assert state.source.startswith("US-CAL-CISO is not in the table, so its country US")


@pytest.mark.parametrize("code", [None, "", "XX", "ATLANTIS", "XX-YY"])
def test_an_unknown_zone_is_the_world_average_and_says_so(code: str | None) -> None:
    found = zone(code)
    assert (found.code, found.g_per_kwh.provenance) == ("WORLD", "default")
    assert "world average" in found.source
    assert (found.g_per_kwh.low or 0.0) < 150.0 < 600.0 < (found.g_per_kwh.high or 0.0)


def test_a_cloud_region_has_its_own_intensity_where_one_is_published() -> None:
    assert region("GCP", "us-west1").g_per_kwh.value == 79.23
    assert region("aws", "eu-south-2").g_per_kwh == zone("ES").g_per_kwh


@pytest.mark.parametrize(
    "lookup",
    [lambda: region("aws", "eu-sud-2"), lambda: facility("moon"), lambda: embodied("cpu", "toaster")],
)
def test_what_is_not_in_a_table_is_an_error_that_names_the_nearest(lookup: object) -> None:
    with pytest.raises(UnknownName):
        lookup()  # type: ignore[operator]


def test_looking_up_imports_no_heavy_module() -> None:
    code = (
        "import sys; from vatio.catalog import processor, zone, dram, accelerator, embodied;"
        "processor('AMD EPYC'); zone('ES'); dram(); accelerator('T4'); embodied('cpu');"
        "heavy = {'csv', 'pathlib', 're', 'importlib.resources', 'json', 'numpy'};"
        "print(','.join(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    # dataclasses itself brings re by way of inspect, on this side of any budget of ours.
    assert set(filter(None, found.split(","))) <= {"re"}
