"""A plan survives its JSON, and cannot contradict itself."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from vatio.errors import InvalidQuantity
from vatio.records import Plan, PlanCurve, PlanWindow, Quantity, Saving, from_json, to_json

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
GRAMS = Quantity.around(10.0, 8.0, 12.0, provenance="modelled")


def plan(windows=((2, 4), (6, 7))):
    made = tuple(PlanWindow(start=NOW + a * HOUR, end=NOW + b * HOUR, zone="DE") for a, b in windows)
    return Plan(
        start=made[0].start,
        finish=made[-1].end,
        windows=made,
        emissions_g=GRAMS,
        now_emissions_g=GRAMS,
        saved_ratio=Saving(value=0.1, low=-0.02, high=0.2),
        energy_j=Quantity.exact(3.6e6, provenance="modelled"),
        cost_eur=Quantity.absent("price"),
        renewable_ratio=Quantity.absent("renewable share"),
        decided_by="carbon",
        solver="cheapest slots",
        curve=PlanCurve(source="a file", kind="average", horizon_end=NOW + 24 * HOUR),
        notes=("said",),
    )


def test_a_plan_survives_its_json():
    written = json.loads(json.dumps(to_json(plan()), allow_nan=False))
    assert written["schema"] == "vatio.plan/1"
    assert written["windows"][0]["start"] == "2026-03-01T02:00:00.000000Z"
    assert from_json(Plan, written) == plan()


def test_a_reader_keeps_the_fields_of_a_newer_plan():
    read = from_json(Plan, {**to_json(plan()), "command": ["true"]})
    assert read.more == {"command": ["true"]}
    assert to_json(read)["command"] == ["true"]


def test_windows_follow_one_another():
    with pytest.raises(InvalidQuantity):
        plan(((2, 4), (3, 7)))


def test_a_window_ends_after_it_starts():
    with pytest.raises(InvalidQuantity):
        PlanWindow(start=NOW, end=NOW)
