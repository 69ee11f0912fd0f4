"""Write a plan for a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from vatio.cli._rim import Rim
from vatio.cli._terminal import put_json, save
from vatio.cli.planning._plan_kept import described, kept
from vatio.cli.planning._planning import planned
from vatio.errors import UsageError
from vatio.interop.text import write_yaml
from vatio.plan.engines import Pod, manifest


def emit(rim: Rim, words: Sequence[str], options: Mapping[str, Any], *, out: str, as_json: bool) -> None:
    """Plan a job and write it as a Kubernetes manifest; the plan is kept in the ledger under an id of its own.

    Raises:
        UsageError: an option cannot mean anything, or there is no command.
    """
    from vatio.ledger import new_id

    now = datetime.now(UTC)
    wishes = {
        name: value for name, value in options.items() if name not in ("image", "name", "cpu", "memory", "gpus", "namespace")
    }
    found = planned(rim, wishes, words, now=now)
    command = tuple(words) or rim.config().workload.command
    if not options["image"]:
        raise UsageError("no image", hint="--image registry/train:1, in which there is vatio")
    pod = Pod(
        name=options["name"] or "vatio-job",
        image=options["image"],
        command=command,
        cpu=options["cpu"],
        memory=options["memory"],
        gpus=options["gpus"],
        namespace=options["namespace"],
    )
    plan_id = new_id()
    whole = manifest(found.plan, pod, plan_id=plan_id, deadline=found.job.deadline, now=now)
    plan = described(rim, found, command, engine="kubernetes", submitted_at=now)
    kept(rim, replace(plan, more={**plan.more, "emitted": whole["kind"]}), plan_id)
    if as_json:
        put_json(whole)
    else:
        save(out, write_yaml(whole))
    for note in found.plan.notes:
        rim.note(note)
