"""The tests in plain Python agree with scipy's, keep their level, and refuse what they cannot answer."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from vatio import analysis
from vatio.analysis import change_point, equivalence, holm, mcnemar, paired_bootstrap, shapiro_wilk, welch
from vatio.errors import InvalidQuantity

rng = random.Random(0)
SAMPLES = [
    [rng.gauss(10.0, 1.0) for _ in range(30)],
    [rng.expovariate(1.0) for _ in range(30)],
    [rng.gauss(0.0, 1e-3) for _ in range(4)],
    [rng.lognormvariate(0.0, 0.4) for _ in range(11)],
    [rng.random() for _ in range(300)],
    [1.0, 2.0, 4.0],
    [float(rng.randrange(5)) for _ in range(60)],
]
values = st.lists(st.floats(-100.0, 100.0), min_size=3, max_size=20).filter(lambda some: max(some) - min(some) > 1e-3)


@pytest.mark.parametrize("sample", SAMPLES, ids=len)
def test_shapiro_wilk_agrees_with_scipy(sample: list[float]) -> None:
    theirs = stats.shapiro(sample)
    w, p = shapiro_wilk(sample)
    assert w == pytest.approx(theirs.statistic, abs=1e-6)
    assert p == pytest.approx(theirs.pvalue, rel=1e-4, abs=1e-9)


@given(values, values)
def test_welch_agrees_with_scipy(first: list[float], second: list[float]) -> None:
    theirs, ours = stats.ttest_ind(first, second, equal_var=False), welch(first, second)
    assert ours is not None
    assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-6, abs=1e-9)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("size", [8, 60])
def test_mann_whitney_agrees_with_scipy(size: int) -> None:
    first, second = ([rng.gauss(shift, 1.0) for _ in range(size)] for shift in (0.0, 0.3))
    ours = analysis.tests_beside(first, second)["mann-whitney"]
    theirs = stats.mannwhitneyu(first, second, method="exact" if size**2 <= 2500 else "asymptotic")
    assert (ours.statistic, ours.p) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-9)


def test_tests_that_cannot_be_are_left_out() -> None:
    assert set(analysis.tests_beside([1.0], [1.0, 2.0])) == {"mann-whitney"}
    assert set(analysis.tests_beside([1.0] * 5, [1.0] * 5)) == {"mann-whitney"}
    assert analysis.tests_beside([], []) == {}


def test_equivalence_agrees_with_two_one_sided_tests_of_scipy() -> None:
    first, second = ([rng.gauss(shift, 1.0) for _ in range(25)] for shift in (0.0, 0.1))
    above = stats.ttest_ind(np.array(first) + 0.6, second, equal_var=False, alternative="greater").pvalue
    below = stats.ttest_ind(np.array(first) - 0.6, second, equal_var=False, alternative="less").pvalue
    found = equivalence(first, second, margin=0.6)
    assert found.p == pytest.approx(max(above, below))
    interval = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.9)
    assert (found.difference.low, found.difference.high) == pytest.approx((interval.low, interval.high))


@given(values, values, st.floats(0.01, 50.0), st.booleans())
def test_what_is_equivalent_has_its_interval_within_the_margin(
    first: list[float], second: list[float], margin: float, paired: bool
) -> None:
    size = min(len(first), len(second)) if paired else None
    found = equivalence(first[:size], second[:size], margin=margin, paired=paired)
    low, high = found.difference.low, found.difference.high
    assert low is not None
    assert high is not None
    if abs(found.p - 0.05) > 1e-6:
        assert found.is_equivalent == (-margin < low and high < margin)


def test_groups_that_never_vary_are_equivalent_within_the_margin_only() -> None:
    assert equivalence([0.9, 0.9], [0.9, 0.9], margin=0.01).is_equivalent
    assert not equivalence([0.9, 0.9], [0.8, 0.8], margin=0.01).is_equivalent
    assert not equivalence([0.9], [0.9], margin=0.01).is_equivalent


@pytest.mark.parametrize(
    ("first", "second", "margin", "paired"),
    [([], [1.0], 0.1, False), ([math.nan], [1.0], 0.1, False), ([1.0, 2.0], [1.0], 0.1, True), ([1.0], [1.0], 0.0, False)],
)
def test_equivalence_of_nothing_is_refused(first: list[float], second: list[float], margin: float, paired: bool) -> None:
    with pytest.raises(InvalidQuantity):
        equivalence(first, second, margin=margin, paired=paired)


@pytest.mark.parametrize("at", [5, 15, 27])
def test_a_change_of_level_is_found_where_it_is(at: int) -> None:
    source = random.Random(at)
    series = [source.gauss(100.0 if day < at else 110.0, 2.0) for day in range(30)]
    found = change_point(series)
    assert found is not None
    assert abs(found.at - at) <= 1
    assert found.change_ratio == pytest.approx(0.1, abs=0.03)


def test_a_history_without_a_change_has_none_as_often_as_the_level_says() -> None:
    source, rounds = random.Random(9), 300
    found = sum(change_point([source.gauss(0.0, 1.0) for _ in range(20)]) is not None for _ in range(rounds))
    assert found / rounds == pytest.approx(0.05, abs=0.038)


def test_one_wild_value_is_no_change() -> None:
    assert change_point([10.0, 10.2, 9.9, 10.1, 500.0, 10.0, 9.8, 10.3, 10.1, 9.9]) is None


@pytest.mark.parametrize("series", [[], [1.0] * 20, [1.0, 2.0, 3.0]])
def test_a_history_too_short_or_too_even_has_no_change(series: list[float]) -> None:
    assert change_point(series) is None


def test_the_likeliest_place_can_be_asked_for_whatever_its_p() -> None:
    found = change_point([1.0, 3.0, 2.0, 1.0, 2.0, 3.0, 2.0], level=1.0)
    assert found is not None
    assert found.p > 0.05
    with pytest.raises(InvalidQuantity):
        change_point([math.nan] * 8)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_agrees_with_scipys_binomial_test(first: int, second: int) -> None:
    theirs = stats.binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar(first, second).p == pytest.approx(theirs)


def test_mcnemar_of_many_cases_does_not_vanish() -> None:
    assert mcnemar(3000, 3100).p == pytest.approx(stats.binomtest(3000, 6100).pvalue, rel=1e-6)
    with pytest.raises(InvalidQuantity):
        mcnemar(-1, 2)


def test_a_paired_bootstrap_agrees_with_scipys() -> None:
    source = np.random.default_rng(3)
    first, second = source.normal(0.5, 1.0, 40), source.normal(0.0, 1.0, 40)
    ours = paired_bootstrap(first.tolist(), second.tolist())
    theirs = stats.bootstrap((first - second,), np.mean, method="percentile", n_resamples=20_000, rng=source)
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.02)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.02)
    assert ours == paired_bootstrap(first.tolist(), second.tolist())


@settings(max_examples=50)
@given(st.lists(st.floats(0.0, 1.0), max_size=8))
def test_holm_is_the_step_down_of_bonferroni(p_values: list[float]) -> None:
    found = list(holm({str(at): p for at, p in enumerate(p_values)}).values())
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    stepped = [min(1.0, (len(order) - rank) * p_values[at]) for rank, at in enumerate(order)]
    expected = dict(zip(order, np.maximum.accumulate(stepped) if stepped else [], strict=True))
    assert found == pytest.approx([expected[at] for at in range(len(p_values))])


@pytest.mark.parametrize("sample", [[1.0, 2.0], [1.0] * 5, [math.nan] * 4])
def test_shapiro_wilk_of_nothing_is_refused(sample: list[float]) -> None:
    with pytest.raises(InvalidQuantity):
        shapiro_wilk(sample)


def test_probabilities_outside_0_to_1_are_refused() -> None:
    with pytest.raises(InvalidQuantity):
        holm({"a": 1.5})
    with pytest.raises(InvalidQuantity):
        paired_bootstrap([1.0], [])
    with pytest.raises(InvalidQuantity):
        welch([1.0], [1.0, 2.0])
