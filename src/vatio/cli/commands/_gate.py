"""``vatio gate``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._run_options import RunOption
from vatio.cli._shared import as_json, shared, with_options

_ASKED = (
    RunOption("--against", "against", "REF", False, "Baseline: git:REF, baseline:NAME, run:ID, lock:FILE, cmd:COMMAND."),
    RunOption("--setup", "setup", "CMD", False, "Shell command that makes an arm's environment, run in each arm's tree."),
    RunOption("--max-regression", "max_regression_ratio", "R", False, "Increase that is allowed: 2%, or 0.02; else none."),
    RunOption("--resolution", "resolution_ratio", "R", False, "What a pass may overlook beyond that; else 5%."),
    RunOption("--max-time", "max_time_s", "TIME", False, "The longest that the measuring may take: 20m."),
    RunOption("--pairs", "pairs", "N", False, "The most pairs of runs; else 30. It ends as soon as it can be decided."),
    RunOption("--metric", "metric", "NAME", False, "Metric that may not get worse; NAME:min where less is better."),
    RunOption("--max-loss", "max_loss", "X", False, "What the metric may lose: 0.5pt is 0.005."),
    RunOption("--work-unit", "work_unit", "U", False, "Compare the cost of one of these, as vatio.work() counts them."),
)
_KEPT = (
    RunOption("--lock", "lock", "NEW", False, "The candidate's lock, against lock:OLD: approve the upgrade or roll it back."),
    RunOption("--save-baseline", "save", "NAME", False, "Keep the candidate as a baseline for this branch and machine."),
    RunOption("--approve", "approve", None, False, "Approve what --save-baseline keeps."),
)
_FILES = (
    RunOption("--junit", "junit", "FILE", False, "Write the verdict as JUnit XML."),
    RunOption("--sarif", "sarif", "FILE", False, "Write it as SARIF."),
    RunOption("--markdown", "markdown", "FILE", False, "Write it as a comment with its picture."),
    RunOption("--picture", "picture", "FILE", False, "Draw every pair and the interval that decides, as SVG."),
    RunOption("--badge", "badge", "FILE", False, "Write it as an SVG badge."),
    RunOption("--html", "html", "FILE", False, "Write it as a page."),
)


@click.command("gate", context_settings={"allow_interspersed_args": False})
@click.argument("words", metavar="[--] COMMAND...", nargs=-1, type=click.UNPROCESSED)
@with_options(_ASKED)
@with_options(_KEPT)
@with_options(_FILES)
@as_json
@shared
def command(rim: Rim, *, words: tuple[str, ...], as_json: bool, **given: Any) -> int:
    """Stop a change that costs more energy: compare it with a baseline, in turn, on this machine.

    The candidate is the working tree as it is. Without options [gate] of vatio.toml is read. The exit code is 0 for a pass, 1
    for a fail, 3 where it could not be decided or checked, 2 for bad use.
    """
    from vatio.cli.proving import check_files, configured, show, telling
    from vatio.govern import run_gate
    from vatio.govern.gate import request_of

    files = {option.name: given[option.name] for option in _FILES}
    check_files(files, as_json=as_json)
    config = rim.config(configured(given, _ASKED))
    request = request_of(config, words, lock=given["lock"], save=given["save"], approve=given["approve"])
    with telling(rim) as progress:
        outcome = run_gate(request, config=config, environ=rim.environ, progress=progress)
    show(outcome, files=files, as_json=as_json)
    return outcome.exit_code
