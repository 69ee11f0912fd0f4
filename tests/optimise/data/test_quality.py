"""Scores agree with scikit-learn's, and their differences have honest intervals."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from vatio.errors import UnknownName, UsageError
from vatio.optimise.data import check_metric, quality_change, score

LABELS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)), min_size=6, max_size=40)


@given(LABELS)
@settings(deadline=None)
def test_scores_are_those_of_scikit_learn(rows):
    y, told, _ = (numpy.array(column) for column in zip(*[*rows, (0, 0, 0), (1, 1, 1), (2, 2, 2)], strict=True))
    assert score(y, told, "accuracy") == pytest.approx(metrics.accuracy_score(y, told))
    assert score(y, told, "f1_macro") == pytest.approx(metrics.f1_score(y, told, average="macro"))
    assert score(y, told, "balanced_accuracy") == pytest.approx(metrics.balanced_accuracy_score(y, told))


def test_f1_is_that_of_the_rarer_class():
    y, told = numpy.array(["ham"] * 6 + ["spam"] * 2), numpy.array(["ham"] * 5 + ["spam"] * 2 + ["ham"])
    assert score(y, told, "f1") == pytest.approx(metrics.f1_score(y, told, pos_label="spam"))


@given(LABELS)
@settings(deadline=None, max_examples=25)
def test_the_same_predictions_do_not_differ_by_more_than_so_many_cases_can_hide(rows):
    y, told, _ = (numpy.array(column) for column in zip(*[*rows, (0, 0, 0), (1, 1, 1), (2, 2, 2)], strict=True))
    hidden = 1.0 - 0.025 ** (1.0 / len(y))
    assert quality_change(y, told, told, "accuracy") == pytest.approx((0.0, -hidden, hidden))


def test_the_interval_covers_as_often_as_it_says():
    draws = numpy.random.default_rng(1)
    inside = 0
    for seed in range(100):
        y = draws.integers(0, 2, 300)
        old = numpy.where(draws.random(300) < 0.8, y, 1 - y)
        new = numpy.where(draws.random(300) < 0.9, y, 1 - y)
        change = quality_change(y, new, old, "accuracy", seed=seed)
        inside += change.low <= 0.1 <= change.high
    assert inside >= 88


def test_a_metric_that_does_not_fit_is_refused():
    with pytest.raises(UnknownName):
        check_metric("r2", numpy.array([0, 1]))
    with pytest.raises(UsageError, match="two classes"):
        check_metric("f1", numpy.array([0, 1, 2]))
