"""Manifests for Kubernetes: valid by a schema of the fields that are used, and the YAML is what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jsonschema
import pytest

from vatio.account import IntensityCurve
from vatio.errors import UsageError
from vatio.interop.text import write_yaml
from vatio.plan.engines import Pod, manifest
from vatio.plan.job import Job, plan_job
from vatio.records import Plan, Quantity

from .conftest import Project

yaml = pytest.importorskip("yaml")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TEXT = {"type": "string"}
WORDS_OF = {"additionalProperties": TEXT}
ABOUT = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": TEXT, "namespace": TEXT, "labels": WORDS_OF, "annotations": WORDS_OF},
    "additionalProperties": False,
}
AMOUNTS = {"type": "object", "additionalProperties": {"type": ["string", "integer"]}}
CONTAINER = {
    "type": "object",
    "required": ["name", "image"],
    "properties": {
        "name": {"pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"},
        "image": TEXT,
        "command": {"type": "array", "items": TEXT},
        "resources": {"type": "object", "properties": {"requests": AMOUNTS, "limits": AMOUNTS}, "additionalProperties": False},
    },
    "additionalProperties": False,
}
# batch/v1 JobSpec and CronJobSpec, as far as they are used (kubernetes.io/docs/reference/kubernetes-api, v1.31).
JOB_SPEC = {
    "type": "object",
    "required": ["template"],
    "properties": {
        "activeDeadlineSeconds": {"type": "integer", "minimum": 1},
        "backoffLimit": {"type": "integer", "minimum": 0},
        "suspend": {"type": "boolean"},
        "template": {
            "type": "object",
            "properties": {
                "metadata": {"type": "object", "properties": {"annotations": {"additionalProperties": TEXT}}},
                "spec": {
                    "type": "object",
                    "required": ["containers", "restartPolicy"],
                    "properties": {
                        "restartPolicy": {"enum": ["Never", "OnFailure"]},
                        "containers": {"type": "array", "minItems": 1, "items": CONTAINER},
                    },
                    "additionalProperties": False,
                },
            },
        },
    },
    "additionalProperties": False,
}
CRON_SPEC = {
    "type": "object",
    "required": ["schedule", "jobTemplate"],
    "properties": {
        "schedule": {"pattern": r"^[0-5]?\d [012]?\d [0-3]?\d 1?\d \*$"},
        "timeZone": TEXT,
        "concurrencyPolicy": {"enum": ["Allow", "Forbid", "Replace"]},
        "startingDeadlineSeconds": {"type": "integer", "minimum": 10},
        "suspend": {"type": "boolean"},
        "successfulJobsHistoryLimit": {"type": "integer"},
        "failedJobsHistoryLimit": {"type": "integer"},
        "jobTemplate": {"type": "object", "properties": {"metadata": ABOUT, "spec": JOB_SPEC}, "additionalProperties": False},
    },
    "additionalProperties": False,
}
OBJECT = {
    "type": "object",
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "properties": {"apiVersion": {"const": "batch/v1"}, "kind": {"enum": ["Job", "CronJob"]}, "metadata": ABOUT},
    "if": {"properties": {"kind": {"const": "Job"}}},
    "then": {"properties": {"spec": JOB_SPEC}},
    "else": {"properties": {"spec": CRON_SPEC}},
}
POD = Pod(
    name="train", image="registry/train:1", command=("python", "train.py", "--name=it's: {x}"), cpu="4", memory="16Gi", gpus=2
)


def a_plan(clean_h: int) -> Plan:
    start_s = NOW.timestamp()
    curve = IntensityCurve(
        starts_s=tuple(start_s + 3600.0 * at for at in range(24)),
        values_g_per_kwh=tuple(50.0 if at == clean_h else 500.0 for at in range(24)),
        end_s=start_s + 86400.0,
    )
    power_w = Quantity.exact(400.0, provenance="modelled")
    return plan_job(Job(duration_s=3600.0, deadline=NOW + timedelta(hours=20), power_w=power_w), {"ES": curve}, now=NOW)


@pytest.mark.parametrize(("clean_h", "kind"), [(0, "Job"), (7, "CronJob")])
def test_a_manifest_is_valid(clean_h: int, kind: str) -> None:
    found = manifest(a_plan(clean_h), POD, plan_id="id", deadline=NOW + timedelta(hours=20), now=NOW)
    jsonschema.validate(found, OBJECT)
    assert found["kind"] == kind
    assert found["metadata"]["annotations"]["vatio/power-w"] == "400"


def test_it_begins_at_the_plans_begin_and_not_later_than_the_deadline_allows() -> None:
    found = manifest(a_plan(7), POD, plan_id="id", deadline=NOW + timedelta(hours=20), now=NOW)["spec"]
    assert (found["schedule"], found["timeZone"]) == ("0 19 1 3 *", "Etc/UTC")
    assert found["startingDeadlineSeconds"] == 12 * 3600
    assert found["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 13 * 3600


def test_what_is_written_is_what_yaml_reads() -> None:
    found = manifest(a_plan(7), POD, plan_id="id", deadline=NOW + timedelta(hours=20), now=NOW)
    assert yaml.safe_load(write_yaml(found)) == found


@pytest.mark.parametrize(
    "wrong", [{"name": "Train"}, {"name": "x" * 60}, {"cpu": "many"}, {"memory": "16 GB"}, {"image": ""}, {"namespace": "a_b"}]
)
def test_what_kubernetes_would_refuse_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        replace(POD, **wrong)


@pytest.mark.slow
def test_emit_writes_what_the_plan_says(project: Project) -> None:
    project.curve((120.0, 180.0))
    asked = ("--duration", "10s", "--slack", "200s", "--curve", "curve.csv", "--image", "train:1", "--gpus", "1")
    done = project("plan", "emit", *asked, "--", "python", "train.py")
    assert done.returncode == 0, done.stderr
    found = yaml.safe_load(done.stdout)
    jsonschema.validate(found, OBJECT)
    container = found["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    assert container["command"][-3:] == ["--", "python", "train.py"]
    assert container["resources"]["limits"] == {"nvidia.com/gpu": 1}
    assert [plan["state"] for plan in project.plans()] == ["elsewhere"]
    assert project("plan", "emit", *asked[:-4], "--", "x").returncode == 2
