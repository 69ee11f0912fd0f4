"""A curve of intensities: validated, with holes that are seen, and laws that hold for any of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vatio.account import IntensityCurve, operational_emissions_g
from vatio.errors import InvalidQuantity
from vatio.records import Span

amounts = st.floats(0.0, 1e12)
moments = st.integers(0, 10_000).map(float)
values = st.floats(0.0, 1500.0)


@st.composite
def curves(draw: st.DrawFn, *, holes: bool = False) -> IntensityCurve:
    starts = sorted(draw(st.sets(st.integers(0, 9_000), min_size=1, max_size=8)))
    kinds = st.one_of(st.none(), values) if holes else values
    found = draw(st.lists(kinds, min_size=len(starts), max_size=len(starts)))
    assume(any(value is not None for value in found))
    return IntensityCurve(starts_s=(0.0, *(start + 1.0 for start in starts[1:])), values_g_per_kwh=tuple(found))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start_s, end_s = sorted((draw(moments), draw(moments)))
    return Span(start_s=start_s, end_s=end_s)


@given(amounts, amounts, curves(), spans())
def test_emissions_are_additive_in_energy(a_j: float, b_j: float, curve: IntensityCurve, span: Span) -> None:
    together = operational_emissions_g(a_j + b_j, curve, span)
    apart = operational_emissions_g(a_j, curve, span) + operational_emissions_g(b_j, curve, span)
    assert together == pytest.approx(apart, rel=1e-12, abs=1e-12)


@given(curves(), spans(), st.floats(0.0, 1.0))
def test_splitting_a_span_does_not_change_its_emissions(curve: IntensityCurve, span: Span, share: float) -> None:
    middle_s = span.start_s + share * span.duration_s
    assume(span.start_s < middle_s < span.end_s)
    parts = (Span(start_s=span.start_s, end_s=middle_s), Span(start_s=middle_s, end_s=span.end_s))
    power_w = 1000.0
    apart = sum(operational_emissions_g(power_w * part.duration_s, curve, part) for part in parts)
    assert operational_emissions_g(power_w * span.duration_s, curve, span) == pytest.approx(apart, rel=1e-9, abs=1e-9)


@given(curves(), spans())
def test_a_mean_lies_between_the_least_and_the_greatest_value(curve: IntensityCurve, span: Span) -> None:
    known = [value for value in curve.values_g_per_kwh if value is not None]
    assert min(known) <= curve.mean_g_per_kwh(span) <= max(known)


@given(curves(holes=True), spans())
def test_where_nothing_is_missing_the_interval_is_the_mean_and_else_it_holds_it(curve: IntensityCurve, span: Span) -> None:
    found = curve.quantity(span)
    if curve.covered_ratio(span) == 1.0:
        assert found.value == pytest.approx(curve.mean_g_per_kwh(span))
        assert found.low == pytest.approx(found.high)
        assert found.provenance == "modelled"
        return
    assert found.low <= found.value <= found.high  # type: ignore[operator]


def test_a_hole_is_an_error_for_a_mean_and_a_wider_interval_for_a_quantity() -> None:
    curve = IntensityCurve(starts_s=(0.0, 60.0, 120.0), values_g_per_kwh=(100.0, None, 300.0), source="grid")
    span = Span(start_s=0.0, end_s=120.0)
    with pytest.raises(InvalidQuantity, match="60 s of 120 s"):
        curve.mean_g_per_kwh(span)
    found = curve.quantity(span)
    assert (found.low, found.value, found.high, found.provenance) == (100.0, 150.0, 200.0, "default")
    assert found.source == "grid, holes filled by its range"
    assert curve.covered_ratio(span) == 0.5


def test_nothing_is_known_before_the_first_start_and_after_the_end() -> None:
    curve = IntensityCurve(starts_s=(10.0,), values_g_per_kwh=(100.0,), end_s=20.0)
    assert curve.mean_g_per_kwh(Span(start_s=10.0, end_s=20.0)) == 100.0
    for span in (Span(start_s=9.0, end_s=15.0), Span(start_s=15.0, end_s=21.0), Span(start_s=30.0, end_s=30.0)):
        with pytest.raises(InvalidQuantity):
            curve.mean_g_per_kwh(span)


def test_a_moment_has_the_value_of_its_slot() -> None:
    curve = IntensityCurve(starts_s=(0.0, 60.0), values_g_per_kwh=(100.0, 300.0))
    assert curve.mean_g_per_kwh(Span(start_s=60.0, end_s=60.0)) == 300.0
    assert curve.quantity(Span(start_s=30.0, end_s=30.0)).value == 100.0


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_s": (), "values_g_per_kwh": ()},
        {"starts_s": (0.0, 1.0), "values_g_per_kwh": (1.0,)},
        {"starts_s": (1.0, 0.0), "values_g_per_kwh": (1.0, 2.0)},
        {"starts_s": (0.0, 0.0), "values_g_per_kwh": (1.0, 2.0)},
        {"starts_s": (0.0,), "values_g_per_kwh": (-1.0,)},
        {"starts_s": (0.0,), "values_g_per_kwh": (math.nan,)},
        {"starts_s": (math.inf,), "values_g_per_kwh": (1.0,)},
        {"starts_s": (0.0,), "values_g_per_kwh": (None,)},
        {"starts_s": (5.0,), "values_g_per_kwh": (1.0,), "end_s": 5.0},
        {"starts_s": (0.0,), "values_g_per_kwh": (1.0,), "kind": "green"},
    ],
)
def test_a_curve_that_cannot_be_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(InvalidQuantity):
        IntensityCurve(**fields)  # type: ignore[arg-type]


def test_a_forecast_keeps_its_interval():
    curve = IntensityCurve(
        starts_s=(0.0, 60.0), values_g_per_kwh=(100.0, 200.0), low_g_per_kwh=(90.0, 150.0), high_g_per_kwh=(120.0, 300.0)
    )
    found = curve.quantity(Span(start_s=30.0, end_s=90.0))
    assert (found.low, found.value, found.high) == (120.0, 150.0, 210.0)


@pytest.mark.parametrize(
    ("low", "high"), [((90.0,), (120.0, 300.0)), ((110.0, 150.0), (120.0, 300.0)), ((-1.0, 150.0), (120.0, 300.0))]
)
def test_an_interval_that_cannot_be_is_refused(low, high):
    with pytest.raises(InvalidQuantity):
        IntensityCurve(starts_s=(0.0, 60.0), values_g_per_kwh=(100.0, 200.0), low_g_per_kwh=low, high_g_per_kwh=high)
