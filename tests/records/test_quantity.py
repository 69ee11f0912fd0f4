"""The laws of numbers with intervals."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import InvalidQuantity
from vatio.records import PROVENANCES, Quantity, difference, product, scaled, total

amounts = st.floats(0.0, 1e12)


@st.composite
def quantities(draw: st.DrawFn) -> Quantity:
    if draw(st.integers(0, 4)) == 0:
        return Quantity.absent(draw(st.sampled_from(["cpu", "dram", "gpu"])))
    low, value, high = sorted(draw(st.tuples(amounts, amounts, amounts)))
    return Quantity.around(low=low, value=value, high=high, provenance=draw(st.sampled_from(PROVENANCES[:3])))


@given(st.lists(quantities(), min_size=1, max_size=6), st.randoms())
def test_a_sum_does_not_depend_on_the_order(parts: list[Quantity], random: object) -> None:
    shuffled = sorted(parts, key=lambda part: random.random())  # type: ignore[attr-defined]

    assert total(parts) == total(shuffled)


@given(st.lists(quantities(), min_size=1, max_size=6), st.lists(quantities(), min_size=1, max_size=6))
def test_a_sum_does_not_depend_on_the_grouping(left: list[Quantity], right: list[Quantity]) -> None:
    grouped, flat = total([total(left), total(right)]), total([*left, *right])

    assert (grouped.provenance, grouped.missing) == (flat.provenance, flat.missing)
    assert (grouped.value is None) == (flat.value is None)
    assert grouped.value is None or math.isclose(grouped.value, flat.value or 0.0, rel_tol=1e-12, abs_tol=1e-9)


@given(quantities(), quantities())
def test_a_sum_is_as_good_as_its_worst_known_part(first: Quantity, second: Quantity) -> None:
    known = [part.provenance for part in (first, second) if not part.is_missing]

    assert total([first, second]).provenance == max(known, key=PROVENANCES.index, default="missing")


@given(quantities(), quantities())
def test_a_missing_part_is_named_and_takes_the_upper_bound_away(first: Quantity, second: Quantity) -> None:
    result = total([first, second])

    assert set(result.missing) == {*first.missing, *second.missing}
    assert (result.high is None) == (first.is_missing or second.is_missing)


@given(quantities(), quantities())
def test_a_product_contains_the_product_of_any_two_inner_values(first: Quantity, second: Quantity) -> None:
    result = product(first, second)

    if result.value is not None and result.low is not None and result.high is not None:
        assert result.low <= (first.high or 0.0) * (second.low or 0.0) * (1 + 1e-12)
        assert result.low <= result.value <= result.high


@given(quantities())
def test_a_quantity_less_itself_contains_zero(quantity: Quantity) -> None:
    result = difference(quantity, quantity)

    assert result.is_missing or ((result.low or 0.0) <= 0.0 <= (result.high or 0.0))


@given(quantities(), st.floats(0.0, 1e6))
def test_scaling_keeps_provenance_and_missing_names(quantity: Quantity, factor: float) -> None:
    result = scaled(quantity, factor)

    assert (result.provenance, result.missing) == (quantity.provenance, quantity.missing)


@pytest.mark.parametrize(
    ("value", "low", "high", "provenance"),
    [
        (math.nan, 0.0, 1.0, "measured"),
        (1.0, 2.0, 3.0, "measured"),
        (1.0, 0.0, math.inf, "measured"),
        (1.0, 0.0, 2.0, "guessed"),
        (None, None, None, "measured"),
        (1.0, 1.0, 1.0, "missing"),
        (None, None, 5.0, "missing"),
    ],
)
def test_nonsense_is_refused(value: float | None, low: float | None, high: float | None, provenance: str) -> None:
    with pytest.raises(InvalidQuantity):
        Quantity(value=value, low=low, high=high, provenance=provenance)
