"""Records survive a round trip through JSON."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import InvalidRecord
from vatio.records import Channel, Ended, Intensity, Quantity, Started, dumps, from_json, parse_rfc3339, rfc3339, to_json

names = st.text(max_size=20)
started = st.builds(
    Started,
    id=names,
    name=names,
    project=names,
    series=names,
    command=st.lists(names, max_size=3).map(tuple),
    stage=names,
    started_at=st.datetimes(timezones=st.just(UTC)),
    start_monotonic_s=st.floats(0, 1e9),
    boot=names,
    host=names,
    interval_s=st.floats(0.1, 60),
    tags=st.dictionaries(names, names, max_size=2),
)


@given(started)
def test_what_is_written_is_read_back(record: Started) -> None:
    assert from_json(Started, json.loads(dumps(record))) == record


def test_an_intensity_is_written_on_one_level() -> None:
    intensity = Intensity(g_per_kwh=Quantity.exact(170.0, source="Ember"), zone="ES", year=2024)

    assert to_json(intensity)["value"] == 170.0
    assert from_json(Intensity, to_json(intensity)) == intensity


def test_the_schema_stands_first() -> None:
    record = Ended(
        status="finished",
        ended_at=datetime(2026, 1, 1, tzinfo=UTC),
        duration_s=1.0,
        components=(),
        basis="machine",
        workload_energy_j=Quantity.absent("idle"),
    )

    assert next(iter(to_json(record).items())) == ("schema", "vatio.ended/1")
    assert from_json(Ended, to_json(record)) == record


def test_another_schema_is_refused() -> None:
    with pytest.raises(InvalidRecord, match=r"vatio\.started/9"):
        from_json(Started, {"schema": "vatio.started/9"})


@pytest.mark.parametrize("value", [None, 3, [], {"name": 3, "unit": "j"}, {"unit": "j"}, {"name": "x", "unit": True}])
def test_what_does_not_fit_is_named(value: object) -> None:
    with pytest.raises(InvalidRecord, match="Channel"):
        from_json(Channel, value)


def test_a_number_that_is_not_finite_is_not_written() -> None:
    with pytest.raises(InvalidRecord):
        dumps({"power_w": float("inf")})


@given(st.datetimes(timezones=st.just(UTC)))
def test_dates_keep_their_microseconds(moment: datetime) -> None:
    assert parse_rfc3339(rfc3339(moment)) == moment


@pytest.mark.parametrize("text", ["yesterday", "2026-01-01T00:00:00", ""])
def test_a_date_without_a_zone_is_refused(text: str) -> None:
    with pytest.raises(InvalidRecord):
        parse_rfc3339(text)
