"""Files of curves, as people and tools write them, and refused by the line where they are wrong."""

import gzip
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.account import read_series, read_zones
from vatio.errors import UnknownName, UsageError


def written(tmp_path, text, name="curve.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def read(tmp_path, *rows, head="start,g_per_kwh"):
    return read_series(written(tmp_path, "\n".join((head, *rows)) + "\n"), zone="DE").curve()


def test_a_curve_is_read_as_the_contract_writes_it(tmp_path):
    curve = read(tmp_path, "2026-01-01T00:00:00Z,100", "2026-01-01T02:00:00+01:00,200", "2026-01-01T02:00:00,300")
    first = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    assert curve.starts_s == (first, first + 3600.0, first + 7200.0)
    assert curve.values_g_per_kwh == (100.0, 200.0, 300.0)
    assert (curve.end_s, curve.source, curve.zone) == (first + 3 * 3600.0, "curve.csv", "DE")


def test_rows_may_be_out_of_order_and_doubled_and_the_last_one_counts(tmp_path):
    curve = read(tmp_path, "2026-01-01T01:00Z,200", "2026-01-01T00:00Z,100", "2026-01-01T01:00Z,250", "2026-01-01T02:00Z,1")
    assert curve.values_g_per_kwh == (100.0, 250.0, 1.0)


def test_missing_stamps_and_empty_cells_are_holes(tmp_path):
    rows = [f"2026-01-01T{hour:02}:00Z,{hour}" for hour in (0, 1, 2, 6, 7)]
    curve = read(tmp_path, *rows, "2026-01-01T08:00Z,", "2026-01-01T09:00Z,9")
    assert curve.values_g_per_kwh == (0.0, 1.0, 2.0, None, 6.0, 7.0, None, 9.0)


def test_sub_hourly_and_mixed_slots_are_no_holes(tmp_path):
    quarters = [f"2026-01-01T00:{minute:02}Z,1" for minute in (0, 15, 30, 45)]
    curve = read(tmp_path, *quarters, *[f"2026-01-01T{hour:02}:00Z,2" for hour in (1, 2, 3)])
    assert None not in curve.values_g_per_kwh


def test_the_hours_of_a_clock_change_are_as_long_as_they_were(tmp_path):
    curve = read(tmp_path, "2026-10-25T01:00+02:00,1", "2026-10-25T02:00+02:00,2", "2026-10-25T02:00+01:00,3")
    assert [late - early for early, late in zip(curve.starts_s, curve.starts_s[1:], strict=False)] == [3600.0, 3600.0]


def test_more_columns_are_an_interval_a_share_a_price_and_zones(tmp_path):
    head = "start,g_per_kwh,low_g_per_kwh,high_g_per_kwh,renewable_ratio,eur_per_kwh,zone,comment"
    text = f"{head}\n2026-01-01T00:00Z,100,90,120,0.4,-0.02,DE,x\n2026-01-01T00:00Z,50,,,,,FR,y\n"
    path = written(tmp_path, text)
    found = read_zones(path)
    assert set(found) == {"DE", "FR"}
    assert (found["DE"].curve().low_g_per_kwh, found["DE"].curve().high_g_per_kwh) == ((90.0,), (120.0,))
    assert found["DE"].renewable_ratio == (0.4,)
    assert found["DE"].price_eur_per_kwh == (-0.02,)
    assert found["FR"].renewable_ratio == ()
    assert found["FR"].curve().low_g_per_kwh == ()
    assert read_series(path, zone="FR") == found["FR"]
    with pytest.raises(UsageError, match="2 zones: DE, FR"):
        read_series(path)
    with pytest.raises(UnknownName, match="ES"):
        read_series(path, zone="ES")


def test_a_file_of_one_zone_need_not_be_asked_for_it_by_name(tmp_path):
    path = written(tmp_path, "start,g_per_kwh,zone\n2026-01-01T00:00Z,100,DE\n2026-01-01T01:00Z,90,\n")
    assert set(read_zones(path, zone="DE")) == {"DE"}
    assert read_series(path, zone="DE").g_per_kwh == (100.0, 90.0)
    assert read_series(written(tmp_path, "start,g_per_kwh\n2026-01-01,1\n"), zone="DE").zone == "DE"


def test_the_price_goes_by_the_name_that_a_tariff_gives_it_too(tmp_path):
    for name in ("eur_per_kwh", "price_eur_per_kwh"):
        path = written(tmp_path, f"start,g_per_kwh,{name}\n2026-01-01,100,-0.02\n")
        assert read_series(path).price_eur_per_kwh == (-0.02,)


def test_remarks_and_empty_lines_are_left_out_and_gzip_is_undone(tmp_path):
    path = tmp_path / "curve.csv.gz"
    path.write_bytes(gzip.compress(b"# of the grid\nstart,g_per_kwh\n\n2026-01-01,100\n# a remark, with a comma\n"))
    assert read_series(str(path)).g_per_kwh == (100.0,)


def test_hours_that_become_three_hours_are_no_holes_and_the_last_one_is_not_made_longer(tmp_path):
    hours = [f"2026-01-01T{hour:02}:00Z,1" for hour in (*range(6), 6, 9, 12, 15, 18)]
    curve = read(tmp_path, *hours)
    assert None not in curve.values_g_per_kwh
    assert curve.end_s - curve.starts_s[-1] == 3600.0


def test_what_follows_a_hole_is_as_long_as_what_goes_before_it(tmp_path):
    curve = read(tmp_path, "2026-01-01T00:00Z,1", "2026-01-01T00:30Z,2", "2026-01-01T02:00Z,3")
    assert curve.values_g_per_kwh == (1.0, 2.0, None, 3.0)
    assert curve.end_s - curve.starts_s[-1] == 1800.0


def test_among_many_hours_of_one_length_two_gaps_side_by_side_are_holes(tmp_path):
    hours = [f"2026-01-01T{hour:02}:00Z,1" for hour in range(24) if hour not in (10, 12)]
    assert read(tmp_path, *hours).values_g_per_kwh.count(None) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("start,g_per_kwh\n2026-01-01T00:00Z,-1\n", "line 2: g_per_kwh -1 lies outside"),
        ("start,g_per_kwh,eur_per_kwh\n2026-01-01T00:00Z,1,210\n", "line 2: price_eur_per_kwh 210"),
        ("start,g_per_kwh\n2026-01-01T00:00Z,1e99\n", "line 2"),
        ("start,g_per_kwh\n2026-01-01T00:00Z,much\n", "not a number"),
        ("start,g_per_kwh\nyesterday,1\n", "line 2: 'yesterday' is not a date"),
        ("start,g_per_kwh\n2026-01-01T00:00Z,1,2\n", "3 cells under 2 columns"),
        ("start;g_per_kwh\n2026-01-01T00:00Z;1\n", "no column of times"),
        ("start,kg_per_kwh\n2026-01-01T00:00Z,1\n", "no column g_per_kwh"),
        ("start,g_per_kwh\n", "no row"),
        ("start,g_per_kwh\n2026-01-01T00:00Z,\n", "no intensity"),
        ("start,g_per_kwh,low_g_per_kwh\n2026-01-01T00:00Z,1,2\n", "low <= value"),
        ("", "is empty"),
        ("grams\n1\n", "no column of times"),
    ],
)
def test_a_curve_that_cannot_be_is_refused_by_its_line(tmp_path, text, said):
    with pytest.raises(UsageError, match=said):
        read_series(written(tmp_path, text)).curve()


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot read"):
        read_series(str(tmp_path / "none.csv"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot read"):
        read_series(str(tmp_path / "binary"))


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"start,g_per_kwh\n" + data)
    with suppress(UsageError):
        read_series(str(path))
