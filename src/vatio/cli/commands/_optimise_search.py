"""``vatio optimise search``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import as_json, shared
from vatio.cli._terminal import put_json, put_lines, put_table, save


@click.command("search")
@click.argument("words", metavar="MODULE:FUNCTION | -- COMMAND...", nargs=-1, type=click.UNPROCESSED)
@click.option("--space", metavar="FILE.toml", help="What may be set: a table for each parameter.")
@click.option("--budget", metavar="5kJ|300cpu-s", help="What may be spent; trials are stopped when it is.")
@click.option(
    "--metric", "metrics", metavar="NAME[:min]", multiple=True, help="What is sought; several give a front. Also: cost."
)
@click.option(
    "--strategy", default="gp", metavar="gp|tpe|random|grid", help="In which order; unset: gp, or tpe where words are set."
)
@click.option("--weigh-cost", is_flag=True, help="Cheap trials first; the order then follows what was measured.")
@click.option("--seed", type=int, default=0, metavar="N", help="Fixes the order; unset: 0.")
@click.option("--workers", type=int, default=1, metavar="N", help="Trials at once; unset: 1. Two give what one gives.")
@click.option("--trials", type=int, metavar="N", help="Most trials; unset: as many as the budget allows.")
@click.option("--least-gain", type=float, metavar="X", help="End when a joule (CPU-second) more gains less than this.")
@click.option("--trial-timeout", default="1h", metavar="TIME", help="End a trial after this long; unset: 1h.")
@click.option("--resume", metavar="RUN", help="Go on with a search; no finished trial is repeated.")
@click.option("--cold", is_flag=True, help="Do not learn from the ledger's other searches for the same thing.")
@click.option("--html", metavar="FILE", help="Write the trials and a picture as one HTML page.")
@as_json
@shared
def command(rim: Rim, *, words: tuple[str, ...], html: str | None, as_json: bool, **options: Any) -> int:
    """Find the setting of a workload that is best, within a hard budget of energy.

    FUNCTION is called with a trial (trial["lr"]) and gives the metric; a COMMAND has {lr} for each parameter and tells its
    metrics by vatio.log_metric. Every trial is a run in the ledger. Exit 0: a best was found; 3: no trial has finished.
    """
    from vatio.cli.improving import search_lines, search_rows, searched
    from vatio.optimise.search import picture

    found = searched(rim, words, options)
    if html is not None:
        save(html, picture(found))
    if as_json:
        put_json(found.to_json())
    else:
        header, rows = search_rows(found)
        put_table(header, rows, right=range(len(found.metrics) + 2))
        put_lines(search_lines(found))
    return 0 if found.best is not None else 3
