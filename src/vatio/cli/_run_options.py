"""The options of a run, the same everywhere one is made (CONTRACT.md 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from vatio.errors import UsageError

_STAGES = ("data", "experimentation", "training", "inference", "other")
_REQUIRED = ("measured", "recorded")


def run_options(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a run, in the order of the contract."""
    options = (
        click.option("--name", metavar="TEXT", help="Name of the run; else the command's."),
        click.option("--project", metavar="TEXT", help="Project it belongs to; else the git root's or folder's name."),
        click.option("--stage", metavar="STAGE", help=f"One of {', '.join(_STAGES)}."),
        click.option("--tag", "tags", metavar="K=V", multiple=True, help="A word of your own; may be repeated."),
        click.option("--zone", metavar="ZONE", help="Grid zone, such as ES; unset: the world average, which it says."),
        click.option("--interval", metavar="TIME", help="Time between samples: 250ms, 1s, 1m."),
        click.option("--input", "inputs", metavar="PATH", multiple=True, help="File it reads, kept by digest."),
        click.option("--output", "outputs", metavar="PATH", multiple=True, help="File it writes, kept by digest."),
        click.option(
            "--require",
            metavar="|".join(_REQUIRED),
            multiple=True,
            callback=_requirements,
            help="Refuse to start unless every component is measured, or the run can be kept.",
        ),
        click.option("--live", is_flag=True, help="Keep a line on stderr up to date while it runs."),
        click.option("--record", metavar="FILE", help="Write the run as JSON when it has ended."),
    )
    for option in reversed(options):
        callback = option(callback)
    return callback


def configured(options: Mapping[str, Any]) -> dict[str, object]:
    """Name the options as configuration keys, leaving out what was not given."""
    keys = {
        "workload.name": options["name"],
        "project.name": options["project"],
        "workload.stage": options["stage"],
        "workload.tags": options["tags"] or None,
        "site.zone": options["zone"],
        "meters.interval_s": options["interval"],
        "workload.inputs": options["inputs"] or None,
        "workload.outputs": options["outputs"] or None,
    }
    return {key: value for key, value in keys.items() if value is not None}


def _requirements(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    asked = tuple(part.strip() for value in values for part in value.split(","))
    for word in asked:
        if word not in _REQUIRED:
            raise UsageError(f"--require {word!r} is none of {', '.join(_REQUIRED)}", hint=f"{ctx.command_path} --help")
    return asked
