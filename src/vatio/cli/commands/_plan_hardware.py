"""``vatio plan hardware``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import as_json, shared
from vatio.cli._terminal import put_json, put_lines


@click.command("hardware")
@click.argument("names", metavar="[NAME[:COUNT]]...", nargs=-1)
@click.option("--table", "tables", multiple=True, metavar="FILE", help="CSV of options of your own; may be repeated.")
@click.option("--work-unit", metavar="U", help="Add the hosts of own runs that counted this unit by vatio.work().")
@click.option("--hours-per-week", type=float, metavar="H", help="Busy hours in a week.")
@click.option("--pattern", metavar="NAME", help="Use by name: steady (else), office, spiky, pilot.")
@click.option("--zone", metavar="Z", help="Grid zone of options that name none; else the site's.")
@click.option("--pue", type=float, metavar="P", help="PUE of your own building; else the site's, else a class default.")
@click.option("--price", type=float, metavar="EUR", help="EUR for a kWh of your own; else the site's.")
@click.option("--max-latency-ms", type=float, metavar="MS", help="The longest round trip that will do.")
@click.option("--catalog", "rows", multiple=True, metavar="FILE", help="Rows of your own, as CSV or TOML; may be repeated.")
@as_json
@shared
def command(rim: Rim, *, names: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Say on what to run: joules, grams and euros by the busy hour, and after how many hours buying pays.

    NAME is an accelerator (A100:8, bought) or a rented machine (p4d.24xlarge). What is not known stays unknown, and so does
    what follows from it; a --table gives prices, maintenance, throughput, latency. The first option is the measure.
    """
    from vatio.cli.planning import weighed, weighed_lines
    from vatio.records import to_json

    found = weighed(rim, names, options)
    if as_json:
        put_json(
            {
                "schema": "vatio.hardware/1",
                "usage": to_json(found.usage),
                "options": to_json(found.standings),
                "break_even": to_json(found.break_evens),
            }
        )
    else:
        put_lines(list(weighed_lines(found)))
