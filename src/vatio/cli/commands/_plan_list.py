"""``vatio plan list``."""

from __future__ import annotations

import click

from vatio.cli._rim import Rim
from vatio.cli._run_options import RunOption
from vatio.cli._shared import as_json, shared, with_options

_OPTIONS = (RunOption("--limit", "limit", "N", False, "How many of the newest; 0 is all.", whole=50),)


@click.command("list")
@with_options(_OPTIONS)
@as_json
@shared
def command(rim: Rim, *, limit: int, as_json: bool) -> None:
    """Show the runs that wait for their hours, and what became of the others.

    A plan is stale when nobody waits with it any more, after a reboot or a killed waiter: the line below the table takes it up.
    """
    from vatio.cli.planning import list_plans

    list_plans(rim, limit=limit, as_json=as_json)
