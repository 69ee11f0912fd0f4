"""Silicon by its area and capacity, as ACT computes it."""

import math

import pytest

from vatio.account import SiliconPart, bill_g, silicon_footprint
from vatio.errors import InvalidQuantity, UnknownName


def test_memory_is_capacity_by_its_process_over_the_yield():
    part = SiliconPart(name="dram", model="dram", process="ddr3_50nm", capacity_gb=36.0, packages=19)
    made = silicon_footprint(part)

    assert math.isclose(made.fabrication_g, 36 * 600 / 0.875)
    assert made.packaging_g == 19 * 150.0
    assert bill_g([part, part]) == 2 * (made.fabrication_g + made.packaging_g)


def test_logic_is_electricity_gases_and_materials_over_the_yield():
    made = silicon_footprint(SiliconPart(name="cpu", process="28nm", area_cm2=6.98, abatement="95", fab="coal"))
    assert math.isclose(made.fabrication_g, 6.98 * (0.9 * 820 + 175 + 500) / 0.875)


def test_without_a_word_the_fab_stands_in_taiwan_and_destroys_97_per_cent_of_its_gases():
    made = silicon_footprint(SiliconPart(name="chip", process="7nm", area_cm2=1.0, yield_ratio=1.0))
    assert math.isclose(made.fabrication_g, 2.15 * 583 + (350 + 200) / 2 + 500)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UnknownName, {"process": "6nm"}),
        (UnknownName, {"process": "7nm", "fab": "mars"}),
        (UnknownName, {"process": "7nm", "abatement": "96"}),
        (UnknownName, {"process": "7nm", "model": "tape"}),
        (InvalidQuantity, {"process": "7nm", "yield_ratio": 0.0}),
        (InvalidQuantity, {"process": "7nm", "area_cm2": -1.0}),
        (InvalidQuantity, {"process": "7nm", "area_cm2": math.nan}),
    ],
)
def test_what_is_not_in_the_tables_is_refused(error, said):
    with pytest.raises(error):
        silicon_footprint(SiliconPart(name="chip", **said))
