"""``vatio plan forecast``."""

from __future__ import annotations

import click

from vatio.cli._rim import Rim
from vatio.cli._run_options import RunOption
from vatio.cli._shared import as_json, shared, with_options
from vatio.cli._terminal import put_json, put_lines, save

_OPTIONS = (
    RunOption(
        "--history",
        "history",
        "FILE",
        False,
        "What the zone emitted: CSV of start,g_per_kwh, a month of it or more; else [plan] history, or the site's grid.",
    ),
    RunOption(
        "--source",
        "source",
        "NAME|FILE",
        False,
        "Ask for what it emitted: electricity-maps, uk, or a file; else [plan] source.",
    ),
    RunOption("--horizon", "horizon", "TIME", False, "How far to look, from now: 48h (else), 7d."),
    RunOption("--level", "level", "R", False, "Share of the hours that the interval is to hold; else 0.8."),
    RunOption("--html", "html", "FILE", False, "Write the forecast as a page, with the band."),
)


@click.command("forecast")
@click.argument("zone")
@with_options(_OPTIONS)
@as_json
@shared
def command(
    rim: Rim,
    *,
    zone: str,
    html: str | None,
    as_json: bool,
    **options: str | None,
) -> None:
    """Forecast what a kWh emits in ZONE, hour by hour, from what it emitted before.

    No network is used and no account needed unless a source is named. The interval is as wide as earlier forecasts have
    missed. A few days of history are enough to begin with, a month is better; holes may be in it. Times are local, in JSON
    UTC.
    """
    from vatio.cli.planning import foretold, is_plain_chart
    from vatio.report.forecast import forecast_html, forecast_lines

    found = foretold(rim, zone, options)
    if html:
        save(html, forecast_html(found.shown))
    if as_json:
        put_json(found.document)
    elif html != "-":
        put_lines(forecast_lines(found.shown, plain=is_plain_chart(rim.environ)))
