"""``vatio runs``."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import RUN_HELP, as_json, shared
from vatio.cli._terminal import put_json, put_lines, put_table
from vatio.cli.commands._runs_exchange import export_runs, import_runs
from vatio.errors import UnknownName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger import Ledger
    from vatio.records import RunRecord


@click.group("runs")
def command() -> None:
    """List, show, compare, import and export runs."""


@command.command("list")
@click.option("--limit", type=click.IntRange(min=0), default=50, metavar="N", help="How many of the newest; 0 is all.")
@click.option("--project", metavar="TEXT", help="Only runs of this project.")
@click.option("--name", metavar="TEXT", help="Only runs of this name.")
@click.option("--stage", metavar="STAGE", help="Only runs of this stage.")
@as_json
@shared
def list_runs(rim: Rim, *, limit: int, project: str | None, name: str | None, stage: str | None, as_json: bool) -> None:
    """List runs, the newest first."""
    filters: dict[str, Any] = {"project": project, "name": name, "stage": stage}
    chosen = {key: value for key, value in filters.items() if value is not None}
    ledger: Ledger | None = None
    runs: tuple[RunRecord, ...] = ()
    with suppress(UnknownName):  # where there is no ledger yet there are no runs
        ledger = rim.ledger()
    if ledger is not None:
        with ledger:
            runs = ledger.runs(limit, **chosen)
    if as_json:
        from vatio.cli._listing import runs_json

        put_json(runs_json(runs))
    elif runs:
        from vatio.cli._listing import HEADER, RIGHT, row

        put_table(HEADER, [row(run) for run in runs], right=RIGHT)
    else:
        rim.note("no such runs; vatio run -- python train.py makes one")


@command.command("show", epilog=RUN_HELP)
@click.argument("run")
@click.option("--watch", is_flag=True, help="Follow a run that goes on, until it ends.")
@as_json
@shared
def show_run(rim: Rim, *, run: str, watch: bool, as_json: bool) -> None:
    """Show one run; with --watch follow it from another terminal."""
    from vatio.cli._series import series_text
    from vatio.cli._showing import shown
    from vatio.cli._watching import watched

    with rim.ledger() as ledger:
        record = watched(ledger, run, rim, as_json=as_json) if watch else ledger.run(run)
        change, head = series_text(ledger, record), ledger.head()
    if as_json:
        put_json(record, indent=None if watch else 2)
    else:
        put_lines(shown(record, change=change, head=head.hash if head else None))


@command.command("compare", epilog=RUN_HELP)
@click.argument("first", metavar="RUN")
@click.argument("second", metavar="RUN")
@as_json
@shared
def compare_runs(rim: Rim, *, first: str, second: str, as_json: bool) -> None:
    """Compare the second run with the first, figure by figure."""
    from vatio.analysis import compare
    from vatio.cli._comparing import HEADER, RIGHT, comparison_json, comparison_rows, remarks

    with rim.ledger() as ledger:
        found = compare(ledger.run(first), ledger.run(second))
    if as_json:
        put_json(comparison_json(found))
        return
    put_table(HEADER, comparison_rows(found), right=RIGHT)
    put_lines(remarks(found))


command.add_command(import_runs)
command.add_command(export_runs)
