"""``vatio plan simulate``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._run_options import RunOption
from vatio.cli._shared import as_json, shared, with_options
from vatio.cli._terminal import put_json, put_lines, save

_OPTIONS = (
    RunOption("--curve", "curve", "FILE", False, "What a kWh emitted: CSV of start,g_per_kwh, or a column for each zone."),
    RunOption("--zone", "zone", "Z", False, "The zone in that file."),
    RunOption("--policies", "policies", "P,P", False, "Only these: run-now, threshold, suspend-resume, vatio, oracle."),
    RunOption("--slack", "slack", "TIME", False, "What a job without a deadline may wait beyond its length; else 24h."),
    RunOption("--resume-cost", "resume_cost", "TIME", False, "What a resume burns, as time of the job's own energy: 0.5h."),
    RunOption("--in-one-piece", "in_one_piece", None, False, "Jobs may not pause; else they may, unless a column says so."),
    RunOption("--length-unit", "unit", "U", False, "Unit of columns whose names say none: h, min or s."),
    RunOption("--power-w", "power_w", "W", False, "Watts of a job without a column power_w, times its cpus."),
    RunOption("--from", "earliest", "T", False, "Where in the curve the trace begins; else where the curve does."),
    RunOption("--html", "html", "FILE", False, "Write a page with the table and the picture."),
    RunOption("--svg", "svg", "FILE", False, "Write the picture: grams and waiting by policy."),
)


@click.command("simulate")
@click.argument("jobs", metavar="JOBS.csv")
@with_options(_OPTIONS)
@as_json
@shared
def command(rim: Rim, *, jobs: str, html: str | None, svg: str | None, as_json: bool, **options: Any) -> None:
    """Replay policies over a trace of jobs and a year of intensity: grams, waiting, missed deadlines, what pauses burn.

    JOBS.csv has a column of arrivals and one of lengths, with the unit in their names (arrival_h, length_h), and may have
    power_w or cpus, deadline_h, interruptible. Forecasts see the hours before a job's arrival only; the oracle sees all.
    """
    from vatio.cli.planning import shown, simulated
    from vatio.report.simulation import simulation_html, simulation_lines, simulation_svg

    rim.config()
    found = simulated(rim, jobs, options)
    told = shown(found)
    if html:
        save(html, simulation_html(told))
    if svg:
        save(svg, simulation_svg(told))
    if as_json:
        put_json(found)
    elif "-" not in (html, svg):
        put_lines(simulation_lines(told))
