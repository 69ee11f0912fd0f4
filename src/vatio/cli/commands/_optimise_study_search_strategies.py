"""``vatio optimise study search-strategies``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import as_json, shared
from vatio.cli._terminal import put_json, put_lines, save


@click.command("search-strategies")
@click.argument("path", metavar="FILE")
@click.option("--target", metavar="COLUMN", help="The CSV's column of labels.")
@click.option("--metric", default="accuracy", metavar="M", help="accuracy (else), f1, f1_macro, ...")
@click.option("--near", default="0.5pt", metavar="LOSS", help="How far below the best counts as there; else 0.5pt.")
@click.option("--seeds", type=int, default=15, metavar="N", help="Searches by each strategy; else 15.")
@click.option("--rows", type=int, default=2000, metavar="N", help="Draw so many rows of a longer table; else 2000.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=0, metavar="N", help="Of rows, order and models; else 0.")
@click.option("--html", metavar="FILE", help="Write the study as a page, with its curves.")
@as_json
@shared
def command(rim: Rim, *, path: str, html: str | None, as_json: bool, **options: Any) -> None:
    """Say how many rounds, and how much energy, grid, random and Bayesian search need on a labelled table.

    A network is trained once at each of 64 settings, measured, and each strategy is replayed on that: tpe is Optuna's
    multivariate TPE, gp vatio's Gaussian process. The published figures stand beside yours, with where both agree.
    """
    from vatio.cli.improving import strategies_studied
    from vatio.optimise.study import repeated_html, repeated_json, repeated_lines

    found = strategies_studied(rim, path, **options)
    if html:
        save(html, repeated_html(found))
    if as_json:
        put_json(repeated_json(found))
    elif html != "-":
        put_lines(repeated_lines(found))
