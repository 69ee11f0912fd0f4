"""``vatio plan job``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._run_options import RunOption
from vatio.cli._shared import as_json, shared, with_options
from vatio.cli._terminal import put_json, put_lines, save
from vatio.cli.planning import JOB_OPTIONS
from vatio.errors import UsageError

_FILES = (
    RunOption("--html", "html", "FILE", False, "Write the plan as a page, with the curve and the chosen hours."),
    RunOption("--svg", "svg", "FILE", False, "Write the curve with the chosen hours as a picture."),
)


@click.command("job", context_settings={"allow_interspersed_args": False})
@click.argument("words", metavar="[--] [COMMAND]...", nargs=-1, type=click.UNPROCESSED)
@with_options(JOB_OPTIONS)
@with_options(_FILES)
@as_json
@shared
def command(rim: Rim, *, words: tuple[str, ...], html: str | None, svg: str | None, as_json: bool, **options: Any) -> None:
    """Say when, where and at what power one job should run, beside running it at once.

    Nothing is started. Without a curve the annual table decides the zone and the plan says to run now; nothing is planned into
    time that a curve does not know, and a gain within its noise is not taken. Times are local unless they have an offset.
    """
    from vatio.cli.planning import planned
    from vatio.report.plan import plan_html, plan_lines, plan_svg

    found = planned(rim, options, words)
    if html:
        save(html, plan_html(found.plan, found.curve, start=found.start, end=found.end))
    if svg:
        if found.curve is None or len(found.curve.starts_s) < 2:
            raise UsageError("there is no curve to draw", hint="give one: --curve FILE")
        save(svg, plan_svg(found.plan, found.curve, start=found.start, end=found.end))
    if as_json:
        put_json(found.plan)
    elif "-" not in (html, svg):
        put_lines(plan_lines(found.plan, found.curve, start=found.start, end=found.end))
