"""Numbers with units, tables and YAML, as strangers write them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import UsageError
from vatio.interop._trust import plausible_energy_j, plausible_g, stated
from vatio.interop.text import EMISSIONS_G, ENERGY_J, amount, load_yaml, number, table, write_table, write_yaml
from vatio.records import Quantity


@given(st.floats(0.0, allow_nan=False, allow_infinity=False))
def test_a_number_that_is_written_in_full_is_read_back(value):
    assert number(repr(value), what="it") == value


@pytest.mark.parametrize("text", ["1_000", "0x10", "1 2", "١٢", "--1", "1e", ".", "1,5", "", " ", "9" * 401])
def test_what_is_no_number_is_nothing_or_refused(text):
    if text.strip():
        with pytest.raises(UsageError):
            number(text, what="it")
    else:
        assert number(text, what="it") is None


@pytest.mark.parametrize(
    ("text", "units", "value"),
    [
        ("1 kWh", ENERGY_J, 3.6e6),
        ("433 MWh", ENERGY_J, 433 * 3.6e9),
        ("2 MJ", ENERGY_J, 2e6),
        ("12.9 t", EMISSIONS_G, 12.9e6),
        ("12.9t CO2e", EMISSIONS_G, 12.9e6),
        ("3 kg of CO2eq", EMISSIONS_G, 3e3),
        ("1e-3 g", EMISSIONS_G, 1e-3),
    ],
)
def test_an_amount_has_its_unit(text, units, value):
    assert math.isclose(amount(text, units, what="it"), value)


@pytest.mark.parametrize("text", ["1", "1 stone", "kg", "-1 kg", "1 kg kg", "1,2,3 kg", "x" * 1000])
def test_an_amount_without_a_known_unit_is_refused(text):
    with pytest.raises(UsageError):
        amount(text, EMISSIONS_G, what="it")


@pytest.mark.yaml
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**40), 2**40)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=12),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=12,
    ).filter(lambda value: isinstance(value, dict))
)
def test_what_is_written_as_yaml_is_read_back(value):
    assert (load_yaml(write_yaml(value), where="it") or {}) == value


@pytest.mark.yaml
@pytest.mark.parametrize(
    "text", ["a: [", "a: b: c", "\t- x", "a: !!python/name:os.system", "2001-13-01", "? [a]\n: b\n? {}\n: c", "[" * 5000]
)
def test_what_is_no_yaml_names_its_line_or_says_so(text):
    with pytest.raises(UsageError, match="not YAML"):
        load_yaml(text, where="file")


def test_a_row_is_named_by_the_lines_that_it_covers(file):
    _, rows = table(file('a,b\n1,2\n"x\ny",3\n4\n'))
    found = list(rows)
    assert [row.place for row in found] == ["line 2", "lines 3 to 4", "line 5"]
    assert [bool(row.fault) for row in found] == [False, False, True]


def test_columns_twice_or_none_are_an_error(file):
    for text, why in (("a,a\n", "twice"), ("", "empty"), ("\n", "empty")):
        with pytest.raises(UsageError, match=why):
            table(file(text))


def test_a_quote_that_is_never_closed_ends_at_a_limit_and_is_named(file):
    _, rows = table(file('a,b\n1,"' + "x\n" * 200_000))
    (row, *_) = list(rows)
    assert row.fault
    assert row.place.startswith("lines 2 to")


def test_a_header_that_is_repeated_is_no_row(file):
    _, rows = table(file("a,b\n1,2\na,b\n3,4\n"))
    assert [row.cells["a"] for row in rows] == ["1", "3"]


def test_tables_are_written_as_they_are_read(file):
    data = write_table(("a", "b"), [{"a": 0.1, "b": 'x, "y"\nz'}, {"a": None}])
    _, rows = table(file(data))
    assert [dict(row.cells) for row in rows] == [{"a": "0.1", "b": 'x, "y"\nz'}, {"a": "", "b": ""}]


@given(st.floats(0.0, 1e12), st.floats(0.0, 1.0))
def test_a_stated_number_lies_in_its_interval(value, within):
    quantity = stated(value, within_ratio=within, source="tool")
    assert quantity.low <= value <= quantity.high
    assert quantity.provenance == "modelled"


@pytest.mark.parametrize(
    ("power_w", "widened"), [(200.0, ""), (200e3, "low"), (2e-3, "high"), (1e9, "refused"), (1e-8, "refused")]
)
def test_a_mean_power_that_no_machine_draws_widens_the_interval_or_is_refused(power_w, widened):
    energy_j = Quantity.around(power_w * 3600, power_w * 3000, power_w * 4000, provenance="modelled")
    if widened == "refused":
        with pytest.raises(UsageError, match="cannot be"):
            plausible_energy_j(energy_j, duration_s=3600.0)
        return
    found, reason = plausible_energy_j(energy_j, duration_s=3600.0)
    assert found.value == energy_j.value
    assert (found.low < energy_j.low, found.high > energy_j.high) == (widened == "low", widened == "high")
    assert bool(reason) == bool(widened)


def test_grams_that_no_grid_emits_are_widened_too():
    grams = Quantity.exact(475e3, provenance="modelled")
    found, reason = plausible_g(grams, energy_kwh=1.0)
    assert (found.low, found.high) == (475.0, 475e3)
    assert "g/kWh" in reason
    assert plausible_g(grams, energy_kwh=None) == (grams, "")
