"""``vatio report``."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import RUN_HELP, as_json, shared
from vatio.cli._terminal import put, put_json, save
from vatio.errors import UnknownName, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger import Ledger, Samples
    from vatio.records import Estimate, RunRecord


@click.command("report", epilog=RUN_HELP)
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
@click.option("--html", metavar="FILE", help="Write one self-contained page.")
@click.option("--md", metavar="[FILE]", is_flag=False, flag_value="-", help="Write Markdown, to stdout unless FILE is given.")
@click.option("--language", metavar="en|es", default="en", show_default=True, help="Language of the page.")
@click.option("--estimate", "planned", metavar="FILE", help="Draw an estimate (`vatio estimate --json`) beside the run.")
@as_json
@shared
def command(
    rim: Rim, *, runs: tuple[str, ...], html: str | None, md: str | None, language: str, planned: str | None, as_json: bool
) -> None:
    """Write runs as one HTML page, as Markdown or as JSON.

    Without --html, --md or --json the Markdown is printed. The first of several runs is what the others are compared with.
    """
    from vatio.report import to_html, to_markdown

    estimate = _estimate(planned, runs) if planned else None
    with rim.ledger() as ledger:
        records = [ledger.run(run) for run in runs]
        if html:
            samples = {record.id: found for record in records if (found := _samples(ledger, record.id))}
            footprints = {record.id: made for record in records if (made := ledger.facts(record.id).footprint)}
            head = ledger.head()
            page = to_html(
                records,
                samples,
                footprints=footprints,
                head=head.hash if head else None,
                language=language,
                estimate=estimate,
            )
            _written(rim, html, page)
    if md:
        _written(rim, md, to_markdown(records, estimate=estimate))
    if as_json:
        put_json({"schema": "vatio.runs/1", "runs": records, **_together(records)})
    elif not html and not md:
        put(to_markdown(records, estimate=estimate))


def _together(records: Sequence[RunRecord]) -> dict[str, Any]:
    if len(records) == 1:
        return {}
    from vatio.account import sum_runs
    from vatio.records import to_json

    total = to_json(sum_runs(records))
    return {"total": {name: item for name, item in total.items() if name != "kept_ratio"}}


def _written(rim: Rim, path: str, text: str) -> None:
    save(path, text)
    if path != "-":
        rim.note(f"wrote {path}")


def _estimate(path: str, runs: tuple[str, ...]) -> Estimate:
    from vatio.cli._estimating import read_estimate

    if len(runs) > 1:
        raise UsageError("an estimate beside several runs", hint="report one run with --estimate")
    return read_estimate(path)


def _samples(ledger: Ledger, run: str) -> Samples | None:
    with suppress(UnknownName):  # pruned, or never taken: the page says so
        return ledger.samples(run)
    return None
