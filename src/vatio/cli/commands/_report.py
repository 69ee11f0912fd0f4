"""``vatio report``."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple, cast

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import RUN_HELP, as_json, shared
from vatio.cli._terminal import put, put_json, save
from vatio.errors import UnknownName, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.cli.improving import KeptFront
    from vatio.ledger import Ledger, Samples
    from vatio.records import Estimate, FileDigest, RunRecord, Verdict


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
        found = _Found(_verdict(ledger, records), _front(rim, records))
        if html:
            _written(rim, html, _page(ledger, records, found, language=language, estimate=estimate))
    if md:
        _written(rim, md, _markdown(records, found, estimate))
    if as_json:
        more = {"verdict": found.verdict, "front": None if found.kept is None else found.kept.front}
        known = {name: value for name, value in more.items() if value is not None}
        put_json({"schema": "vatio.runs/1", "runs": records, **_together(records), **known})
    elif not html and not md:
        put(_markdown(records, found, estimate))


class _Found(NamedTuple):
    """Hold what a run came to beside its own record: a comparison's verdict, a search's front."""

    verdict: Verdict | None
    kept: KeptFront | None


def _page(ledger: Ledger, records: Sequence[RunRecord], beside: _Found, *, language: str, estimate: Estimate | None) -> str:
    samples = {record.id: found for record in records if (found := _samples(ledger, record.id))}
    footprints = {record.id: made for record in records if (made := ledger.facts(record.id).footprint)}
    from vatio.cli.recording import plan_outcome

    outcomes = {record.id: outcome for record in records if record.plan and (outcome := plan_outcome(ledger, record.id))}
    last = ledger.head()
    head = last.hash if last else None
    if beside.verdict is None and beside.kept is None:
        from vatio.report import to_html

        return to_html(
            records, samples, footprints=footprints, head=head, language=language, estimate=estimate, outcomes=outcomes
        )
    from vatio.report.page import Material

    material = Material(samples=samples, footprints=footprints, head=head, estimate=estimate, outcomes=outcomes)
    if beside.kept is not None:
        from vatio.report.front import front_html

        return front_html(beside.kept.front, record=records[0], material=material, folder=beside.kept.folder, language=language)
    from vatio.report.verdict import to_html as verdict_to_html

    return verdict_to_html(cast("Verdict", beside.verdict), record=records[0], material=material, language=language)


def _markdown(records: Sequence[RunRecord], beside: _Found, estimate: Estimate | None) -> str:
    from vatio.report import to_markdown

    own = to_markdown(records, estimate=estimate)
    if beside.kept is not None:
        from vatio.report.front import front_markdown

        return f"{front_markdown(beside.kept.front)}\n{own}"
    if beside.verdict is None:
        return own
    from vatio.report.verdict import to_markdown as verdict_to_markdown

    return f"{verdict_to_markdown(beside.verdict)}\n{own}"


def _verdict(ledger: Ledger, records: Sequence[RunRecord]) -> Verdict | None:
    """Read the verdict of a comparison; several runs side by side are shown as the runs that they are."""
    from vatio.cli.proving import verdict_of

    return verdict_of(ledger, records[0].id) if len(records) == 1 else None


def _front(rim: Rim, records: Sequence[RunRecord]) -> KeptFront | None:
    """Read the front of a search."""
    if len(records) > 1 or not any(each.path.endswith("front.json") for each in _outputs(records[0])):
        return None
    from vatio.cli.improving import front_of

    return front_of(records[0], rim.note)


def _outputs(record: RunRecord) -> Sequence[FileDigest]:
    return () if record.environment is None else record.environment.outputs


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
