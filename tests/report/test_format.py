"""Numbers are printed with the digits that their interval allows, and never better than recorded."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.records import Quantity
from vatio.report._format import (
    ENGLISH,
    PLAIN,
    SPANISH,
    best,
    clean,
    duration,
    fit,
    interval,
    number,
    plain,
    scale_for,
    written,
)

magnitudes = st.floats(1e-6, 1e12)
ratios = st.floats(0.0, 2.0)


@st.composite
def quantities(draw: st.DrawFn) -> Quantity:
    value = draw(magnitudes)
    return Quantity.around(
        value,
        value - value * draw(ratios),
        value + value * draw(ratios),
        provenance=draw(st.sampled_from(["measured", "modelled"])),
    )


def printed(text: str) -> tuple[float, float, float]:
    """Read a printed quantity back as value, low, high."""
    if "+/-" in text:
        value, half = (float(part) for part in text.split(" +/- "))
        return value, value - half, value + half
    match = re.fullmatch(r"(-?[\d.]+) \((-?[\d.]+?) ?\.\. ?(-?[\d.]+)\)", text)
    if match is None:
        return float(text), float(text), float(text)
    return float(match[1]), float(match[2]), float(match[3])


@given(quantities())
def test_the_printed_interval_holds_the_recorded_one(quantity: Quantity) -> None:
    if quantity.low == quantity.high:
        return
    _, low, high = printed(number(quantity))
    slack = 1e-9 * max(abs(quantity.low or 0.0), quantity.high or 0.0)
    assert low <= (quantity.low or 0.0) + slack
    assert high >= (quantity.high or 0.0) - slack


@given(quantities())
def test_the_printed_interval_is_hardly_wider_than_the_recorded_one(quantity: Quantity) -> None:
    assert quantity.value is not None
    assert quantity.low is not None
    assert quantity.high is not None
    _, low, high = printed(number(quantity))
    wider = (high - low) - (quantity.high - quantity.low)
    assert wider <= max(0.6 * (quantity.high - quantity.low), 4e-3 * quantity.value) * (1 + 1e-9)


@given(quantities())
def test_no_value_has_more_than_four_significant_digits(quantity: Quantity) -> None:
    text = number(quantity).split(" ")[0]
    assert len(text.replace(".", "").strip("0-")) <= 4


@given(quantities())
def test_the_last_digit_is_not_finer_than_a_thousandth_of_the_interval(quantity: Quantity) -> None:
    assert quantity.value is not None
    assert quantity.low is not None
    assert quantity.high is not None
    half = max(quantity.high - quantity.value, quantity.value - quantity.low)
    _, _, fraction = number(quantity).split(" ")[0].partition(".")
    if half > 0 and fraction:
        assert 10.0 ** -len(fraction) >= half / 1000 * (1 - 1e-9)


@given(quantities(), st.sampled_from(["j", "w", "g", "l", "bytes", "ratio"]))
def test_a_scaled_value_is_the_value(quantity: Quantity, unit: str) -> None:
    assert quantity.value is not None
    scale = scale_for(unit, quantity.value)
    shown = printed(number(Quantity.exact(quantity.value), scale.size))[0] * scale.size
    assert shown == pytest.approx(quantity.value, rel=1e-3)


@given(st.floats(1, 1e10))
def test_a_larger_energy_never_has_a_smaller_unit(energy_j: float) -> None:
    assert scale_for("j", energy_j * 1.5).size >= scale_for("j", energy_j).size


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (86_412.3, 84_530.0, 88_290.0, "86.4 +/- 1.9 kJ"),
        (4_100.0, 3_000.0, 6_200.0, "4.1 (3.0..6.2) kJ"),
        (86_412.3, 86_412.2, 86_412.4, "86.41 +/- 0.01 kJ"),
        (86_412.3, 86_412.3, 86_412.3, "86.41 kJ"),
        (4.0, -3.0, 11.0, "4.0 +/- 7.0 J"),
        (26.0, 4.0, 136.2, "26 (4..137) J"),
        (46.0, 0.0, 97.0, "46 (0..97) J"),
        (0.0, 0.0, 0.0, "0 J"),
        (0.0, 0.0, 12.0, "0 (0..12) J"),
        (4.1e5, 4.0e5, 4.2e5, "0.1139 +/- 0.0028 kWh"),
        (2.0e10, 1.9e10, 2.1e10, "5.56 +/- 0.29 MWh"),
    ],
)
def test_an_energy_reads_as_it_should(value: float, low: float, high: float, text: str) -> None:
    assert written(Quantity.around(value, low, high, provenance="measured"), "j") == text


def test_a_sum_that_lacks_a_part_is_a_lower_bound() -> None:
    known = Quantity(value=86.4, low=84.53, high=None, provenance="measured", missing=("dram",))

    assert written(known, "j") == ">= 84.5 J"
    assert best(known, "j") == ">= 84.5 J"
    assert interval(known, "j") == ">= 84.5 J"


def test_a_missing_number_has_no_digits() -> None:
    with pytest.raises(ValueError, match="missing"):
        written(Quantity.absent("cpu"), "j")


def test_each_language_has_its_decimal_mark() -> None:
    quantity = Quantity.around(-1234567.5, -1234667.5, -1234467.5, provenance="measured")

    assert number(quantity, marks=ENGLISH) == "\u22121\u202f235\u202f000 ± 1000"
    assert plain(0.5, marks=SPANISH) == "0,5"
    assert interval(Quantity.around(6.4, -5.2, 8.1, provenance="default"), "g", marks=PLAIN) == "-5.2 .. 8.1 g"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (0.0123, "12.3 ms"),
        (59.0, "59 s"),
        (60.0, "1 min"),
        (3599.9, "60 min"),
        (3600.0, "1 h"),
        (90_061.0, "1 d 1 h"),
    ],
)
def test_a_duration_has_two_units_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_control_characters_do_not_reach_a_terminal() -> None:
    assert clean("a\x1b[2J\nb\u202e\udcff") == "a\ufffd[2J\ufffdb\ufffd?"


def test_a_cut_text_shows_that_it_was_cut() -> None:
    assert fit("short", 5) == "short"
    assert fit("too long", 6) == "too..."
