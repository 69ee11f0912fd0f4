"""Prices that change with time: read with every mistake named, and applied to when the energy was drawn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.account import EnergyCurve, Tariff, energy_curve, footprint, read_tariff
from vatio.config import SiteConfig
from vatio.errors import InvalidQuantity, UsageError
from vatio.ledger import Samples
from vatio.records import Channel, Quantity
from vatio.testing import an_end

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAY_AND_NIGHT = "start,days,eur_per_kwh\n00:00,all,0.10\n08:00,mon-fri,0.30\n20:00,mon-fri,0.10\n"
BY_DATE = "start,eur_per_kwh\n2026-03-02T00:00,0.10\n2026-03-02T01:00,0.20\n2026-03-02T02:00,-0.05\n"


def written(tmp_path: Path, text: str, *, zone: Any = UTC) -> Tariff:
    path = tmp_path / "tariff.csv"
    path.write_text(text, encoding="utf-8")
    return read_tariff(str(path), zone)


def price(tariff: Tariff, begin: datetime, hours: float, curve: EnergyCurve | None = None) -> Quantity:
    return tariff.price(begin, hours * 3600.0, curve)


def test_a_run_within_one_price_has_that_price(tmp_path: Path) -> None:
    tariff = written(tmp_path, DAY_AND_NIGHT)

    assert price(tariff, MONDAY + timedelta(hours=9), 2.0) == Quantity.exact(
        0.3, provenance="modelled", source="tariff tariff.csv"
    )
    assert price(tariff, MONDAY + timedelta(days=5, hours=9), 2.0).value == 0.1


def test_a_run_across_prices_has_their_mean_and_says_that_it_may_be_any_of_them(tmp_path: Path) -> None:
    found = price(written(tmp_path, DAY_AND_NIGHT), MONDAY + timedelta(hours=7), 4.0)

    assert found.value == pytest.approx(0.25 * 0.1 + 0.75 * 0.3)
    assert (found.low, found.high) == (0.1, 0.3)
    assert "evenly" in (found.source or "")


def test_with_its_energy_over_time_the_price_is_exact(tmp_path: Path) -> None:
    curve = EnergyCurve(times_s=(0.0, 3600.0, 4 * 3600.0), energy_j=(0.0, 900.0, 1000.0))

    found = price(written(tmp_path, DAY_AND_NIGHT), MONDAY + timedelta(hours=7), 4.0, curve)

    assert found.value == pytest.approx(0.9 * 0.1 + 0.1 * 0.3)
    assert found.low == found.high == found.value


def test_hours_are_local_and_a_day_of_23_hours_has_them_too(tmp_path: Path) -> None:
    tariff = written(tmp_path, DAY_AND_NIGHT, zone=ZoneInfo("Europe/Madrid"))
    assert price(tariff, MONDAY + timedelta(hours=7, minutes=30), 1.0).value == 0.3  # 08:30 in Madrid

    spring = datetime(2026, 3, 29, tzinfo=ZoneInfo("Europe/Madrid"))  # the clock skips 02:00
    pieces = tariff.pieces(spring.astimezone(UTC), 86400.0)
    assert sum(piece.end_s - piece.start_s for piece in pieces) == 86400.0
    assert all(piece.price_eur_per_kwh is not None for piece in pieces)


def test_a_tariff_by_date_holds_until_the_next_row_and_the_last_as_long(tmp_path: Path) -> None:
    tariff = written(tmp_path, BY_DATE)

    assert price(tariff, MONDAY + timedelta(minutes=30), 0.4).value == 0.1
    assert price(tariff, MONDAY + timedelta(hours=2), 0.5).value == -0.05
    beyond = price(tariff, MONDAY + timedelta(hours=2, minutes=30), 1.0)
    assert beyond.is_missing
    assert "no price" in (beyond.source or "")
    assert price(tariff, MONDAY - timedelta(hours=1), 0.5).is_missing


@given(hours=st.floats(0.0, 24 * 20.0), length_s=st.floats(0.0, 86400.0 * 10))
def test_pieces_cover_a_run_without_gap_or_overlap(hours: float, length_s: float) -> None:
    day = [(0, 0.1), (8 * 60, 0.3), (20 * 60, 0.1)]
    tariff = Tariff(source="x", zone=ZoneInfo("America/New_York"), days=[day] * 7)
    begin = MONDAY + timedelta(hours=hours)

    pieces = tariff.pieces(begin, length_s)

    assert pieces[0].start_s == 0.0
    assert pieces[-1].end_s == pytest.approx(length_s, abs=1e-5)
    assert all(early.end_s == late.start_s for early, late in pairwise(pieces))
    found = tariff.price(begin, length_s)
    assert found.low is not None
    assert found.high is not None
    assert 0.1 <= found.low <= (found.value or 0.0) <= found.high <= 0.3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("start,days,eur_per_kwh\n08:00,all,0.1\n", "line 2: mon has no price from 00:00 to 08:00"),
        ("start,days,eur_per_kwh\n00:00,mon-fri,0.1\n06:00,sat,0.2\n", "line 3: sat has no price from 00:00 to 06:00"),
        ("start,days,eur_per_kwh\n00:00,mon-sat,0.1\n", "line 2: sun has no price from 00:00 to 24:00"),
        ("start,days,eur_per_kwh\n", "line 1: mon has no price"),
        ("start,days,eur_per_kwh\n00:00,all,0.1\n00:00,sun,0.2\n", "line 3: sun 00:00 has a price in line 2 already"),
        ("start,days,eur_per_kwh\n00:00,all,\n", "line 2: the price is missing"),
        ("start,days,eur_per_kwh\n00:00,all,nan\n", "line 2: nan EUR/kWh is not a price"),
        ("start,days,eur_per_kwh\n00:00,all,210\n", "line 2: 210 EUR/kWh is not a price"),
        ("start,days,eur_per_kwh\n00:00,all,0,21\n", "line 2: 4 columns, not 3"),
        ("start,days,eur_per_kwh\n24:00,all,0.1\n", "line 2: '24:00' is not a time of day"),
        ("start,days,eur_per_kwh\n00:00,weekend,0.1\n", "line 2: 'weekend' names no days"),
        ("start,days,eur_per_kwh\n00:00,fri-mon,0.1\n", "line 2: 'fri-mon' names no days"),
        ("start,eur_per_kwh\n2026-01-02,0.1\n2026-01-01,0.1\n", "line 3: 2026-01-01 does not follow"),
        ("start,eur_per_kwh\n2026-01-02,0.1\n", "line 2: a tariff by date has two rows or more"),
        ("start,eur_per_kwh\nsoon,0.1\n", "line 2: 'soon' is not a date"),
        ("start;days;eur_per_kwh\n00:00;all;0,1\n", "line 1: 'start;days;eur_per_kwh' is not the head"),
        ("", "line 1: '' is not the head"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as found:
        written(tmp_path, text)

    assert f"tariff.csv, {said}" in str(found.value)
    assert found.value.hint


def test_prices_by_the_megawatt_hour_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as found:
        written(tmp_path, "start,days,eur_per_kwh\n00:00,all,210\n")

    assert found.value.hint == "its unit is EUR/kWh: did you mean 0.21?"


def test_a_byte_order_mark_comments_and_empty_lines_are_no_rows(tmp_path: Path) -> None:
    tariff = written(tmp_path, "\ufeffstart,days,eur_per_kwh\n# night\n\n00:00,all,0.1\n")

    assert price(tariff, MONDAY, 1.0).value == 0.1


def test_a_file_that_is_not_there_or_no_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the tariff"):
        read_tariff(str(tmp_path / "none.csv"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not text in UTF-8"):
        read_tariff(str(tmp_path / "binary"))


@pytest.mark.slow
def test_a_file_of_a_million_rows_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="more than 200000 lines"):
        written(tmp_path, "start,eur_per_kwh\n" + "2026-01-01,0.1\n" * 1_000_000)


def test_an_account_takes_the_sites_tariff_for_the_time_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(DAY_AND_NIGHT)
    site = SiteConfig(tariff=str(tmp_path / "t.csv"), tariff_timezone="Europe/Madrid", pue=1.0, price_eur_per_kwh=9.0)
    ended = an_end(3.6e6, ended_at=MONDAY + timedelta(hours=10), duration_s=3600.0)

    found = footprint(ended, site=site, run="x")

    assert found.cost_eur.value == pytest.approx(0.3)
    assert "tariff t.csv" in next(factor.source for factor in found.factors if factor.name == "price")


def test_a_price_that_is_given_comes_before_the_tariff(tmp_path: Path) -> None:
    site = SiteConfig(tariff=str(tmp_path / "none.csv"), pue=1.0)

    assert footprint(an_end(3.6e6), site=site, price_eur_per_kwh=0.5).cost_eur.value == 0.5


def test_power_that_is_paid_for_taking_it_costs_less_than_nothing(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(BY_DATE)
    site = SiteConfig(tariff=str(tmp_path / "t.csv"), pue=1.0)
    whole = footprint(an_end(3.6e6, ended_at=MONDAY + timedelta(hours=3), duration_s=1800.0), site=site).cost_eur
    mixed = footprint(an_end(3.6e6, ended_at=MONDAY + timedelta(hours=3), duration_s=5400.0), site=site).cost_eur

    assert (whole.low, whole.value, whole.high) == (-0.05, -0.05, -0.05)
    assert (mixed.low, mixed.high) == (-0.05, 0.2)


def test_the_energy_of_a_run_over_time_is_that_of_its_counted_devices() -> None:
    channels = (
        Channel(name="package-0", unit="j", component="cpu", device="package-0"),
        Channel(name="core", unit="j", component="cpu", device="core", part_of="package-0"),
        Channel(name="dram-0", unit="j", component="dram", device="dram-0"),
    )
    columns = ([0.0, 10.0, float("nan"), 30.0], [0.0, 9.0, 9.0, 9.0], [0.0, 1.0, 2.0, 3.0])
    curve = energy_curve(Samples(channels=channels, times_s=[0.0, 1.0, 2.0, 3.0], columns=columns))

    assert curve == EnergyCurve(times_s=(0.0, 1.0, 3.0), energy_j=(0.0, 11.0, 33.0))
    assert energy_curve(Samples(channels=channels[:1], times_s=[0.0], columns=([0.0],))) is None


@pytest.mark.parametrize(
    ("times_s", "energy_j"),
    [((0.0,), (0.0,)), ((0.0, 0.0), (0.0, 1.0)), ((0.0, 1.0), (1.0, 0.0)), ((0.0, 1.0), (0.0, float("nan")))],
)
def test_a_curve_that_cannot_be_is_refused(times_s: tuple[float, ...], energy_j: tuple[float, ...]) -> None:
    with pytest.raises(InvalidQuantity):
        EnergyCurve(times_s=times_s, energy_j=energy_j)


@given(st.lists(st.tuples(st.floats(0.1, 100.0), st.floats(0.0, 1e6)), min_size=1, max_size=8), st.floats(0.0, 1.0))
def test_the_shares_of_two_parts_are_one(steps: list[tuple[float, float]], cut: float) -> None:
    times_s, energy_j = [0.0], [0.0]
    for length_s, drawn_j in steps:
        times_s.append(times_s[-1] + length_s)
        energy_j.append(energy_j[-1] + drawn_j)
    curve = EnergyCurve(times_s=tuple(times_s), energy_j=tuple(energy_j))
    middle_s = cut * times_s[-1]

    assert curve.share_ratio(0.0, middle_s) + curve.share_ratio(middle_s, times_s[-1]) == pytest.approx(1.0)
