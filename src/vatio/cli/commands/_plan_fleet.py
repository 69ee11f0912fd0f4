"""``vatio plan fleet``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._run_options import RunOption
from vatio.cli._shared import as_json, shared, with_options
from vatio.cli._terminal import put_json, put_lines, save

_OPTIONS = (
    RunOption("--curve", "curves", "[Z=]FILE", True, "CSV of start,g_per_kwh of a zone; or one file with a column a zone."),
    RunOption("--capacity-w", "capacity_w", "Z=W", True, "Watts that a zone can give; else without end."),
    RunOption("--devices", "devices", "Z=N", True, "Devices that a zone has; else without end."),
    RunOption("--pue", "pue", "Z=P", True, "Power usage effectiveness of a zone; else 1."),
    RunOption("--base-load", "base_load", "FILE", False, "What runs there anyway: CSV of start,power_w[,zone]."),
    RunOption("--from", "earliest", "T", False, "Where the plan begins; else now, or where curves of another time begin."),
    RunOption("--hours-from", "hours_from", "T", False, "Where hours in JOBS.csv count from; else where the plan begins."),
    RunOption("--slot", "slot", "TIME", False, "Length of a slot; else 1h. Jobs take whole ones."),
    RunOption("--length-unit", "unit", "U", False, "Unit of columns whose names say none: h, min or s."),
    RunOption("--time-limit", "time_limit", "TIME", False, "CPU time to look for better places; else 15s."),
    RunOption("--keep", "keep", "PLAN.csv", False, "Keep what has begun of an earlier --out, and plan the rest anew."),
    RunOption("--out", "out", "PLAN.csv", False, "Write the plan: a row for each window."),
    RunOption("--html", "html", "FILE", False, "Write a page: load by zone and hour, jobs."),
    RunOption("--svg", "svg", "FILE", False, "Write the picture of load, capacity and intensity."),
)


@click.command("fleet")
@click.argument("jobs", metavar="JOBS.csv")
@with_options(_OPTIONS)
@as_json
@shared
def command(rim: Rim, *, jobs: str, out: str | None, html: str | None, svg: str | None, as_json: bool, **options: Any) -> int:
    """Plan many jobs together, where and when they emit least, within each zone's power and devices.

    JOBS.csv has columns id, duration_h (or _min, _s), power_w, and may have earliest, deadline (dates, or hours as
    earliest_h, deadline_h), zones, home, move_gb, devices, priority, interruptible. The plan counts its own load, so no hour
    is stampeded; it says how far from the best it may be. Jobs without a place are named, with the reason: exit code 1.
    """
    from vatio.cli.planning import document, fleeted
    from vatio.plan.jobs import plan_csv
    from vatio.report.fleet import fleet_html, fleet_lines, fleet_svg

    found = fleeted(rim, jobs, options)
    if out:
        save(out, plan_csv(found.windows))
    if html:
        save(html, fleet_html(found.shown))
    if svg:
        save(svg, fleet_svg(found.shown))
    if as_json:
        put_json(document(found))
    elif "-" not in (out, html, svg):
        put_lines(fleet_lines(found.shown))
    return 1 if found.shown.lost else 0
