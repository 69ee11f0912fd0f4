"""The Gaussian process asks by what was told, for numbers alone, and never twice."""

import math

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vatio.errors import UnknownName
from vatio.optimise.search import Asking, space_of
from vatio.optimise.search._process import Told, gains

LATTICE = space_of({"x": {"choices": [1, 2, 4, 8, 16, 32]}, "y": {"choices": [0.1, 0.2, 0.3, 0.4, 0.5]}})
RANGES = space_of({"lr": {"low": 1e-4, "high": 1e-1, "log": True}, "width": {"low": 4, "high": 64}})


def asked(space, trials, *, loss, seed=0, lag=1, cost=None):
    """Ask as a search does: each point by what those before the last came to."""
    asking, points = Asking(space, strategy="gp", seed=seed, objectives=1), []
    for number in range(trials):
        if number > lag:
            at = number - lag - 1
            asking.tell(at, loss(points[at]), cost=None if cost is None else cost(points[at]))
        point = asking.ask(number)
        if point is None:
            break
        points.append(point)
    return points


def bowl(point):
    return ((math.log(point["x"]) - math.log(8)) ** 2 + (point["y"] - 0.4) ** 2 * 50.0,)


def test_a_lattice_is_asked_whole_and_no_point_twice():
    points = asked(LATTICE, 40, loss=bowl)
    assert len(points) == 30
    assert len({(point["x"], point["y"]) for point in points}) == 30


def test_the_best_is_found_in_fewer_trials_than_at_random():
    needed = [asked(LATTICE, 30, loss=bowl, seed=seed).index({"x": 8, "y": 0.4}) + 1 for seed in range(10)]
    assert sorted(needed)[5] <= 10  # at random it is 15 of 30


def test_the_same_seed_asks_the_same_and_another_does_not():
    first = asked(RANGES, 12, loss=lambda point: (abs(math.log(point["lr"]) + 5.0),))
    assert first == asked(RANGES, 12, loss=lambda point: (abs(math.log(point["lr"]) + 5.0),))
    assert first != asked(RANGES, 12, loss=lambda point: (abs(math.log(point["lr"]) + 5.0),), seed=1)


def test_points_lie_between_the_ends_and_whole_numbers_are_whole():
    points = asked(RANGES, 15, loss=lambda point: (point["lr"],))
    assert all(1e-4 <= point["lr"] <= 1e-1 and 4 <= point["width"] <= 64 for point in points)
    assert all(type(point["width"]) is int and type(point["lr"]) is float for point in points)


def test_a_resumed_search_asks_what_the_first_would_have():
    whole = asked(LATTICE, 12, loss=bowl)
    again = Asking(LATTICE, strategy="gp", seed=0, objectives=1)
    for number in range(8):
        if number > 1:
            again.tell(number - 2, bowl(whole[number - 2]))
        again.ask(number, given=whole[number])
    for number in range(8, 12):
        again.tell(number - 2, bowl(whole[number - 2]))
        assert again.ask(number) == whole[number]


def test_failed_trials_are_kept_away_from():
    points = asked(LATTICE, 14, loss=lambda point: None if point["x"] > 4 else (point["y"],))
    assert sum(point["x"] > 4 for point in points[6:]) <= 4


def test_nothing_but_failures_still_gives_points():
    assert len(asked(LATTICE, 10, loss=lambda point: None)) == 10


def test_losses_that_are_all_alike_still_give_points():
    assert len(asked(LATTICE, 30, loss=lambda point: (1.0,))) == 30


def test_of_points_that_may_gain_alike_the_cheaper_is_worth_more():
    told = Told([(0.5, 0.0), (0.5, 1.0), (0.5, 0.5)], [2.0, 2.0, 1.0], [1.0, 100.0, 10.0])
    cheap, dear = gains(told, [], [(0.5, 0.25), (0.5, 0.75)])
    blind = gains(told._replace(costs=[None] * 3), [], [(0.5, 0.25), (0.5, 0.75)])
    assert cheap > 2.0 * dear
    assert blind[0] == pytest.approx(blind[1])


@pytest.mark.parametrize(
    ("tables", "objectives"),
    [
        ({"m": {"choices": ["a", "b"]}, "x": {"low": 0.0, "high": 1.0}}, 1),
        ({"m": {"choices": [1, 2]}, "x": {"low": 0.0, "high": 1.0, "when": {"m": 1}}}, 1),
        ({"x": {"low": 0.0, "high": 1.0}}, 2),
    ],
)
def test_what_it_does_not_fit_is_asked_by_tpe(tables, objectives):
    pytest.importorskip("optuna")
    asking = Asking(space_of(tables), strategy="gp", seed=0, objectives=objectives)
    assert asking.strategy == "tpe"
    assert asking.ask(0) is not None


def test_a_strategy_that_is_not_known_is_told():
    with pytest.raises(UnknownName, match="bayes"):
        Asking(LATTICE, strategy="bayes", seed=0, objectives=1)


def test_a_thousand_trials_known_are_answered_at_once():
    asking = Asking(RANGES, strategy="gp", seed=0, objectives=1)
    draws = numpy.random.default_rng(0)
    for _ in range(1000):
        lr = float(10 ** draws.uniform(-4, -1))
        asking.know({"lr": lr, "width": int(draws.integers(4, 65))}, (abs(math.log(lr) + 5.0),))
    point = asking.ask(0)
    assert abs(math.log(point["lr"]) + 5.0) < 0.5


losses = st.floats(-1e12, 1e12, allow_nan=False)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), losses), min_size=2, max_size=12))
def test_a_gain_is_finite_and_not_negative(seen):
    found = gains(
        Told([each[:2] for each in seen], [each[2] for each in seen], [None] * len(seen)), [], [(0.5, 0.5), (0.0, 1.0)]
    )
    assert numpy.isfinite(found).all()
    assert (found >= -1e-9).all()
