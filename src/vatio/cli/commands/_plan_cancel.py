"""``vatio plan cancel``."""

from __future__ import annotations

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import shared


@click.command("cancel")
@click.argument("plan", metavar="PLAN")
@shared
def command(rim: Rim, *, plan: str) -> None:
    """Take back a run that waits: whoever waits with it ends with code 125, and nothing runs.

    PLAN is an id, or a part of one that is its own. The ledger keeps that it was taken back.
    """
    from vatio.cli.planning import cancel_plan

    cancel_plan(rim, plan)
