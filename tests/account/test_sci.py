"""The formulas of ISO/IEC 21031 and of the Impact Framework's SciEmbodied."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.account import SERVER_MODEL, sci_embodied_g, sci_g_per_unit, server_embodied_g
from vatio.errors import InvalidQuantity

amounts = st.floats(0.0, 1e9, allow_subnormal=False)
positive = st.floats(1e-3, 1e9)


def test_the_score_is_grams_over_units():
    assert math.isclose(sci_g_per_unit(5.0, 0.02, 100.0), 0.0502)


@given(amounts, amounts, positive)
def test_a_score_of_twice_the_units_is_half(operational_g, embodied_g, units):
    twice, once = sci_g_per_unit(operational_g, embodied_g, 2 * units), sci_g_per_unit(operational_g, embodied_g, units)
    assert math.isclose(2 * twice, once, abs_tol=1e-300)


@given(amounts, positive, positive, st.floats(0.0, 1.0))
def test_embodied_emissions_are_additive_in_time(whole_g, first_s, second_s, share):
    lifetime_s = 4 * 365.25 * 86400.0
    parts = [sci_embodied_g(whole_g, reserved_s=s, lifetime_s=lifetime_s, reserved_ratio=share) for s in (first_s, second_s)]
    whole = sci_embodied_g(whole_g, reserved_s=first_s + second_s, lifetime_s=lifetime_s, reserved_ratio=share)
    assert math.isclose(math.fsum(parts), whole, rel_tol=1e-9, abs_tol=1e-12)


def test_the_reference_server_for_its_whole_life_is_its_baseline():
    assert server_embodied_g({}, duration_s=SERVER_MODEL["lifespan"]) == SERVER_MODEL["baseline-emissions"]


def test_two_disks_add_what_the_framework_adds():
    assert round(server_embodied_g({"hdd": 2.0}, duration_s=3600.0), 4) == 34.2466


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: sci_g_per_unit(1.0, 1.0, 0.0),
        lambda: sci_g_per_unit(-1.0, 1.0, 1.0),
        lambda: sci_g_per_unit(math.nan, 1.0, 1.0),
        lambda: sci_embodied_g(1.0, reserved_s=1.0, lifetime_s=0.0, reserved_ratio=1.0),
        lambda: server_embodied_g({"vCPUs": 0.0}, duration_s=1.0, model={"baseline-vcpus": 100.0}),
        lambda: server_embodied_g({}, duration_s=-1.0),
    ],
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(InvalidQuantity):
        wrong()
