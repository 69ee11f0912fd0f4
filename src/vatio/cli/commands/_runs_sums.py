"""``vatio runs sum``, ``vatio runs budget`` and ``vatio runs account``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._quick import SUM_OPTIONS
from vatio.cli._rim import Rim
from vatio.cli._shared import shared, with_options


@click.command("sum")
@with_options(SUM_OPTIONS)
@shared
def sum_runs(rim: Rim, **given: Any) -> None:
    """Add runs up: kWh, kg of CO2e, litres of water and euros, each joule once.

    Failed, interrupted and search runs are included; a run that goes on is not yet. A run is booked whole in the month of
    its end.
    """
    from vatio.cli._summing import sum_runs as summed

    summed(rim, **given)
