"""The error of all looks together is the rule's, and the levels of single looks are those that others have published."""

from __future__ import annotations

import random
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vatio.analysis.gate import nominal_level


def levels(looks: tuple[int, ...], level: float, *, can_flip: bool = False) -> list[float]:
    return [nominal_level(looks[: at + 1], most_pairs=looks[-1], level=level, can_flip=can_flip) for at in range(len(looks))]


def test_five_even_looks_have_the_published_bounds() -> None:
    """Bounds of the Pocock-like spending function at one-sided 2.5 %, as gsDesign and Jennison and Turnbull print them."""
    bounds = [-NormalDist().inv_cdf(level) for level in levels((6, 12, 18, 24, 30), 0.025)]
    assert bounds == pytest.approx([2.4380, 2.4268, 2.4101, 2.3966, 2.3859], abs=2e-4)


def test_one_look_has_the_whole_level() -> None:
    assert nominal_level((30,), most_pairs=30, level=0.03) == pytest.approx(0.03, abs=1e-8)
    assert nominal_level((7,), most_pairs=30, level=0.03, last=True) == pytest.approx(0.03, abs=1e-8)


def test_a_look_that_is_too_early_for_the_test_leaves_its_part_to_the_next() -> None:
    plain, flipped = (levels((5, 10, 15, 20, 30), 0.03, can_flip=can_flip) for can_flip in (False, True))
    assert plain[0] > 0.0
    assert flipped[0] == 0.0
    assert flipped[1] > plain[1]


def test_all_looks_together_err_as_the_level_says() -> None:
    rng, looks, rounds = random.Random(5), (5, 10, 15, 20, 30), 20_000
    bounds = dict(zip(looks, (-NormalDist().inv_cdf(level) for level in levels(looks, 0.05)), strict=True))
    crossed = 0
    for _ in range(rounds):
        total = 0.0
        for pairs in range(1, 31):
            total += rng.gauss(0.0, 1.0)
            if pairs in bounds and total >= bounds[pairs] * pairs**0.5:
                crossed += 1
                break
    # Three standard errors of a share of 5 %.
    assert crossed / rounds == pytest.approx(0.05, abs=0.0047)


@settings(max_examples=20, deadline=None)
@given(st.sets(st.integers(1, 60), min_size=1, max_size=4), st.floats(0.005, 0.2))
def test_no_look_has_more_than_the_whole_level(looks: set[int], level: float) -> None:
    assert all(0.0 <= one <= level * (1.0 + 1e-6) for one in levels(tuple(sorted(looks)), level))
