import gzip
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.account import Slot, hours_of, read_series, series_of
from vatio.errors import InvalidQuantity, UnknownName, UsageError
from vatio.records import Span

GRID = Path("../shared/data/grid")
HOUR_S = 3600.0


def a_file(tmp_path, text, name="grid.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_our_own_form_is_read_with_shares_prices_and_holes(tmp_path):
    path = a_file(
        tmp_path,
        "\ufeffstart,g_per_kwh,renewable_ratio,price_eur_per_kwh\n"
        "2026-01-01T02:00+01:00,110,0.5,-0.02\n"
        "2026-01-01T00:00,100,0.4,0.10\n"
        "2026-01-01T02:00Z,,0.6,0.2\n",
    )
    series = read_series(path)
    assert series.g_per_kwh == (100.0, 110.0, None)
    assert series.renewable_ratio == (0.4, 0.5, 0.6)
    assert series.price_eur_per_kwh == (0.1, -0.02, 0.2)
    assert series.step_s == HOUR_S
    assert series.curve().mean_g_per_kwh(Span(start_s=series.starts_s[0], end_s=series.starts_s[0] + 2 * HOUR_S)) == 105.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("start,g_per_kwh\n2026-01-01,-5\n", "outside 0 to 3000"),
        ("start,g_per_kwh\n2026-01-01,0.3 kg\n", "not a number"),
        ("start,g_per_kwh\nyesterday,5\n", "line 2: 'yesterday' is not a date"),
        ("start,g_per_kwh\n2026-01-01,inf\n", "outside"),
        ("when,g\n1,2\n", "no column of times"),
        ("start,other\n2026-01-01,5\n", "no column g_per_kwh"),
        ("", "is empty"),
        ("start,g_per_kwh\n", "has no row"),
        ("start,g_per_kwh\n2026-01-01\n", "too few"),
        ("zone_datetime,carbon_intensity_avg,carbon_intensity_unit\n2026-01-01,0.3,kgCO2eq/kWh\n", "not g/kWh"),
        (b"\xff\xfe\x00", "cannot read"),
        (b"\x1f\x8b\x08\x00broken", "cannot read"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_and_says_where(tmp_path, text, said):
    with pytest.raises(UsageError) as caught:
        read_series(a_file(tmp_path, text))
    assert said in str(caught.value)


def test_a_zone_that_the_table_does_not_have_is_answered_with_the_nearest(tmp_path):
    path = a_file(tmp_path, "datetime_utc,DE,DK-DK1\n2026-01-01 00:00:00,1,2\n")
    assert read_series(path, zone="DK-DK1").g_per_kwh == (2.0,)
    with pytest.raises(UnknownName, match="DK-DK2"):
        read_series(path, zone="DK-DK2")


def test_a_gzipped_file_that_unpacks_without_end_is_refused(tmp_path):
    with pytest.raises(UsageError, match="more than"):
        read_series(a_file(tmp_path, gzip.compress(b"0" * 5000)), most_bytes=1000)


def test_the_hour_that_a_clock_repeats_is_two_hours(tmp_path):
    rows = ["2026-10-25T02:00+02:00,100", "2026-10-25T02:00+01:00,200", "2026-10-25T03:00+01:00,300"]
    series = read_series(a_file(tmp_path, "start,g_per_kwh\n" + "\n".join(rows)))
    assert series.g_per_kwh == (100.0, 200.0, 300.0)
    assert series.end_s - series.starts_s[0] == 3 * HOUR_S


def test_sub_hourly_slots_become_the_mean_of_their_hour():
    quarters = [Slot(900.0 * at, {"g_per_kwh": value}) for at, value in enumerate((100.0, 200.0, 300.0, 400.0, 500.0))]
    hours = hours_of(series_of(quarters, zone="GB", source="test"))
    assert hours.g_per_kwh == (250.0, 500.0)
    assert hours.starts_s == (0.0, HOUR_S)


def test_the_later_of_two_rows_for_a_slot_counts_and_is_said():
    slots = [Slot(0.0, {"g_per_kwh": 100.0}), Slot(HOUR_S, {"g_per_kwh": 1.0}), Slot(0.0, {"g_per_kwh": 120.0})]
    series = series_of(slots, zone="DE", source="test", step_s=HOUR_S)
    assert series.g_per_kwh == (120.0, 1.0)
    assert "more than once" in series.notes[0]


known = st.lists(
    st.tuples(st.integers(min_value=0, max_value=60), st.floats(min_value=0.0, max_value=2000.0)), min_size=1, max_size=40
)


@given(known, st.randoms())
def test_the_order_of_rows_does_not_matter_and_no_hour_is_invented(pairs, chance):
    slots = [Slot(hour * HOUR_S, {"g_per_kwh": value}) for hour, value in dict(pairs).items()]
    shuffled = list(slots)
    chance.shuffle(shuffled)
    series = series_of(slots, zone="", source="test", step_s=HOUR_S)
    assert series == series_of(shuffled, zone="", source="test", step_s=HOUR_S)
    assert sum(value is not None for value in series.g_per_kwh) == len(slots)
    hours = hours_of(series)
    told = {start: value for start, value in zip(hours.starts_s, hours.g_per_kwh, strict=True) if value is not None}
    assert {start: pytest.approx(value) for start, value in told.items()} == {
        slot.start_s: slot.known["g_per_kwh"] for slot in slots
    }


def test_a_stretch_keeps_its_ends_and_what_is_unknown_is_refused():
    series = series_of([Slot(at * HOUR_S, {"g_per_kwh": float(at)}) for at in range(5)], zone="DE", source="test")
    cut = series.between(HOUR_S, 3 * HOUR_S)
    assert (cut.g_per_kwh, cut.end_s) == ((1.0, 2.0), 3 * HOUR_S)
    assert series.between(9 * HOUR_S, 10 * HOUR_S) is None
    with pytest.raises(UnknownName):
        series.column("price_eur_per_kwh")
    with pytest.raises(InvalidQuantity):
        series_of([], zone="DE", source="test")
    with pytest.raises(InvalidQuantity, match="no intensity"):
        series_of([Slot(0.0, {"renewable_ratio": 0.5})], zone="DE", source="test").curve()


@pytest.mark.data
@pytest.mark.parametrize(("zone", "hole_h"), [("DE", 87.0), ("FR", 50.0), ("GB", 31.0), ("US-CAL-CISO", 288.0)])
def test_real_polls_with_half_of_their_stamps_doubled_are_read(zone, hole_h):
    series = read_series(str(GRID / f"em_polled/{zone}.csv.gz"))
    assert math.isclose(series.longest_hole_s() / HOUR_S, hole_h, abs_tol=1.0)
    assert hours_of(series).step_s == HOUR_S


@pytest.mark.data
def test_a_real_download_tells_renewable_share_and_estimated_hours():
    series = read_series(str(GRID / "em_portal/ES_2022_hourly.csv.gz"))
    assert len(series.starts_s) == 8760
    assert round(series.estimated_ratio * 8760) == 124
    assert series.renewable_ratio[:2] == pytest.approx((0.4294, 0.4162))
    assert series.carbon_free_ratio[0] == pytest.approx(0.7635)
    assert series.g_per_kwh[0] == 175.54
