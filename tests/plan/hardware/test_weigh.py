"""Buying pays after the hours that a hand calculation gives; what is not known stays unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from benchmarks.plan import hardware as bench
from hypothesis import given
from hypothesis import strategies as st

from vatio.catalog import Catalog
from vatio.errors import UnknownName, UsageError
from vatio.plan.hardware import CLOUD, PATTERNS, Option, Usage, break_even, from_catalog, from_runs, read_options, times, weigh
from vatio.records import Gap, Quantity
from vatio.testing import a_record


def exact(value):
    return Quantity.exact(value, provenance="modelled")


OWN = Option(
    name="own", busy_w=exact(1000.0), idle_w=exact(200.0), pue=exact(1.5), g_per_kwh=exact(300.0), embodied_g=exact(1e6),
    lifetime_years=exact(4.0), purchase_eur=exact(20_000.0), maintenance_eur_per_year=exact(0.0), price_eur_per_kwh=exact(0.2),
)  # fmt: skip
RENTED = Option(
    name="cloud", where=CLOUD, busy_w=exact(1000.0), pue=exact(1.1), g_per_kwh=exact(300.0), embodied_g=exact(0.0),
    lifetime_years=exact(4.0), rent_eur_per_h=exact(5.0),
)  # fmt: skip


def test_ten_labelled_cases_break_even_where_the_hand_says():
    (row,) = bench.rows(False)
    assert (row.got, row.why) == (10.0, "")


@given(st.floats(1.0, 8765.0), st.floats(1.0, 1e6), st.floats(0.1, 100.0))
def test_at_the_break_even_both_have_cost_the_same(busy_h, purchase_eur, rent_eur):
    usage = Usage(busy_h_per_year=busy_h)
    own, rented = replace(OWN, purchase_eur=exact(purchase_eur)), replace(RENTED, rent_eur_per_h=exact(rent_eur))
    found = break_even(own, rented, usage).cost_h
    standings = weigh((own, rented), usage)
    mine, theirs = (standing.running_eur_per_h.value for standing in standings)
    if found.is_missing:
        assert mine >= theirs
    else:
        assert purchase_eur + mine * found.value == pytest.approx(theirs * found.value)


def test_intervals_go_through_and_an_hour_that_may_save_nothing_has_no_upper_bound():
    wide = replace(RENTED, rent_eur_per_h=Quantity.around(5.0, 0.2, 6.0, provenance="modelled"))
    found = break_even(OWN, wide, Usage.of_pattern("steady")).cost_h
    assert found.low < found.value
    assert found.high is None


def test_what_is_not_known_stays_unknown_and_is_named():
    bare = replace(OWN, purchase_eur=Quantity.absent("purchase", source="purchase not given"))
    found = break_even(bare, replace(RENTED, g_per_kwh=exact(900.0)), Usage.of_pattern("steady"))
    assert found.cost_h.is_missing
    assert "purchase" in found.cost_h.missing
    assert not found.carbon_h.is_missing
    assert weigh((bare,), Usage.of_pattern("steady"))[0].total_eur_per_h.is_missing


def test_a_slower_machine_needs_more_hours_and_may_be_too_slow():
    quick = replace(OWN, name="quick", work_per_s=exact(100.0))
    slow = replace(OWN, name="slow", work_per_s=exact(10.0))
    standings = weigh((quick, slow), Usage.of_pattern("office"))
    assert standings[1].hours_ratio.value == pytest.approx(10.0)
    assert "too slow" in standings[1].excluded
    assert standings[0].energy_j_per_unit.value == pytest.approx(10.0)


def test_latency_leaves_out_what_is_far_or_not_known():
    usage = Usage.of_pattern("steady", max_latency_s=0.02)
    excluded = [
        standing.excluded for standing in weigh((replace(OWN, latency_s=0.001), replace(RENTED, latency_s=0.08)), usage)
    ]
    assert excluded == [None, "80 ms away, at most 20 ms will do"]
    assert weigh((OWN,), usage)[0].excluded == "its latency is not known"


def test_the_catalog_gives_power_embodied_and_building_with_their_sources():
    bought, rented = from_catalog("A100", Catalog(), count=8), from_catalog("p4d.24xlarge", Catalog())
    assert bought.busy_w.value == pytest.approx(8 * 400.0)
    assert (bought.where, rented.where) == ("on-premises", "cloud")
    assert rented.busy_w.value > bought.busy_w.value
    assert all(one.source for one in (bought.busy_w, bought.embodied_g, bought.pue, rented.busy_w, rented.embodied_g))
    assert bought.purchase_eur.is_missing
    with pytest.raises(UnknownName) as refused:
        from_catalog("Zilog Z80", Catalog())
    assert "vatio catalog list accelerators" in refused.value.hint
    with pytest.raises(UnknownName) as near:
        from_catalog("A10O", Catalog())
    assert near.value.hint.startswith("did you mean A10")
    assert "--power-w" not in near.value.hint


def test_own_runs_give_measured_joules_by_the_unit_of_work():
    record = replace(a_record(), work={"images": 7200.0}, paused_s=0.0)
    (option,) = from_runs([record, replace(record, work={"images": 3600.0}), replace(record, status="failed")], "images")
    assert (option.work_per_s.low, option.work_per_s.value, option.work_per_s.high) == (1.0, 1.5, 2.0)
    assert option.busy_w.provenance == "measured"
    assert from_runs([record], "tokens") == ()


def test_a_machine_that_was_suspended_during_a_run_was_not_faster_for_it():
    record = replace(a_record(), work={"images": 7200.0}, paused_s=0.0)
    slept = replace(record, paused_s=1e5, gaps=(Gap(start_s=1.0, end_s=1.0, reason="suspended"),))
    (awake,), (option,) = from_runs([record], "images"), from_runs([slept], "images")
    assert (option.work_per_s, option.busy_w) == (awake.work_per_s, awake.busy_w)


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_is_part_of_a_year(name):
    assert 0.0 < Usage.of_pattern(name).busy_h_per_year <= 8765.82


def test_what_cannot_be_is_refused():
    with pytest.raises(UsageError):
        Usage.of_pattern("sometimes")
    with pytest.raises(UsageError):
        Usage(busy_h_per_year=0.0)
    with pytest.raises(UsageError):
        replace(OWN, where="moon")
    with pytest.raises(UsageError):
        replace(OWN, utilisation_ratio=70.0)


def test_a_price_below_zero_takes_the_corners():
    found = times(Quantity.around(2.0, 1.0, 3.0, provenance="modelled"), Quantity.around(-1.0, -2.0, 1.0, provenance="default"))
    assert (found.low, found.value, found.high, found.provenance) == (-6.0, -2.0, 3.0, "default")


def table(tmp_path, text):
    path = tmp_path / "options.csv"
    path.write_text(text, encoding="utf-8")
    return read_options(str(path), Catalog(), finish=lambda option, zone: option)


def test_a_table_fills_in_what_the_catalog_does_not_know(tmp_path):
    text = "name,hardware,count,purchase_eur,embodied_kg,latency_ms,off_when_idle\nnode,A100,8,120000,1500,2,yes\n"
    (option,) = table(tmp_path, text)
    assert (option.name, option.purchase_eur.value, option.embodied_g.value) == ("node", 120_000.0, 1.5e6)
    assert option.busy_w.value == pytest.approx(3200.0)
    assert (option.latency_s, option.is_off_when_idle) == (0.002, True)
    assert option.purchase_eur.source.endswith("line 2")


@pytest.mark.parametrize(
    "text",
    [
        "name,price\nx,1\n",
        "name,busy_w\nx,-1\n",
        "name,busy_w\nx,much\n",
        "name,pue\nx,0.5\n",
        "hardware,busy_w\n,3\n",
        "name,where\nx,moon\n",
        "",
    ],
)
def test_a_table_that_cannot_be_is_refused(tmp_path, text):
    with pytest.raises(UsageError):
        table(tmp_path, text)
