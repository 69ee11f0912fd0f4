"""``vatio runs sum``, ``vatio runs budget`` and ``vatio runs account``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._quick import BUDGET_OPTIONS, SUM_OPTIONS
from vatio.cli._rim import Rim
from vatio.cli._shared import RUN_HELP, as_json, shared, with_options


@click.command("sum")
@with_options(SUM_OPTIONS)
@shared
def sum_runs(rim: Rim, **given: Any) -> None:
    """Add runs up: kWh, kg of CO2e, litres of water and euros, each joule once.

    Failed, interrupted and search runs are included; a run that goes on is not yet. A run is booked whole in the month of
    its end.
    """
    from vatio.cli.recording import sum_runs as summed

    summed(rim, **given)


@click.command("budget")
@with_options(BUDGET_OPTIONS)
@shared
def show_budgets(rim: Rim, **given: Any) -> int:
    """Show what may be spent and what was, by the project, its month and its dearest run.

    Budgets stand in [budgets] of vatio.toml. Exit code 1 says that one is passed; nothing is ever stopped by it.
    """
    from vatio.cli.recording import show_budgets as shown

    return shown(rim, **given)


@click.command("account", epilog=RUN_HELP)
@click.argument("runs", metavar="[RUN]...", nargs=-1)
@click.option("--zone", metavar="ZONE", help="Grid zone, such as ES; else the site's.")
@click.option("--pue", type=float, metavar="RATIO", help="PUE of the building; else the site's.")
@click.option("--price", "price_eur_per_kwh", type=float, metavar="EUR", help="EUR for a kWh; else the site's tariff or price.")
@click.option("--grid", metavar="FILE", help="CSV of what a kWh emitted hour by hour; else the site's, else the annual mean.")
@click.option("--all", "every", is_flag=True, help="Every run that has ended.")
@as_json
@shared
def account_runs(rim: Rim, *, runs: tuple[str, ...], **given: Any) -> None:
    """Account for runs anew: grams, litres and euros with today's factors, or with given ones.

    Each account is a new entry of the ledger; the latest counts, and the older ones stay and are shown.
    """
    from vatio.cli.recording import account_runs as accounted

    accounted(rim, runs, **given)
