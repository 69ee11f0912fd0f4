"""A change is called significant from five earlier runs on, by a test that says its name and keeps its level."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.analysis import FEWEST_FOR_SIGNIFICANCE, change
from vatio.errors import InvalidQuantity

positive = st.floats(1e-3, 1e6)
spread = st.lists(positive, min_size=2, max_size=12).filter(lambda values: max(values) > 1.01 * min(values))


def test_fewer_than_five_earlier_runs_never_make_a_change_significant() -> None:
    earlier = [100.0, 101.0, 99.0, 100.5]
    found = change(10.0, earlier)
    assert (found.significant, found.test, found.p) == (None, "none", None)
    assert found.ratio.high is not None
    assert change(10.0, [*earlier, 100.2]).significant is True


def test_a_run_among_its_like_is_not_a_change() -> None:
    found = change(100.4, [100.0, 101.0, 99.0, 100.0, 102.0])
    assert found.significant is False
    assert found.test.startswith("Crawford-Howell")
    assert found.ratio.low < 0.0 < found.ratio.high


def test_one_earlier_run_gives_a_ratio_without_a_bound() -> None:
    found = change(90.0, [100.0])
    assert found.ratio.value == pytest.approx(-0.1)
    assert (found.ratio.low, found.ratio.high, found.ratio.missing) == (-1.0, None, ("spread",))


def test_earlier_runs_that_do_not_differ_at_all_decide_nothing() -> None:
    assert change(90.0, [100.0] * 8).significant is None


def test_a_group_is_judged_by_ranks() -> None:
    found = change([80.0, 81.0, 82.0], [100.0, 101.0, 99.0, 100.0, 102.0])
    assert found.significant is True
    assert found.test.startswith("Mann-Whitney")


@given(positive, spread)
def test_the_interval_excludes_no_change_exactly_when_it_is_significant(candidate: float, earlier: list[float]) -> None:
    found = change(candidate, earlier)
    if found.p is None or abs(found.p - 0.05) < 1e-6:
        return
    assert found.significant == (not found.ratio.low <= 0.0 <= found.ratio.high)


@given(positive, spread, st.floats(1e-3, 1e3))
def test_another_unit_changes_nothing(candidate: float, earlier: list[float], factor: float) -> None:
    one, other = change(candidate, earlier), change(candidate * factor, [value * factor for value in earlier])
    assert other.ratio.value == pytest.approx(one.ratio.value, rel=1e-6, abs=1e-9)
    assert (other.p is None) == (one.p is None)


@given(positive, spread, st.randoms())
def test_the_order_of_earlier_runs_does_not_matter(candidate: float, earlier: list[float], rng: random.Random) -> None:
    mixed = list(earlier)
    rng.shuffle(mixed)
    assert change(candidate, mixed).ratio.value == pytest.approx(change(candidate, earlier).ratio.value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("earlier", [FEWEST_FOR_SIGNIFICANCE, 8, 20])
def test_the_false_alarm_rate_is_the_level(earlier: int) -> None:
    rng = random.Random(11)
    rounds = 2000
    alarms = sum(
        change(rng.lognormvariate(3.0, 0.05), [rng.lognormvariate(3.0, 0.05) for _ in range(earlier)]).significant is True
        for _ in range(rounds)
    )
    # Three standard errors of a share of 5 %.
    assert abs(alarms / rounds - 0.05) < 3.0 * math.sqrt(0.05 * 0.95 / rounds)


@pytest.mark.parametrize(
    ("candidate", "earlier"), [(0.0, [1.0]), (-1.0, [1.0]), (1.0, [0.0]), (math.nan, [1.0]), (1.0, []), ([], [1.0])]
)
def test_values_without_a_logarithm_are_refused(candidate: float | list[float], earlier: list[float]) -> None:
    with pytest.raises(InvalidQuantity):
        change(candidate, earlier)
