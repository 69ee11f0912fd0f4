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
    from vatio.records import Estimate, RunRecord, Verdict


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
    estimate = _estimate(planned, runs) if planned else None
    with rim.ledger() as ledger:
        records = [ledger.run(run) for run in runs]
        verdict = _verdict(ledger, records)
        if html:
            _written(rim, html, _page(ledger, records, verdict, language=language, estimate=estimate))
    if md:
        _written(rim, md, _markdown(records, verdict, estimate))
    if as_json:
        more = {} if verdict is None else {"verdict": verdict}
        put_json({"schema": "vatio.runs/1", "runs": records, **_together(records), **more})
    elif not html and not md:
        put(_markdown(records, verdict, estimate))


def _page(
    ledger: Ledger, records: Sequence[RunRecord], verdict: Verdict | None, *, language: str, estimate: Estimate | None
) -> str:
    samples = {record.id: found for record in records if (found := _samples(ledger, record.id))}
    footprints = {record.id: made for record in records if (made := ledger.facts(record.id).footprint)}
    from vatio.cli.recording import plan_outcome

    outcomes = {record.id: outcome for record in records if record.plan and (outcome := plan_outcome(ledger, record.id))}
    last = ledger.head()
    head = last.hash if last else None
    if verdict is None:
        from vatio.report import to_html

        return to_html(
            records, samples, footprints=footprints, head=head, language=language, estimate=estimate, outcomes=outcomes
        )
    from vatio.report.page import Material
    from vatio.report.verdict import to_html as verdict_to_html

    material = Material(samples=samples, footprints=footprints, head=head, estimate=estimate, outcomes=outcomes)
    return verdict_to_html(verdict, record=records[0], material=material, language=language)


def _markdown(records: Sequence[RunRecord], verdict: Verdict | None, estimate: Estimate | None) -> str:
    from vatio.report import to_markdown

    own = to_markdown(records, estimate=estimate)
    if verdict is None:
        return own
    from vatio.report.verdict import to_markdown as verdict_to_markdown

    return f"{verdict_to_markdown(verdict)}\n{own}"


def _verdict(ledger: Ledger, records: Sequence[RunRecord]) -> Verdict | None:
    """Read the verdict of a comparison; several runs side by side are shown as the runs that they are."""
    from vatio.cli.proving import verdict_of

    return verdict_of(ledger, records[0].id) if len(records) == 1 else None


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
