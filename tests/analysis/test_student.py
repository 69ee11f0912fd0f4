"""Student's t to 1e-10, against its closed forms for whole degrees of freedom and printed quantiles."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.analysis import student_p, student_quantile

# Two-sided 5 % and 1 % points, from tables of 14 digits.
QUANTILES = [
    (0.05, 1.0, 12.706204736174707),
    (0.05, 2.0, 4.302652729749464),
    (0.05, 4.0, 2.7764451051977987),
    (0.05, 5.0, 2.5705818356363146),
    (0.05, 10.0, 2.2281388519862744),
    (0.05, 30.0, 2.042272456301238),
    (0.01, 4.0, 4.604094871349993),
    (0.01, 9.0, 3.2498355415921254),
]


def closed_form_p(t: float, df: int) -> float:
    """Give the two-sided tail by the finite sums for whole df (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    theta = math.atan(t / math.sqrt(df))
    sine, square = math.sin(theta), math.cos(theta) ** 2
    if df % 2:
        inside, term = 0.0, math.cos(theta)
        for step in range(1, (df - 1) // 2 + 1):
            inside += term
            term *= square * 2 * step / (2 * step + 1)
        return 1.0 - 2.0 / math.pi * (theta + sine * inside)
    inside, term = 0.0, 1.0
    for step in range(1, df // 2 + 1):
        inside += term
        term *= square * (2 * step - 1) / (2 * step)
    return 1.0 - sine * inside


@pytest.mark.parametrize(("p", "df", "t"), QUANTILES)
def test_a_quantile_is_that_of_the_tables(p: float, df: float, t: float) -> None:
    assert student_quantile(p, df) == pytest.approx(t, abs=1e-10)
    assert student_p(t, df) == pytest.approx(p, abs=1e-12)


@given(st.floats(0.0, 50.0), st.integers(1, 60))
def test_the_tail_is_its_closed_form(t: float, df: int) -> None:
    assert student_p(t, float(df)) == pytest.approx(closed_form_p(t, df), abs=1e-12)


@given(st.floats(1e-6, 1.0), st.floats(0.5, 200.0))
def test_the_quantile_undoes_the_tail(p: float, df: float) -> None:
    assert student_p(student_quantile(p, df), df) == pytest.approx(p, rel=1e-9)


@given(st.floats(0.0, 40.0), st.floats(0.0, 40.0), st.floats(0.5, 100.0))
def test_the_tail_falls_with_distance(one: float, other: float, df: float) -> None:
    near, far = sorted((one, other))
    assert student_p(far, df) <= student_p(near, df) + 1e-14


def test_nothing_lies_beyond_infinity() -> None:
    assert student_p(math.inf, 3.0) == 0.0
    assert student_p(0.0, 3.0) == 1.0
