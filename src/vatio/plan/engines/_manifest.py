"""Write a plan as a Kubernetes manifest: a CronJob for its begin, or a Job where it runs at once."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vatio.errors import UsageError
from vatio.records import Plan, rfc3339

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?")
_AMOUNT = re.compile(r"\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?")
# Kubernetes refuses a CronJob that may be more than so late.
_MOST_LATE_S = 100 * 365 * 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """Hold what runs in a cluster: an image that has vatio, the command in it, and what it asks for.

    Raises:
        UsageError: a name or an amount is none that Kubernetes takes.
    """

    name: str
    image: str
    command: tuple[str, ...]
    cpu: str | None = None
    memory: str | None = None
    gpus: int = 0
    namespace: str | None = None

    def __post_init__(self) -> None:
        for what, text in (("name", self.name), ("namespace", self.namespace)):
            if text is not None and not _NAME.fullmatch(text):
                raise UsageError(f"{what} {text!r}", hint="small letters, digits and dashes, at most 52: --name train")
        for what, text in (("cpu", self.cpu), ("memory", self.memory)):
            if text is not None and not _AMOUNT.fullmatch(text):
                raise UsageError(f"--{what} {text!r}", hint="such as --cpu 4, --cpu 500m, --memory 16Gi")
        if not self.image or not self.command:
            raise UsageError("a manifest needs an image and a command", hint="vatio plan emit --image IMAGE ... -- COMMAND")


def manifest(plan: Plan, pod: Pod, *, plan_id: str, deadline: datetime, now: datetime) -> dict[str, Any]:
    """Give the manifest as JSON values: it starts at the plan's begin, and never later than the deadline allows.

    A plan that begins within a minute is a Job. A CronJob's time is a minute of a year, so it would begin again a year
    later: its ``startingDeadlineSeconds`` and the annotation ``vatio/once`` say that it is meant once.
    """
    start = plan.start.astimezone(UTC)
    length_s = (plan.finish - plan.start).total_seconds()
    late_s = max(10, int((deadline - plan.start).total_seconds() - length_s))
    if (start - now).total_seconds() < 60.0:
        return {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": _about(plan, pod, plan_id),
            "spec": _job(plan, pod, plan_id, deadline, now),
        }
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": _about(plan, pod, plan_id),
        "spec": {
            "schedule": f"{start.minute} {start.hour} {start.day} {start.month} *",
            "timeZone": "Etc/UTC",
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": min(late_s, _MOST_LATE_S),
            "suspend": False,
            "successfulJobsHistoryLimit": 1,
            "failedJobsHistoryLimit": 1,
            "jobTemplate": {"metadata": _about(plan, pod, plan_id), "spec": _job(plan, pod, plan_id, deadline, start)},
        },
    }


def _about(plan: Plan, pod: Pod, plan_id: str) -> dict[str, Any]:
    known = {
        "vatio/plan": plan_id,
        "vatio/once": "true",
        "vatio/start": rfc3339(plan.start),
        "vatio/finish": rfc3339(plan.finish),
        "vatio/decided-by": plan.decided_by,
        **_figure("vatio/energy-j", plan.energy_j.value),
        **_figure("vatio/emissions-g", plan.emissions_g.value),
        **_figure("vatio/power-w", _power_w(plan)),
    }
    where = {} if pod.namespace is None else {"namespace": pod.namespace}
    labels = {"app.kubernetes.io/managed-by": "vatio"}
    return {"name": pod.name, **where, "labels": labels, "annotations": known}


def _job(plan: Plan, pod: Pod, plan_id: str, deadline: datetime, start: datetime) -> dict[str, Any]:
    wanted: dict[str, Any] = {name: text for name, text in (("cpu", pod.cpu), ("memory", pod.memory)) if text}
    limits = {**({"memory": pod.memory} if pod.memory else {}), **({"nvidia.com/gpu": pod.gpus} if pod.gpus else {})}
    resources = {name: found for name, found in (("requests", wanted), ("limits", limits)) if found}
    container = {
        "name": "job",
        "image": pod.image,
        "command": ["vatio", "run", "--tag", f"plan={plan_id}", "--", *pod.command],
        **({"resources": resources} if resources else {}),
    }
    return {
        # The deadline ends it whatever it does: what runs past it is of no use to who asked.
        "activeDeadlineSeconds": max(1, math.ceil((deadline - start).total_seconds())),
        "backoffLimit": 0,
        "suspend": False,
        "template": {
            "metadata": {"annotations": {"vatio/plan": plan_id, **_figure("vatio/power-w", _power_w(plan))}},
            "spec": {"restartPolicy": "Never", "containers": [container]},
        },
    }


def _power_w(plan: Plan) -> float | None:
    running_s = sum((window.end - window.start).total_seconds() for window in plan.windows)
    return None if plan.energy_j.value is None or running_s <= 0.0 else plan.energy_j.value / running_s


def _figure(name: str, value: float | None) -> dict[str, str]:
    return {} if value is None else {name: f"{value:.6g}"}
