"""Bounds of a change of a share, and of a share, hold as often as they say."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.analysis import paired_share_low, paired_share_p, share_upper
from vatio.errors import InvalidQuantity

COUNTS = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 500)).filter(any)


@given(COUNTS, st.floats(0.001, 0.2))
def test_the_low_end_is_where_the_test_begins_to_reject(counts, level):
    worse, better, same = counts
    of = worse + better + same
    low = paired_share_low(worse, better, of, level=level)
    assert -1.0 <= low <= (better - worse) / of
    if -0.99 < low < -1e-6:
        assert paired_share_p(worse, better, of, loss=-low) == pytest.approx(level, rel=1e-3)


@given(COUNTS, st.floats(0.0, 0.5), st.floats(0.0, 0.5))
def test_a_larger_loss_is_never_more_likely(counts, one, other):
    worse, better, same = counts
    of = worse + better + same
    small, large = (paired_share_p(worse, better, of, loss=loss) for loss in sorted((one, other)))
    assert large <= small + 1e-12


def test_where_nothing_changed_the_bound_is_that_of_none_seen():
    assert paired_share_low(0, 0, 1000) == pytest.approx(-(1.0 - 0.05 ** (1 / 1000)))
    assert share_upper(0, 1000) == pytest.approx(1.0 - 0.05 ** (1 / 1000))
    assert share_upper(1000, 1000) == 1.0


@pytest.mark.parametrize(("worse", "better", "of", "loss"), [(1, 12, 44, 0.1), (9, 2, 80, 0.05), (40, 33, 1000, 0.01)])
def test_the_statistic_is_that_of_the_likeliest_shares_that_the_loss_allows(worse, better, of, loss):
    """Find the shares by search and not by formula: Tango's statistic has their spread below the line."""

    def likelihood(gained):
        rest = 1.0 - 2.0 * gained - loss
        return worse * math.log(gained + loss) + better * math.log(gained) + (of - worse - better) * math.log(rest)

    low, high = 1e-12, (1.0 - loss) / 2.0 - 1e-12
    for _ in range(200):
        left, right = low + (high - low) / 3.0, high - (high - low) / 3.0
        low, high = (left, high) if likelihood(left) < likelihood(right) else (low, right)
    spread = math.sqrt((2.0 * low + loss - loss**2) / of)
    score = ((better - worse) / of + loss) / spread
    assert paired_share_p(worse, better, of, loss=loss) == pytest.approx(0.5 * math.erfc(score / math.sqrt(2.0)), rel=1e-6)


@pytest.mark.parametrize(("of", "loss"), [(60, 0.05), (200, 0.02), (1000, 0.01)])
@pytest.mark.parametrize("better_share", [0.0, 0.005, 0.05])
def test_it_errs_about_as_often_as_it_says(of, loss, better_share):
    """Sum the probabilities of all outcomes that would pass where exactly so much is lost."""
    worse_share = better_share + loss
    passed = 0.0
    for worse in range(int(of * worse_share * 4) + 12):
        for better in range(int(of * better_share * 4) + 12):
            if worse + better <= of and paired_share_p(worse, better, of, loss=loss) <= 0.05:
                passed += _trinomial(worse, better, of, worse_share, better_share)
    assert passed <= 0.065


def _trinomial(worse, better, of, worse_share, better_share):
    if better and not better_share:
        return 0.0
    rest = of - worse - better
    log = math.lgamma(of + 1) - sum(math.lgamma(count + 1) for count in (worse, better, rest))
    log += worse * math.log(worse_share) + (better * math.log(better_share) if better else 0.0)
    return math.exp(log + rest * math.log(1.0 - worse_share - better_share))


@pytest.mark.parametrize("counts", [(-1, 0, 10), (6, 5, 10), (0, 0, 0), (math.nan, 0, 10)])
def test_counts_that_cannot_be_are_refused(counts):
    with pytest.raises(InvalidQuantity):
        paired_share_p(*counts, loss=0.01)
    with pytest.raises(InvalidQuantity):
        paired_share_low(*counts)


def test_losses_and_levels_are_shares():
    for call in (
        lambda: paired_share_p(0, 0, 10, loss=1.5),
        lambda: paired_share_low(0, 0, 10, level=0.0),
        lambda: share_upper(0, 10, level=1.0),
        lambda: share_upper(11, 10),
    ):
        with pytest.raises(InvalidQuantity):
            call()
