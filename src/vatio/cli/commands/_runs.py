"""``vatio runs``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._quick import LIST_OPTIONS, SHOW_OPTIONS
from vatio.cli._rim import Rim
from vatio.cli._shared import RUN_HELP, as_json, shared, with_options
from vatio.cli.commands._runs_exchange import export_runs, import_runs
from vatio.cli.commands._runs_sums import account_runs, show_budgets, sum_runs


@click.group("runs")
def command() -> None:
    """List, show, compare and add up runs; account for them anew; import and export them."""


@command.command("list")
@with_options(LIST_OPTIONS)
@shared
def list_runs(rim: Rim, **given: Any) -> None:
    """List runs, the newest first, and what they add up to."""
    from vatio.cli.recording import list_runs as listed

    listed(rim, **given)


@command.command("show", epilog=RUN_HELP)
@click.argument("run")
@with_options(SHOW_OPTIONS)
@shared
def show_run(rim: Rim, **given: Any) -> None:
    """Show one run, its accounts with it; with --watch follow it from another terminal."""
    from vatio.cli.recording import show_run as shown

    shown(rim, **given)


@command.command("compare", epilog=RUN_HELP)
@click.argument("first", metavar="RUN")
@click.argument("second", metavar="RUN")
@as_json
@shared
def compare_runs(rim: Rim, *, first: str, second: str, as_json: bool) -> int:
    """Compare the second run with the first, figure by figure; with several runs of the same name, judge them all.

    Runs of the same name and command are judged together, as the gate judges its repetitions: [gate] says what is allowed.
    With several runs on both sides the exit code is 1 for a fail, and 3 where it could not be decided, or where machines or
    meters differ.
    """
    from vatio.cli.recording import compare_runs as compared

    return compared(rim, first, second, as_json=as_json)


command.add_command(sum_runs)
command.add_command(show_budgets)
command.add_command(account_runs)
command.add_command(import_runs)
command.add_command(export_runs)
