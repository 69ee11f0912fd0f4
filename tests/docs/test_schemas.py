"""The published JSON Schemas hold for what the code writes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from vatio.records import Component, Ended, Footprint, Interval, Phase, Quantity, Started, TestResult, Verdict, to_json

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "schemas"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
JOULES = Quantity.around(100.0, 95.0, 105.0, provenance="modelled", source="a curve")


def validator(name):
    schema = json.loads((SCHEMAS / f"{name.replace('/', '-')}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def started():
    return Started(
        id="0199", name="a", project="p", series="s", command=("true",), stage="other", started_at=NOW, start_monotonic_s=1.0,
        boot="b", host="h", interval_s=1.0, tags={"team": "vision"},
    )  # fmt: skip


def ended():
    part = Component(
        component="cpu", device="package-0", host="h", meter="rapl", energy_j=JOULES, idle_j=Quantity.absent("cpu")
    )
    return Ended(
        status="finished",
        ended_at=NOW,
        duration_s=1.0,
        components=(part,),
        basis="workload",
        workload_energy_j=JOULES,
        phases=(Phase(name="train", parent=None, rank=0, start_s=0.0, duration_s=1.0, energy_j=JOULES),),
        work={"samples": 3.0},
    )


@pytest.mark.parametrize("record", [started(), ended()], ids=["started", "ended"])
def test_what_the_code_writes_fits_its_schema(record):
    assert list(validator(record.SCHEMA).iter_errors(to_json(record))) == []


@pytest.mark.parametrize("field", ["status", "duration_s", "components"])
def test_a_record_without_a_required_field_does_not_fit(field):
    written = to_json(ended())
    del written[field]
    assert not validator(Ended.SCHEMA).is_valid(written)


def test_a_quantity_without_provenance_does_not_fit():
    written = to_json(ended())
    del written["workload_energy_j"]["provenance"]
    assert not validator(Ended.SCHEMA).is_valid(written)


def test_a_record_may_gain_fields():
    assert validator(Ended.SCHEMA).is_valid({**to_json(ended()), "a_field_of_next_year": 1})


@pytest.mark.parametrize("name", ["vatio.run/1", "vatio.runs/1", Footprint.SCHEMA])
def test_every_schema_is_a_valid_schema(name):
    assert validator(name).schema["type"] == "object"


def test_a_verdict_fits_its_schema():
    verdict = Verdict(
        outcome="inconclusive", change_ratio=Interval(value=0.01, low=None, high=None), allowed_ratio=0.0,
        resolution_ratio=0.05, mde_ratio=None, pairs=1, more_pairs=None, unit="cpu_s", baseline="git:main", candidate="here",
        tests={"welch": TestResult(name="welch", statistic=1.0, p=0.4)},
    )  # fmt: skip
    written = to_json(verdict)
    validator("vatio.verdict/1").validate(written)
    assert not validator("vatio.verdict/1").is_valid({**written, "change_ratio": None})
