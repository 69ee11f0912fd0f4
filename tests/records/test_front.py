"""A front survives a round trip, keeps what it does not know, and never chooses what was not certified."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import InvalidRecord
from vatio.records import Front, FrontPoint, FrontSearch, Interval, Quantity, Rejected, dumps, from_json, to_json

numbers = st.floats(0.001, 10.0)
names = st.text(max_size=20)
intervals = (
    st.tuples(numbers, numbers, numbers).map(sorted).map(lambda ends: Interval(low=ends[0], value=ends[1], high=ends[2]))
)
quantities = (
    st.tuples(numbers, numbers, numbers)
    .map(sorted)
    .map(lambda ends: Quantity.around(ends[1], ends[0], ends[2], provenance="measured"))
)
points = st.builds(
    FrontPoint,
    id=names,
    chain=st.lists(names, min_size=1, max_size=3).map(tuple),
    batch=st.integers(1, 64),
    cpu_s_per_1000=quantities,
    energy_per_1000_j=quantities | st.just(Quantity.absent("energy")),
    times=intervals,
    quality=st.dictionaries(names, intervals, max_size=2),
    change=st.none() | intervals,
    certified=st.booleans(),
    artefact=st.none() | names,
    size_bytes=st.none() | st.integers(0, 10**9),
    latency_s=st.dictionaries(st.sampled_from(["p50", "p99"]), numbers),
    payback_calls=st.none() | st.integers(0, 10**9),
    reason=names,
)
fronts = st.builds(
    Front,
    baseline=st.just(()),
    points=st.lists(points, max_size=3, unique_by=lambda point: point.id).map(tuple),
    rejected=st.lists(st.builds(Rejected, chain=st.lists(names).map(tuple), reason=names, quality=st.none() | numbers)).map(
        tuple
    ),
    search=st.builds(FrontSearch, energy_j=quantities, cpu_s=numbers, trials=st.integers(0, 100)),
    metric=names,
    max_loss=st.floats(0, 1),
    confidence=st.floats(0.5, 0.999),
    run=st.none() | names,
    notes=st.lists(names).map(tuple),
)


def point(name: str, batch: int = 1, **more: object) -> FrontPoint:
    whole = FrontPoint(
        id=name,
        chain=("onnx",),
        batch=batch,
        cpu_s_per_1000=Quantity.exact(1.0),
        times=Interval(value=2.0, low=1.9, high=2.1),
        quality={},
    )
    return from_json(FrontPoint, {**to_json(whole), **more})


def front(*found: FrontPoint, baseline: tuple[FrontPoint, ...] = (), **more: object) -> Front:
    search = FrontSearch(energy_j=Quantity.absent("energy"), cpu_s=1.0, trials=1)
    return Front(baseline=baseline, points=found, search=search, metric="accuracy", max_loss=0.01, confidence=0.95, **more)  # type: ignore[arg-type]


@given(fronts)
def test_what_is_written_is_read_back(whole: Front) -> None:
    assert from_json(Front, json.loads(dumps(whole))) == whole


@given(fronts)
def test_a_field_of_a_newer_schema_is_kept(whole: Front) -> None:
    newer = {**to_json(whole), "mood": "calm"}
    newer["points"] = [{**each, "colour": "green"} for each in newer["points"]]
    assert to_json(from_json(Front, newer)) == newer


def test_it_says_its_schema() -> None:
    assert to_json(front())["schema"] == "vatio.front/1"


def test_only_what_is_certified_can_be_chosen() -> None:
    with pytest.raises(InvalidRecord, match="not certified"):
        front(point("a"), chosen={"1": "a"})
    assert front(point("a", certified=True), chosen={"1": "a"}).chosen_for(1) == point("a", certified=True)


def test_the_baseline_can_be_chosen() -> None:
    assert front(baseline=(point("base", chain=[]),), chosen={"1": "base"}).chosen_for(1) is not None


@pytest.mark.parametrize("chosen", [{"1": "nobody"}, {"32": "a"}, {"one": "a"}])
def test_what_is_chosen_is_a_point_of_that_batch(chosen: dict[str, str]) -> None:
    with pytest.raises(InvalidRecord, match="no point"):
        front(point("a", certified=True), chosen=chosen)


def test_two_points_do_not_share_an_id() -> None:
    with pytest.raises(InvalidRecord, match="share an id"):
        front(point("a"), point("a", 32))


def test_nothing_chosen_is_said_by_none() -> None:
    assert front(point("a")).chosen_for(1) is None


def test_joules_are_compared_only_where_a_sensor_counted_all_of_them() -> None:
    counted = to_json(Quantity.exact(3.0))
    modelled = to_json(Quantity.exact(3.0, provenance="modelled"))
    assert front(point("a", energy_per_1000_j=counted)).unit == "J"
    assert front(point("a", energy_per_1000_j=counted), point("b")).unit == "cpu_s"
    assert front(point("a", energy_per_1000_j=modelled)).unit == "cpu_s"
    found = front(point("a", energy_per_1000_j=counted))
    assert found.cost_of(found.points[0]).value == 3.0


@pytest.mark.parametrize("wrong", [{"batch": 0}, {"size_bytes": -1}, {"payback_calls": -5}])
def test_what_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidRecord):
        point("a", **wrong)
