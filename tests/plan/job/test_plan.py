"""A plan says what it gains, how sure that is, and what it was not allowed or not able to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from vatio.account import IntensityCurve
from vatio.errors import InvalidQuantity, UnknownName, UsageError
from vatio.plan.job import Job, Place, PowerStep, Rate, Steps, plan_job
from vatio.records import Plan, Quantity, from_json, to_json

NOW = datetime(2026, 1, 1, tzinfo=UTC)
START_S = NOW.timestamp()
HOUR = timedelta(hours=1)


def starts(count):
    return tuple(START_S + 3600.0 * at for at in range(count))


def curve(*values, **more):
    return IntensityCurve(starts_s=starts(len(values)), values_g_per_kwh=values, end_s=START_S + 3600.0 * len(values), **more)


def steps(*values):
    return Steps(starts_s=starts(len(values)), values=values, end_s=START_S + 3600.0 * len(values), source="a table")


def job(duration_h=2.0, room_h=6.0, **more):
    more = {"power_w": Quantity.exact(1000.0), **more}
    return Job(duration_s=duration_h * 3600.0, deadline=NOW + room_h * HOUR, **more)


DAY = curve(500.0, 400.0, 300.0, 100.0, 100.0, 300.0, source="a file")


def test_a_plan_holds_what_the_contract_names():
    plan = plan_job(job(), {"DE": DAY}, now=NOW)
    written = to_json(plan)
    assert set(written) >= {
        "schema", "start", "finish", "windows", "emissions_g", "now_emissions_g", "saved_ratio", "energy_j", "cost_eur",
        "renewable_ratio", "decided_by", "solver", "curve", "notes",
    }  # fmt: skip
    assert from_json(Plan, written) == plan
    assert (plan.start, plan.finish) == (NOW + 3 * HOUR, NOW + 5 * HOUR)
    assert plan.emissions_g.value == pytest.approx(200.0)
    assert plan.now_emissions_g.value == pytest.approx(900.0)
    assert plan.saved_ratio.value == pytest.approx(7 / 9)
    assert plan.energy_j.value == pytest.approx(7.2e6)
    assert (plan.decided_by, plan.curve.source, plan.curve.horizon_end) == ("carbon: time", "a file", NOW + 6 * HOUR)


def test_what_is_not_known_is_missing_and_the_saving_is_told_all_the_same():
    plan = plan_job(job(power_w=Quantity.absent("power")), {"DE": DAY}, now=NOW)
    assert plan.emissions_g.is_missing
    assert plan.energy_j.is_missing
    assert plan.cost_eur.is_missing
    assert plan.saved_ratio.value == pytest.approx(7 / 9)
    assert any("watts" in note for note in plan.notes)


def test_power_has_an_interval_and_so_have_the_grams():
    plan = plan_job(job(power_w=Quantity.around(1000.0, 900.0, 1200.0, provenance="modelled")), {"DE": DAY}, now=NOW)
    assert (plan.emissions_g.low, plan.emissions_g.high) == (pytest.approx(180.0), pytest.approx(240.0))


def test_power_of_which_a_part_is_missing_gives_no_upper_bound():
    part = Quantity(value=1000.0, low=900.0, high=None, provenance="modelled", missing=("dram",))
    plan = plan_job(job(power_w=part), {"DE": DAY}, now=NOW)
    assert (plan.emissions_g.high, plan.emissions_g.missing) == (None, ("dram",))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"room_h": -1.0}, "past"),
        ({"duration_h": 7.0}, "the job takes 7 h, the deadline is in 6 h"),
        ({"earliest": NOW + 7 * HOUR}, "before the earliest start"),
        ({"earliest": NOW + 5 * HOUR}, "the deadline is in 1 h"),
    ],
)
def test_a_job_that_cannot_be_is_refused(asked, said):
    with pytest.raises(UsageError, match=said):
        plan_job(job(**asked), {"DE": DAY}, now=NOW)


@pytest.mark.parametrize("duration_h", [0.0, -1.0, float("nan"), float("inf")])
def test_a_job_without_length_is_refused(duration_h):
    with pytest.raises(UsageError):
        job(duration_h=duration_h)


def test_an_unknown_home_or_objective_is_named():
    with pytest.raises(UnknownName, match="DF"):
        plan_job(job(), {"DE": DAY}, now=NOW, home="DF")
    with pytest.raises(UsageError, match="objective"):
        plan_job(job(), {"DE": DAY}, now=NOW, objective="speed")
    with pytest.raises(UsageError, match="renewable share"):
        plan_job(job(), {"DE": DAY}, now=NOW, objective="renewable")


def test_nothing_is_planned_into_what_the_curve_does_not_know():
    plan = plan_job(job(2, 48), {"DE": curve(500.0, 400.0, 300.0)}, now=NOW)
    assert plan.finish <= NOW + 3 * HOUR
    assert any("nothing is planned after it" in note for note in plan.notes)


def test_a_job_longer_than_the_curve_runs_now_with_a_wide_interval():
    plan = plan_job(job(10, 48), {"DE": curve(500.0, 100.0)}, now=NOW)
    assert plan.start == NOW
    assert plan.emissions_g.provenance == "default"
    assert (plan.emissions_g.low, plan.emissions_g.high) == (pytest.approx(600.0 + 800.0), pytest.approx(600.0 + 4000.0))


def test_without_a_curve_it_runs_now_and_says_so():
    plan = plan_job(job(), {}, now=NOW)
    assert (plan.start, plan.decided_by) == (NOW, "nothing: no curve")
    assert plan.emissions_g.is_missing
    assert plan.energy_j.value == pytest.approx(7.2e6)
    assert plan.saved_ratio.value is None


def test_a_curve_that_has_ended_is_no_curve():
    old = IntensityCurve(starts_s=(0.0,), values_g_per_kwh=(100.0,), end_s=3600.0)
    plan = plan_job(job(), {"DE": old}, now=NOW)
    assert plan.start == NOW
    assert plan.emissions_g.is_missing
    assert any("nothing is known" in note for note in plan.notes)


def test_a_short_hole_is_filled_between_its_neighbours_and_widens_the_interval():
    plan = plan_job(job(1, 5), {"DE": curve(500.0, 200.0, None, 100.0, 400.0)}, now=NOW)
    assert plan.start == NOW + 3 * HOUR
    now = plan_job(job(4, 4), {"DE": curve(500.0, 200.0, None, 100.0, 400.0)}, now=NOW)
    assert now.emissions_g.value == pytest.approx(500.0 + 200.0 + 150.0 + 100.0)
    assert now.emissions_g.low < now.emissions_g.value < now.emissions_g.high
    assert any("holes" in note for note in now.notes)


def test_no_end_of_a_gain_says_that_more_is_saved_than_there_is():
    wide = curve(300.0, 50.0, low_g_per_kwh=(250.0, 0.0), high_g_per_kwh=(900.0, 60.0))
    saved = plan_job(job(1, 2), {"DE": wide}, now=NOW).saved_ratio
    assert saved.low < saved.value < saved.high == 1.0


def test_no_start_is_chosen_into_a_hole_longer_than_a_day():
    values = [300.0, *[None] * 30, 290.0, 280.0]
    plan = plan_job(job(1, 33, interruptible=True), {"DE": curve(*values)}, now=NOW)
    assert plan.start == NOW + 32 * HOUR


def test_a_forecasts_gain_within_its_noise_is_not_taken():
    sure = curve(300.0, 290.0, low_g_per_kwh=(299.0, 289.0), high_g_per_kwh=(301.0, 291.0))
    noisy = curve(300.0, 290.0, low_g_per_kwh=(200.0, 190.0), high_g_per_kwh=(400.0, 390.0))
    assert plan_job(job(1, 2), {"DE": sure}, now=NOW).start == NOW + HOUR
    plan = plan_job(job(1, 2), {"DE": noisy}, now=NOW)
    assert (plan.start, plan.decided_by) == (NOW, "nothing: no predictable gain")
    assert (plan.saved_ratio.value, plan.saved_ratio.low) == (0.0, 0.0)
    assert plan.emissions_g.low < plan.emissions_g.value < plan.emissions_g.high


def test_a_guard_decides_whether_a_gain_is_real():
    noisy = curve(300.0, 290.0, low_g_per_kwh=(200.0, 190.0), high_g_per_kwh=(400.0, 390.0))
    asked = []

    def trusting(outlook):
        asked.append(outlook)
        return 0.01, 0.05, True

    plan = plan_job(job(1, 2), {"DE": noisy}, now=NOW, guard=trusting)
    assert plan.start == NOW + HOUR
    assert (plan.saved_ratio.low, plan.saved_ratio.high) == (0.01, 0.05)
    assert asked[0].now_load_j == (3.6e6, 0.0)
    assert asked[0].plan_load_j == (0.0, 3.6e6)
    assert plan_job(job(1, 2), {"DE": noisy}, now=NOW, guard=lambda outlook: (0.01, 0.05, False)).start == NOW


def test_the_cleaner_region_is_taken_with_its_building_and_the_way_there():
    curves = {"DE": curve(400.0, 400.0), "FR": curve(50.0, 50.0)}
    plan = plan_job(job(1, 2), curves, now=NOW)
    assert (plan.windows[0].zone, plan.decided_by) == ("FR", "carbon: region")
    far = {"FR": Place(move_j=3.6e6 * 8)}
    assert plan_job(job(1, 2), curves, now=NOW, places=far).windows[0].zone == "DE"
    hot = {"FR": Place(pue=9.0)}
    assert plan_job(job(1, 2), curves, now=NOW, places=hot).windows[0].zone == "DE"


def test_embodied_or_counted_grams_of_a_move_count_once():
    curves = {"DE": curve(400.0, 400.0), "FR": curve(50.0, 50.0)}
    plan = plan_job(job(1, 2), curves, now=NOW, places={"FR": Place(move_j=3.6e6, move_g=20.0)})
    assert plan.emissions_g.value == pytest.approx(50.0 + 50.0 + 20.0)
    assert plan.energy_j.value == pytest.approx(2 * 3.6e6)
    assert plan.saved_ratio.value == pytest.approx(1.0 - 120.0 / 400.0)


def test_the_move_of_data_cannot_be_weighed_against_an_unknown_power():
    with pytest.raises(UsageError, match="unknown power"):
        plan_job(
            job(1, 2, power_w=Quantity.absent("power")),
            {"DE": DAY, "FR": DAY},
            now=NOW,
            places={"FR": Place(move_j=1.0)},
        )


def test_latency_and_residency_leave_regions_out_and_say_which():
    curves = {"DE": curve(400.0, 400.0), "FR": curve(50.0, 50.0), "US-CAL": curve(10.0, 10.0), "PL": curve(1.0, 1.0)}
    places = {"FR": Place(latency_s=0.012), "US-CAL": Place(latency_s=0.15)}
    plan = plan_job(job(1, 2, max_latency_s=0.05), curves, now=NOW, places=places)
    assert plan.windows[0].zone == "FR"
    assert any("150 ms" in note for note in plan.notes)
    assert any("PL is left out: its latency is not known" in note for note in plan.notes)
    kept = plan_job(job(1, 2, residency=("US",)), curves, now=NOW)
    assert kept.windows[0].zone == "US-CAL"


def test_the_price_or_the_renewable_share_may_decide():
    place = Place(price_eur_per_kwh=steps(0.3, 0.1, -0.05, 0.2, 0.3, 0.3), renewable_ratio=steps(0.1, 0.2, 0.3, 0.4, 0.9, 0.5))
    price = plan_job(job(1, 6), {"DE": DAY}, now=NOW, places={"DE": place}, objective="price")
    assert price.start == NOW + 2 * HOUR
    assert price.cost_eur.value == pytest.approx(-0.05)
    assert price.decided_by == "price: time"
    assert price.saved_ratio.value == pytest.approx(1.0 - 300.0 / 500.0)
    assert any(note.startswith("price: 116.7 % less") for note in price.notes)
    share = plan_job(job(1, 6), {"DE": DAY}, now=NOW, places={"DE": place}, objective="renewable")
    assert share.start == NOW + 4 * HOUR
    assert share.renewable_ratio.value == pytest.approx(0.9)


def test_a_power_cap_keeps_its_slowdown_bound():
    rates = (
        Rate(throughput_ratio=1.0, power_w=300.0, power_limit_w=300.0),
        Rate(throughput_ratio=0.97, power_w=250.0, power_limit_w=250.0),
        Rate(throughput_ratio=0.8, power_w=150.0, power_limit_w=150.0),
    )
    flat = {"DE": curve(*[300.0] * 6)}
    plan = plan_job(job(2, 6, rates=rates), flat, now=NOW)
    assert plan.windows[0].power_limit_w == 250.0
    assert plan.decided_by == "carbon: time and power limit"
    assert plan_job(job(2, 6, rates=rates, max_slowdown_ratio=0.5), flat, now=NOW).windows[0].power_limit_w == 150.0


def test_what_the_usual_rate_cannot_do_in_time_a_faster_one_does():
    rates = (Rate(throughput_ratio=1.0, power_w=100.0), Rate(throughput_ratio=4.0, power_w=500.0, scale=4.0))
    plan = plan_job(job(6, 2, rates=rates), {"DE": curve(100.0, 100.0)}, now=NOW)
    assert plan.finish <= NOW + 2 * HOUR
    assert plan.windows[0].scale == 4.0


def test_a_reserve_is_kept_before_the_deadline_where_there_is_room():
    plan = plan_job(job(2, 6, spare_s=3600.0), {"DE": curve(500.0, 400.0, 300.0, 200.0, 150.0, 100.0)}, now=NOW)
    assert plan.finish == NOW + 5 * HOUR
    tight = plan_job(job(2, 6, spare_s=5 * 3600.0), {"DE": curve(500.0, 400.0, 300.0, 200.0, 150.0, 100.0)}, now=NOW)
    assert tight.finish == NOW + 6 * HOUR
    assert any("reserve" in note for note in tight.notes)


def test_the_earliest_start_is_kept():
    plan = plan_job(job(1, 6, earliest=NOW + 2 * HOUR), {"DE": curve(1.0, 1.0, 300.0, 200.0, 250.0, 300.0)}, now=NOW)
    assert plan.start == NOW + 3 * HOUR
    assert plan.now_emissions_g.value == pytest.approx(300.0)


def test_values_that_cannot_be_are_refused():
    with pytest.raises(InvalidQuantity):
        Rate(throughput_ratio=0.0, power_w=1.0)
    with pytest.raises(InvalidQuantity):
        PowerStep(duration_s=0.0, power_w=1.0)
    with pytest.raises(InvalidQuantity):
        Place(pue=0.9)
    with pytest.raises(InvalidQuantity):
        Place(move_j=-1.0)
    with pytest.raises(InvalidQuantity):
        Steps(starts_s=(1.0, 1.0), values=(1.0, 2.0))
    with pytest.raises(UsageError, match="time zone"):
        Job(duration_s=1.0, deadline=datetime(2026, 1, 1))
    with pytest.raises(UsageError, match="profile"):
        job(2, 6, profile=(PowerStep(duration_s=10.0, power_w=1.0),))
