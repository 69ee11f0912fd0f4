import math
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vatio.plan.fleet import Fleet, FleetJob, FleetZone

np = pytest.importorskip("numpy")

from vatio.plan.fleet._arrays import Arrays  # noqa: E402
from vatio.plan.fleet._board import Board  # noqa: E402
from vatio.plan.fleet._improve import Improvement  # noqa: E402
from vatio.plan.fleet._search import Search  # noqa: E402

SLOTS = 12
seeds = st.integers(min_value=0, max_value=100_000)


def fleet(seed, *, jobs=12, devices=True, room=1.0):
    chance = random.Random(seed)
    zones = [
        FleetZone(
            name=name,
            g_per_kwh=tuple(chance.uniform(10.0, 900.0) for _ in range(SLOTS)),
            capacity_w=tuple(chance.choice((0.0, 700.0 * room, 1500.0 * room, math.inf)) for _ in range(SLOTS)),
            devices=room * chance.randint(1, 3) if devices else math.inf,
        )
        for name in "AB"
    ]
    made = []
    for number in range(jobs):
        slots, earliest = chance.randint(1, 5), chance.randint(0, SLOTS - 6)
        made.append(
            FleetJob(
                id=f"job-{number}",
                slots=slots,
                power_w=chance.uniform(1e-3, 900.0),
                earliest=earliest,
                latest=chance.randint(earliest + slots, SLOTS),
                devices=float(chance.randint(0, 2)),
                zones=chance.choice(((), ("A",), ("B",))),
                home="A",
                move_g=chance.choice((0.0, 50.0)),
                interruptible=chance.random() < 0.4,
            )
        )
    return Fleet(jobs=tuple(made), zones=tuple(zones))


@given(seeds, st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_board_finds_what_the_arrays_find(seed, devices):
    arrays = Arrays(fleet(seed, devices=devices))
    board, left = Board(arrays), arrays.capacity.copy()
    for job in range(len(arrays.fleet.jobs)):
        found, spot = board.find(job, board.weigh(job, arrays.plain[job])), arrays.spot(job, left)
        assert (found is None) == (spot is None)
        if spot is None:
            continue
        assert found[2] == pytest.approx(spot.cost_g)
        assert board.spot_of(job, found).cost_g == pytest.approx(spot.cost_g)
        assert board.stretch(job, board.place_of(job, spot)) == (spot.slots[0], spot.slots[-1])
        board.take(board.place_of(job, spot))
        arrays.take(job, spot, left)


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_what_is_taken_and_given_back_leaves_the_board_as_it_was(seed):
    arrays = Arrays(fleet(seed))
    board = Board(arrays)
    begun, taken = board.kept(), []
    for job in range(len(arrays.fleet.jobs)):
        place = board.find(job, board.weigh(job, arrays.plain[job]))
        if place is not None:
            board.take(place)
            taken.append(place)
    full = board.kept()
    for place in taken:
        board.give_back(place)
    assert board.kept() == begun
    board.restore(full)
    assert board.kept() == full


def test_thirds_that_add_up_to_the_capacity_fit_beside_one_another():
    zone = FleetZone(name="A", g_per_kwh=(100.0,), capacity_w=1000.0)
    jobs = tuple(FleetJob(id=name, slots=1, power_w=1000.0 / 3.0, earliest=0, latest=1) for name in "abcd")
    arrays = Arrays(Fleet(jobs=jobs, zones=(zone,)))
    board = Board(arrays)
    for job in range(3):
        board.take(board.find(job, board.weigh(job, arrays.plain[job])))
    assert board.find(3, board.weigh(3, arrays.plain[3])) is None


def test_a_closed_slot_takes_nothing_however_small():
    zone = FleetZone(name="A", g_per_kwh=(1.0, 900.0), capacity_w=(0.0, 1e6))
    jobs = (
        FleetJob(id="tiny", slots=1, power_w=1e-9, earliest=0, latest=2),
        FleetJob(id="large", slots=1, power_w=1e6, earliest=0, latest=2),
    )
    arrays = Arrays(Fleet(jobs=jobs, zones=(zone,)))
    board = Board(arrays)
    assert [board.find(job, board.weigh(job, arrays.plain[job]))[1] for job in (0, 1)] == [1, 1]


def test_a_job_larger_than_any_zone_fits_nowhere():
    zone = FleetZone(name="A", g_per_kwh=(1.0, 1.0), capacity_w=1e-6)
    arrays = Arrays(Fleet(jobs=(FleetJob(id="huge", slots=2, power_w=1e9, earliest=0, latest=2),), zones=(zone,)))
    board = Board(arrays)
    assert board.find(0, board.weigh(0, arrays.plain[0])) is None


@given(seeds, st.booleans())
@settings(max_examples=15, deadline=None)
def test_an_improved_plan_keeps_the_capacity_and_is_no_dearer(seed, devices):
    arrays = Arrays(fleet(seed, jobs=20, devices=devices, room=6.0))
    price = np.zeros_like(arrays.g_per_w)
    search = Search(arrays, seed=seed)
    search.construct()
    better = Improvement(arrays, search.spots, price=price, seed=seed)
    better.run(until_cpu_s=time.process_time() + 0.03, bound_g=-math.inf, target_ratio=0.0)
    before, before_g, after = search.unplaced, search.cost_g, better.spots
    search.place(after)
    assert before or not search.unplaced
    assert before or search.cost_g <= before_g * (1.0 + 1e-9)
    used = np.zeros_like(arrays.capacity)
    for job, spot in enumerate(after):
        if spot is None:
            continue
        what = arrays.fleet.jobs[job]
        assert len(set(spot.slots.tolist())) == what.slots
        assert what.earliest <= spot.slots[0]
        assert spot.slots[-1] < what.latest
        assert not what.zones or arrays.fleet.zones[spot.zone].name in what.zones
        used[:, spot.zone, spot.slots] += arrays.demand[job][:, None]
    assert (used <= arrays.capacity * (1.0 + 1e-6)).all()
