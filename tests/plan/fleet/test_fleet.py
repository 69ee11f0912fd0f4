import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vatio.errors import InvalidQuantity, UsageError
from vatio.plan.fleet import Fleet, FleetJob, FleetZone, plan_fleet

pytest.importorskip("numpy")


def job(name="a", **given):
    return FleetJob(**{"id": name, "slots": 2, "power_w": 1000.0, "earliest": 0, "latest": 6, **given})


def zone(name="DE", curve=(300.0, 100.0, 100.0, 300.0, 300.0, 300.0), **given):
    return FleetZone(name=name, g_per_kwh=tuple(curve), **{"capacity_w": 1500.0, **given})


def planned(*jobs, zones=None, **given):
    return plan_fleet(Fleet(jobs=jobs, zones=tuple(zones or [zone()])), **{"cpu_limit_s": 0.15, **given})


def loads(fleet, plan):
    used = {each.name: [0.0] * fleet.horizon for each in fleet.zones}
    power_w = {each.id: each.power_w for each in fleet.jobs}
    for placed in plan.placements:
        for slot in placed.slots:
            used[placed.zone][slot] += power_w[placed.job]
    return used


def test_one_job_runs_in_its_cheapest_window():
    plan = planned(job())
    (placed,) = plan.placements
    assert placed.slots == (1, 2)
    assert plan.emissions_g == pytest.approx(200.0)
    assert plan.now_g == pytest.approx(400.0)
    assert plan.gap_ratio == pytest.approx(0.0, abs=1e-6)


def test_jobs_do_not_all_go_to_the_same_hour():
    plan = planned(job("a"), job("b"), job("c"))
    assert sorted(placed.slots for placed in plan.placements) == [(0, 1), (2, 3), (4, 5)] or plan.emissions_g <= 1800.0
    taken = [slot for placed in plan.placements for slot in placed.slots]
    assert len(set(taken)) == len(taken)


def test_a_job_that_may_pause_takes_the_cheapest_slots_of_one_zone():
    curve = (100.0, 900.0, 100.0, 900.0, 100.0, 900.0)
    plan = planned(job(slots=3, interruptible=True), zones=[zone(curve=curve)])
    assert plan.placements[0].slots == (0, 2, 4)


def test_moving_data_is_paid_for():
    far = zone("FR", curve=(10.0,) * 6)
    assert planned(job(home="DE", move_g=1000.0), zones=[zone(), far]).placements[0].zone == "DE"
    plan = planned(job(home="DE", move_g=50.0), zones=[zone(), far])
    assert plan.placements[0].zone == "FR"
    assert plan.emissions_g == pytest.approx(70.0)


def test_devices_bound_as_power_does():
    crowded = zone(capacity_w=1e6, devices=1.0)
    plan = planned(job("a", devices=1.0), job("b", devices=1.0), zones=[crowded])
    taken = [slot for placed in plan.placements for slot in placed.slots]
    assert len(set(taken)) == 4


def test_what_fits_nowhere_is_named_and_proved():
    plan = planned(job("small"), job("huge", power_w=5000.0))
    (left,) = plan.unplaced
    assert (left.job, left.proved) == ("huge", True)
    assert plan.gap_ratio is None
    assert [placed.job for placed in plan.placements] == ["small"]


def test_a_stretch_into_which_more_must_fall_than_it_holds_is_proved():
    plan = planned(job("a", latest=2), job("b", latest=2))
    assert len(plan.unplaced) == 1
    assert plan.unplaced[0].proved
    assert "slots 0 to 2" in plan.unplaced[0].reason


def test_the_important_one_gets_the_place():
    plan = planned(job("plain", latest=2), job("urgent", latest=2, priority=5.0))
    assert [placed.job for placed in plan.placements] == ["urgent"]


def brute(fleet):
    """Give the least grams by trying every place of every job in one piece."""
    best = math.inf
    places = [
        [(at, start) for at in range(len(fleet.zones)) for start in range(each.earliest, each.latest - each.slots + 1)]
        for each in fleet.jobs
    ]
    for chosen in itertools.product(*places):
        used = [[0.0] * fleet.horizon for _ in fleet.zones]
        grams = 0.0
        for each, (at, start) in zip(fleet.jobs, chosen, strict=True):
            for slot in range(start, start + each.slots):
                used[at][slot] += each.power_w
                grams += each.power_w * fleet.zones[at].g_per_kwh[slot] / 1000.0
        fits = all(watts <= fleet.zones[at].capacity_w + 1e-9 for at, row in enumerate(used) for watts in row)
        if fits:
            best = min(best, grams)
    return best


def small_fleet(seed):
    chance = random.Random(seed)
    zones = tuple(
        zone(name, [chance.uniform(10, 900) for _ in range(6)], capacity_w=chance.choice((900.0, 1500.0))) for name in "AB"
    )
    jobs = []
    for name in "abc":
        slots, earliest = chance.randint(1, 3), chance.randint(0, 2)
        power_w = chance.choice((300.0, 600.0, 900.0))
        jobs.append(job(name, slots=slots, power_w=power_w, earliest=earliest, latest=chance.randint(earliest + slots, 6)))
    return Fleet(jobs=tuple(jobs), zones=zones)


@given(st.integers(min_value=0, max_value=10_000))
@settings(max_examples=25, deadline=None)
def test_a_small_fleet_is_planned_as_well_as_can_be_and_never_below_its_bound(seed):
    fleet = small_fleet(seed)
    plan, least = plan_fleet(fleet, cpu_limit_s=0.1), brute(fleet)
    if math.isinf(least):
        assert plan.unplaced
        return
    assert not plan.unplaced
    assert plan.emissions_g == pytest.approx(least, rel=1e-3)
    assert plan.bound_g <= least * (1.0 + 1e-9)
    for name, row in loads(fleet, plan).items():
        cap = next(each.capacity_w for each in fleet.zones if each.name == name)
        assert max(row) <= cap * (1.0 + 1e-5)


def test_the_same_seed_gives_the_same_places_where_time_does_not_end_the_search():
    fleet = small_fleet(3)
    one, two = (plan_fleet(fleet, cpu_limit_s=5.0, target_ratio=10.0, seed=4) for _ in range(2))
    assert one.placements == two.placements


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: job(slots=0), "more than nothing"),
        (lambda: job(power_w=math.nan), "more than nothing"),
        (lambda: job(earliest=5), "has 1"),
        (lambda: Fleet(jobs=(job(),), zones=()), "needs jobs and zones"),
        (lambda: Fleet(jobs=(job(), job()), zones=(zone(),)), "twice"),
        (lambda: Fleet(jobs=(job(latest=9),), zones=(zone(),)), "until slot 9 of 6"),
        (lambda: Fleet(jobs=(job(home="XX"),), zones=(zone(),)), "no curve"),
        (lambda: Fleet(jobs=(job(),), zones=(zone(), zone("FR", curve=(1.0,)))), "differ in length"),
    ],
)
def test_a_fleet_that_cannot_be_is_refused(wrong, said):
    with pytest.raises(UsageError) as caught:
        wrong()
    assert said in f"{caught.value} {caught.value.hint}"


def test_a_zone_with_a_hole_or_a_negative_number_is_refused():
    for wrong in (
        {"curve": (1.0, math.nan)},
        {"curve": (-1.0,)},
        {"curve": (1.0,), "capacity_w": -5.0},
        {"curve": (1.0,), "pue": 0.5},
    ):
        with pytest.raises(InvalidQuantity):
            zone(**wrong)
