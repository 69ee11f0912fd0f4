"""The exact tests, against counting every arrangement one by one."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vatio.analysis import mann_whitney, sign_flip_p
from vatio.errors import InvalidQuantity

small = st.lists(st.integers(0, 6).map(float), min_size=1, max_size=5)


def ranked(values: list[float]) -> list[float]:
    return [sum(other < value for other in values) + (sum(other == value for other in values) + 1) / 2 for value in values]


def counted_rank_p(candidate: list[float], baseline: list[float]) -> float:
    ranks = ranked(candidate + baseline)
    middle = len(candidate) * (len(ranks) + 1) / 2
    far = abs(sum(ranks[: len(candidate)]) - middle)
    sums = [sum(chosen) for chosen in itertools.combinations(ranks, len(candidate))]
    return sum(abs(one - middle) >= far - 1e-9 for one in sums) / len(sums)


def counted_sign_p(differences: list[float]) -> float:
    far = abs(sum(differences))
    signs = itertools.product((1.0, -1.0), repeat=len(differences))
    sums = [abs(sum(sign * value for sign, value in zip(row, differences, strict=True))) for row in signs]
    return sum(one >= far - 1e-9 for one in sums) / len(sums)


@given(small, small)
def test_the_rank_test_counts_every_way_the_ranks_could_fall(candidate: list[float], baseline: list[float]) -> None:
    assert mann_whitney(candidate, baseline).p == pytest.approx(counted_rank_p(candidate, baseline))


@given(small, small)
def test_the_rank_test_does_not_care_which_group_is_which(candidate: list[float], baseline: list[float]) -> None:
    there, back = mann_whitney(candidate, baseline), mann_whitney(baseline, candidate)
    assert there.p == pytest.approx(back.p)
    assert there.shift == pytest.approx(-back.shift)
    assert (there.low, there.high) == (-back.high, -back.low)


def test_three_against_five_can_be_significant_and_two_against_five_cannot() -> None:
    many = [10.0, 11.0, 12.0, 13.0, 14.0]
    assert mann_whitney([1.0, 2.0, 3.0], many).p < 0.05
    assert mann_whitney([1.0, 2.0], many).p > 0.05


def test_the_interval_of_a_shift_holds_the_shift_and_is_without_end_for_few_values() -> None:
    found = mann_whitney([1.0, 2.0, 3.0, 4.0, 5.0], [3.5, 4.5, 5.5, 6.5, 7.5])
    assert found.low <= found.shift <= found.high
    assert mann_whitney([1.0], [2.0, 3.0]).high == math.inf


def test_the_interval_of_a_shift_covers_the_truth_as_often_as_it_says() -> None:
    rng = random.Random(3)
    held = 0
    for _ in range(400):
        candidate, baseline = ([rng.gauss(shift, 1.0) for _ in range(6)] for shift in (1.0, 0.0))
        found = mann_whitney(candidate, baseline)
        held += found.low <= 1.0 <= found.high
    assert held >= 370


def test_a_rank_test_of_thirty_against_thirty_is_quick_and_exact() -> None:
    values = [float(at) for at in range(60)]
    assert mann_whitney(values[:30], values[30:]).p == pytest.approx(2.0 / math.comb(60, 30))


@pytest.mark.parametrize(("candidate", "baseline"), [([], [1.0]), ([1.0], []), ([math.nan], [1.0])])
def test_a_rank_test_of_nothing_is_refused(candidate: list[float], baseline: list[float]) -> None:
    with pytest.raises(InvalidQuantity):
        mann_whitney(candidate, baseline)


@settings(max_examples=60)
@given(st.lists(st.integers(-8, 8).map(float), min_size=1, max_size=9))
def test_the_sign_flip_test_counts_every_pattern_of_signs(differences: list[float]) -> None:
    assert sign_flip_p(differences) == pytest.approx(counted_sign_p(differences))


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=12))
def test_a_sign_flip_p_is_a_share_and_knows_no_direction(differences: list[float]) -> None:
    p = sign_flip_p(differences)
    assert 0.0 < p <= 1.0
    assert sign_flip_p([-value for value in differences]) == pytest.approx(p)


def test_thirty_pairs_of_one_sign_have_the_rarest_pattern() -> None:
    assert sign_flip_p([0.1] * 30) == pytest.approx(2.0**-29)


def test_too_many_pairs_are_refused_instead_of_sampled() -> None:
    with pytest.raises(InvalidQuantity):
        sign_flip_p([1.0] * 33)
