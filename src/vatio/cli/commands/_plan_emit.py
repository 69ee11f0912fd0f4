"""``vatio plan emit``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._run_options import RunOption
from vatio.cli._shared import as_json, shared, with_options
from vatio.cli.planning import JOB_OPTIONS

_OPTIONS = (
    RunOption("--image", "image", "IMAGE", False, "Image that has the command, and vatio."),
    RunOption("--name", "name", "NAME", False, "Name of the object; else vatio-job."),
    RunOption("--namespace", "namespace", "NAME", False, "Namespace; else what kubectl is set to."),
    RunOption("--cpu", "cpu", "N", False, "CPUs that it asks for: 4, 500m."),
    RunOption("--memory", "memory", "SIZE", False, "Memory that it asks for, and its limit: 16Gi."),
    RunOption("--gpus", "gpus", "N", False, "NVIDIA GPUs.", whole=0),
    RunOption("--out", "out", "FILE", False, "File to write; else stdout."),
)


@click.command("emit", context_settings={"allow_interspersed_args": False})
@click.argument("words", metavar="[--] [COMMAND]...", nargs=-1, type=click.UNPROCESSED)
@with_options(JOB_OPTIONS)
@with_options(_OPTIONS)
@as_json
@shared
def command(rim: Rim, *, words: tuple[str, ...], out: str | None, as_json: bool, **options: Any) -> None:
    """Write a plan as a Kubernetes manifest: a CronJob for its begin, or a Job where it runs at once.

    Nothing is sent to a cluster: `kubectl apply -f` does. The run in the pod is tagged with the plan's id.
    """
    from vatio.cli.planning import emit

    emit(rim, words, options, out=out or "-", as_json=as_json)
