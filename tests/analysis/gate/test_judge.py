"""A verdict keeps its error rates, does not depend on what it should not depend on, and agrees with its interval."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vatio.analysis import GateRule, Judgement, judge, looks_for, sign_flip_p
from vatio.errors import InvalidQuantity, UsageError

RULES = [GateRule(test=test) for test in ("sign-flip", "t")]
ratios = st.lists(st.floats(0.5, 2.0), min_size=1, max_size=30)
rules = st.builds(
    GateRule,
    allowed_ratio=st.floats(0.0, 0.2),
    resolution_ratio=st.floats(0.0, 0.2),
    test=st.sampled_from(["sign-flip", "t"]),
)


def ends(judgement: Judgement) -> tuple[float, float]:
    low, high = judgement.change_ratio.low, judgement.change_ratio.high
    return -1.0 if low is None else low, math.inf if high is None else high


def until_decided(pairs: list[float], rule: GateRule) -> Judgement:
    found = (judge(pairs[:look], rule=rule) for look in rule.looks)
    return next(judgement for judgement in found if judgement.outcome is not None)


def simulated(rng: random.Random, *, change: float, cv: float, pairs: int = 30) -> list[float]:
    return [math.exp(rng.gauss(math.log1p(change), cv) - rng.gauss(0.0, cv)) for _ in range(pairs)]


@settings(max_examples=40, deadline=None)
@given(ratios, rules)
def test_the_verdict_is_what_the_interval_says(pairs: list[float], rule: GateRule) -> None:
    found = judge(pairs, rule=rule, final=True)
    low, high = ends(found)
    assert (found.outcome == "fail") == (math.log1p(low) > math.log1p(rule.allowed_ratio) + 1e-12 if low > -1.0 else False)
    if found.outcome == "pass":
        assert high <= rule.allowed_ratio + rule.resolution_ratio + 1e-9
    assert low <= found.change_ratio.value <= high
    assert (found.outcome == "fail") == (found.p <= found.level) or abs(found.p - found.level) < 1e-9


@settings(max_examples=30, deadline=None)
@given(ratios, st.sampled_from(RULES))
def test_turning_candidate_and_baseline_around_turns_the_interval(pairs: list[float], rule: GateRule) -> None:
    rule = replace(rule, looks=(len(pairs),))
    there, back = (ends(judge(values, rule=rule)) for values in (pairs, [1.0 / value for value in pairs]))
    assert math.log1p(back[1]) == pytest.approx(-math.log1p(there[0]) if there[0] > -1.0 else math.inf, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(ratios, st.sampled_from(RULES), st.randoms(use_true_random=False))
def test_the_order_of_pairs_within_a_look_does_not_matter(pairs: list[float], rule: GateRule, rng: random.Random) -> None:
    mixed = list(pairs)
    rng.shuffle(mixed)
    assert ends(judge(mixed, rule=rule, final=True)) == pytest.approx(ends(judge(pairs, rule=rule, final=True)), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(ratios, st.sampled_from(RULES), st.floats(0.01, 100.0))
def test_a_cost_that_is_scaled_scales_the_change(pairs: list[float], rule: GateRule, factor: float) -> None:
    rule = replace(rule, looks=(len(pairs),))
    one, other = (judge(values, rule=rule) for values in (pairs, [value * factor for value in pairs]))
    assert 1.0 + other.change_ratio.value == pytest.approx((1.0 + one.change_ratio.value) * factor)
    assert (1.0 + ends(other)[1]) == pytest.approx((1.0 + ends(one)[1]) * factor)


@settings(max_examples=30, deadline=None)
@given(ratios, st.floats(0.0, 0.5), st.floats(0.0, 0.5))
def test_allowing_more_never_fails_what_passed(pairs: list[float], one: float, other: float) -> None:
    strict, lenient = (
        judge(pairs, rule=GateRule(allowed_ratio=allowed), final=True).outcome for allowed in sorted((one, other))
    )
    rank = ["fail", "inconclusive", "pass"]
    assert rank.index(str(lenient)) >= rank.index(str(strict))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-0.3, 0.3).filter(lambda value: abs(value) > 1e-6), min_size=1, max_size=12))
def test_a_sign_flip_p_counts_every_pattern(logs: list[float]) -> None:
    """Against all 2^n patterns of signs, one by one."""
    far = math.fsum(logs)
    signs = itertools.product((1.0, -1.0), repeat=len(logs))
    sums = [math.fsum(sign * value for sign, value in zip(row, logs, strict=True)) for row in signs]
    counted = sum(one >= far - 1e-12 for one in sums) / len(sums)
    found = judge([math.exp(value) for value in logs], rule=GateRule(), final=True)
    assert found.p == pytest.approx(counted)


def test_a_drawn_sign_flip_p_is_near_the_exact_one() -> None:
    rng = random.Random(7)
    for _ in range(12):
        logs = [rng.gauss(0.012, 0.05) for _ in range(25)]
        found = judge([math.exp(value) for value in logs], rule=GateRule(), final=True).p
        assert min(found, 1.0 - found) == pytest.approx(sign_flip_p(logs) / 2.0, abs=0.012)


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.test)
def test_a_program_against_itself_fails_no_more_often_than_the_level(rule: GateRule) -> None:
    rng, rounds = random.Random(1), 200
    outcomes = [until_decided(simulated(rng, change=0.0, cv=0.04), rule).outcome for _ in range(rounds)]
    # Three standard errors above a share of 3 %.
    assert outcomes.count("fail") / rounds <= 0.03 + 3.0 * math.sqrt(0.03 * 0.97 / rounds)
    assert outcomes.count("inconclusive") / rounds <= 0.1


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.test)
def test_a_true_regression_is_found_and_early(rule: GateRule) -> None:
    rng, rounds = random.Random(2), 100
    found = [until_decided(simulated(rng, change=0.05, cv=0.04), rule) for _ in range(rounds)]
    assert sum(one.outcome == "fail" for one in found) / rounds >= 0.9
    assert sum(one.pairs for one in found) / rounds <= 20


@pytest.mark.parametrize("change", [0.0, 0.2, -0.1])
def test_noise_like_that_of_elapsed_time_never_passes(change: float) -> None:
    rng = random.Random(3)
    outcomes = {until_decided(simulated(rng, change=change, cv=0.3), GateRule()).outcome for _ in range(30)}
    assert "pass" not in outcomes


@pytest.mark.slow
def test_heavy_tails_make_the_test_careful_and_not_wrong() -> None:
    rng, rounds = random.Random(4), 120
    alarms = 0
    for _ in range(rounds):
        pairs = [math.exp(0.02 * rng.gauss(0.0, 1.0) / max(0.05, rng.random())) for _ in range(30)]
        alarms += until_decided(pairs, GateRule()).outcome == "fail"
    assert alarms / rounds <= 0.03 + 3.0 * math.sqrt(0.03 * 0.97 / rounds)


def test_five_pairs_are_too_few_for_signs_and_enough_for_t() -> None:
    worse = [1.30, 1.31, 1.29, 1.30, 1.32]
    assert judge(worse, rule=GateRule()).outcome is None
    assert judge(worse, rule=GateRule()).change_ratio.high is None
    assert judge(worse, rule=GateRule(test="t")).outcome == "fail"


def test_between_looks_it_goes_on_unless_time_is_over() -> None:
    worse = [1.30, 1.31, 1.29, 1.30, 1.32, 1.28, 1.30]
    assert judge(worse, rule=GateRule()).outcome is None
    assert judge(worse, rule=GateRule(), final=True).outcome == "fail"
    assert judge(worse[:1], rule=GateRule(), final=True).outcome == "inconclusive"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.9, 1.15), min_size=5, max_size=30), st.sampled_from(RULES))
def test_what_a_look_has_decided_stays_decided_when_it_is_asked_again_at_the_end(pairs: list[float], rule: GateRule) -> None:
    at_look = judge(pairs, rule=rule)
    at_end = judge(pairs, rule=rule, final=True)
    assert at_end.outcome is not None
    if at_look.outcome is not None:
        assert at_end == at_look


def test_costs_that_never_vary_are_decided_at_the_first_look_that_may() -> None:
    assert judge([1.0] * 10, rule=GateRule()).outcome == "pass"
    assert judge([1.0] * 10, rule=GateRule(resolution_ratio=0.0)).outcome == "pass"
    assert judge([1.001] * 10, rule=GateRule()).outcome == "fail"
    assert judge([1.02] * 10, rule=GateRule(allowed_ratio=0.02)).outcome == "pass"


def test_a_regression_within_the_resolution_is_a_regression() -> None:
    pairs = [1.02 + 0.001 * (-1) ** at for at in range(10)]
    assert judge(pairs, rule=GateRule()).outcome == "fail"
    assert judge(pairs, rule=GateRule(allowed_ratio=0.03)).outcome == "pass"


def test_an_undecided_verdict_says_what_it_could_see_and_how_many_more_would_decide() -> None:
    rng = random.Random(6)
    found = judge(simulated(rng, change=0.02, cv=0.15), rule=GateRule(), final=True)
    assert found.outcome == "inconclusive"
    assert found.mde_ratio is not None
    assert found.mde_ratio > 0.05
    assert found.more_pairs is not None
    assert found.more_pairs > 10
    assert found.effect_size is not None


def test_so_many_more_pairs_do_decide_if_nothing_else_changes() -> None:
    pairs = [1.10, 0.94, 1.05, 0.97, 1.12, 0.90, 1.06, 0.99, 1.01, 1.03]
    rule = GateRule(looks=(10,), test="t")
    found = judge(pairs, rule=rule)
    assert found.outcome == "inconclusive"
    assert found.more_pairs is not None
    times = math.ceil((10 + found.more_pairs) / 10) + 1
    assert judge(pairs * times, rule=GateRule(looks=(10 * times,), test="t")).outcome != "inconclusive"


@pytest.mark.parametrize("pairs", [[], [0.0], [-1.0], [math.nan], [math.inf, 1.0]])
def test_what_is_no_ratio_is_refused(pairs: list[float]) -> None:
    with pytest.raises(InvalidQuantity):
        judge(pairs, rule=GateRule())


@pytest.mark.parametrize("pairs", [[1e-300] * 12, [1e300] * 12, [1e-300, 1e300] * 6])
def test_the_farthest_ratios_have_a_verdict(pairs: list[float]) -> None:
    assert judge(pairs, rule=GateRule(), final=True).outcome in {"fail", "pass", "inconclusive"}


@pytest.mark.parametrize(
    "wrong",
    [{"allowed_ratio": -0.1}, {"resolution_ratio": math.nan}, {"level": 0.0}, {"level": 0.5}, {"looks": ()}, {"looks": (5, 5)},
     {"looks": (0, 5)}, {"looks": (10, 5)}, {"test": "coin"}, {"widest_ratio": math.inf}],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        GateRule(**wrong)


@given(st.integers(1, 1000))
def test_looks_end_at_the_last_pair_and_begin_at_five(pairs: int) -> None:
    looks = looks_for(pairs)
    assert looks[-1] == pairs
    assert looks[0] >= min(pairs, 5)
    assert GateRule(looks=looks).most_pairs == pairs
