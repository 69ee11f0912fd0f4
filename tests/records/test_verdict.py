"""A verdict survives a round trip, keeps what it does not know, and takes no outcome that the contract does not name."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import InvalidQuantity, InvalidRecord
from vatio.records import Interval, QualityRow, Quantity, TestResult, Verdict, dumps, from_json, to_json

numbers = st.floats(-0.99, 10.0)
names = st.text(max_size=20)
intervals = st.builds(
    lambda ends, low, high: Interval(value=ends[1], low=ends[0] if low else None, high=ends[2] if high else None),
    st.tuples(numbers, numbers, numbers).map(sorted),
    st.booleans(),
    st.booleans(),
)
outcomes = st.sampled_from(["pass", "fail", "inconclusive"])
verdicts = st.builds(
    Verdict,
    outcome=outcomes,
    change_ratio=intervals,
    allowed_ratio=st.floats(0, 1),
    resolution_ratio=st.floats(0, 1),
    mde_ratio=st.none() | st.floats(0, 1),
    pairs=st.integers(0, 1000),
    more_pairs=st.none() | st.integers(0, 1000),
    unit=st.sampled_from(["J", "cpu_s"]),
    baseline=names,
    candidate=names,
    quality=st.lists(st.builds(QualityRow, metric=names, change=intervals, outcome=outcomes), max_size=2).map(tuple),
    tests=st.dictionaries(names, st.builds(TestResult, name=names, statistic=numbers, p=st.floats(0, 1)), max_size=2),
    energy_j=st.just(Quantity.exact(3.0)),
    run=st.none() | names,
)


@given(verdicts)
def test_what_is_written_is_read_back(verdict: Verdict) -> None:
    assert from_json(Verdict, json.loads(dumps(verdict))) == verdict


@given(verdicts)
def test_a_field_of_a_newer_schema_is_kept(verdict: Verdict) -> None:
    newer = {**to_json(verdict), "mood": "calm"}
    assert to_json(from_json(Verdict, newer)) == newer


def given_with(**changed: object) -> dict[str, object]:
    whole = Verdict(
        outcome="pass",
        change_ratio=Interval(value=0.0, low=-0.01, high=0.01),
        allowed_ratio=0.0,
        resolution_ratio=0.05,
        mde_ratio=0.02,
        pairs=10,
        more_pairs=0,
        unit="J",
        baseline="a",
        candidate="b",
    )
    return {**to_json(whole), **changed}


def test_the_fields_are_the_contracts() -> None:
    asked = """schema outcome change_ratio allowed_ratio resolution_ratio mde_ratio pairs more_pairs unit baseline candidate
    quality tests energy_j run""".split()
    written = given_with()
    assert list(written)[: len(asked)] == asked
    assert list(written["change_ratio"]) == ["value", "low", "high"]
    assert written["energy_j"]["value"] is None


@pytest.mark.parametrize(
    "changed",
    [
        {"outcome": "green"},
        {"unit": "s"},
        {"schema": "vatio.verdict/9"},
        {"pairs": "ten"},
        {"change_ratio": {"value": None, "low": None, "high": None}},
    ],
)
def test_what_does_not_fit_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(InvalidRecord):
        from_json(Verdict, given_with(**changed))


@pytest.mark.parametrize("ends", [(0.0, 1.0, 2.0), (0.0, None, -1.0), (math.nan, None, None), (0.0, -math.inf, None)])
def test_an_interval_holds_its_value(ends: tuple[float, float | None, float | None]) -> None:
    with pytest.raises(InvalidQuantity):
        Interval(value=ends[0], low=ends[1], high=ends[2])
