"""The machine, the metric and kept runs are judged too."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.analysis import GateRule, control, cv_ratio, judge_groups, judge_quality, outliers, pairs_needed, student_p
from vatio.errors import InvalidQuantity, UsageError

costs = st.lists(st.floats(0.5, 2.0), min_size=2, max_size=12)


def test_a_quiet_machine_can_gate_and_a_noisy_one_is_named() -> None:
    rng = random.Random(1)
    quiet = control([math.exp(rng.gauss(0.0, 0.05)) for _ in range(8)], rule=GateRule())
    noisy = control([math.exp(rng.gauss(0.0, 0.42)) for _ in range(8)], rule=GateRule())
    assert (quiet.is_too_noisy, noisy.is_too_noisy) == (False, True)
    assert quiet.needed_pairs < 30 < noisy.needed_pairs
    assert 0.15 < noisy.cv_ratio < 0.6


def test_a_program_that_differs_from_itself_is_measured_unfairly() -> None:
    assert control([1.10, 1.11, 1.09, 1.10, 1.12], rule=GateRule()).is_biased
    assert control([1.1, 1.1, 1.1], rule=GateRule()).is_biased
    assert not control([1.0, 1.0, 1.0], rule=GateRule()).is_biased
    assert not control([1.02, 0.98, 1.01, 0.99, 1.0], rule=GateRule()).is_biased


def test_one_pair_says_nothing_of_a_machine() -> None:
    with pytest.raises(InvalidQuantity):
        control([1.0], rule=GateRule())


@pytest.mark.parametrize(
    ("candidate", "outcome"),
    [
        ([0.91, 0.91, 0.91], "pass"),
        ([0.905, 0.905, 0.905], "pass"),
        ([0.9049, 0.9049, 0.9049], "fail"),
        ([0.99, 0.80, 0.93], "inconclusive"),
    ],
)
def test_a_metric_may_lose_what_is_allowed_and_no_more(candidate: list[float], outcome: str) -> None:
    row = judge_quality(candidate, [0.91] * 3, max_loss=0.005, metric="accuracy")
    assert row.outcome == outcome
    assert row.metric == "accuracy"


def test_where_less_is_better_a_rise_is_the_loss() -> None:
    assert judge_quality([0.4, 0.4], [0.3, 0.3], max_loss=0.05, less_is_better=True).outcome == "fail"
    assert judge_quality([0.2, 0.2], [0.3, 0.3], max_loss=0.05, less_is_better=True).outcome == "pass"


def test_a_metric_of_one_repetition_decides_nothing() -> None:
    row = judge_quality([0.1], [0.9], max_loss=0.0)
    assert (row.outcome, row.change.low, row.change.high) == ("inconclusive", None, None)


@pytest.mark.parametrize(("candidate", "baseline"), [([], []), ([1.0], [1.0, 2.0]), ([math.nan], [1.0])])
def test_a_metric_that_is_not_there_is_refused(candidate: list[float], baseline: list[float]) -> None:
    with pytest.raises(InvalidQuantity, match="pairs"):
        judge_quality(candidate, baseline, max_loss=0.0)


def test_groups_are_judged_by_welch_and_one_run_by_a_prediction() -> None:
    base = [1.0, 1.01, 0.99, 1.0, 1.02]
    assert judge_groups([1.2, 1.21, 1.19], base, rule=GateRule()).outcome == "fail"
    assert judge_groups([1.0, 1.01, 0.99], base, rule=GateRule()).outcome == "pass"
    alone = judge_groups([1.2], base, rule=GateRule())
    assert (alone.outcome, alone.test[:8]) == ("fail", "Crawford")
    nothing = judge_groups([1.2], [1.0], rule=GateRule())
    assert (nothing.outcome, nothing.change_ratio.low, nothing.mde_ratio) == ("inconclusive", None, None)


@given(costs, costs)
def test_turning_groups_around_turns_the_interval(candidate: list[float], baseline: list[float]) -> None:
    there, back = (judge_groups(*groups, rule=GateRule()) for groups in ((candidate, baseline), (baseline, candidate)))
    for low, high in (
        (there.change_ratio.low, back.change_ratio.high),
        (back.change_ratio.low, there.change_ratio.high),
    ):
        assert low is not None
        assert high is not None
        assert math.log1p(low) == pytest.approx(-math.log1p(high), abs=1e-9) or low == -1.0


def test_groups_of_one_program_fail_no_more_often_than_the_level() -> None:
    rng, rounds = random.Random(2), 1000
    alarms = sum(
        judge_groups(*([rng.lognormvariate(0.0, 0.05) for _ in range(size)] for size in (4, 9)), rule=GateRule()).outcome
        == "fail"
        for _ in range(rounds)
    )
    assert alarms / rounds == pytest.approx(0.03, abs=0.0162)


@pytest.mark.parametrize(("cv", "effect", "asked"), [(0.04, 0.05, 11), (0.04, 0.02, 69), (0.04, 0.01, 275), (0.30, 0.05, 617)])
def test_the_pairs_needed_are_those_of_the_usual_formula(cv: float, effect: float, asked: int) -> None:
    """n = 2 (1.645 + 1.282)^2 (cv / d)^2, with d on the scale of logarithms."""
    assert pairs_needed(cv, effect, level=0.05) == pytest.approx(asked, rel=0.06, abs=1)


def test_fewer_than_eleven_values_have_no_outlier_and_every_arm_has_one_rule() -> None:
    assert outliers({"a": [1.0] * 9 + [1e6]}) == {"a": ()}
    found = outliers({"a": [1.0, 1.1] * 10 + [5.0], "b": [1.0, 1.1] * 10 + [1.0], "c": []})
    assert found == {"a": (20,), "b": (), "c": ()}
    assert outliers({"a": [1.0] * 20 + [9.0]}, "none") == {"a": ()}
    with pytest.raises(UsageError):
        outliers({}, "some")


@pytest.mark.parametrize("wrong", [{"cv_ratio": -0.1}, {"effect_ratio": 0.0}, {"level": 0.7}, {"power_ratio": 1.0}])
def test_what_no_number_of_pairs_finds_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        pairs_needed(**{"cv_ratio": 0.1, "effect_ratio": 0.05, **wrong})


def test_values_that_do_not_vary_have_a_cv_of_nothing() -> None:
    assert cv_ratio([3.0, 3.0]) == 0.0
    for values in ([1.0], [-1.0, 1.0], [math.inf, 1.0]):
        with pytest.raises(InvalidQuantity):
            cv_ratio(values)
    assert student_p(0.0, 3.0) == 1.0
