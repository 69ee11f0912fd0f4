"""Find results that were edited by hand after their run: files of numbers that neither the run nor its replay has written."""

from __future__ import annotations

import os
from collections.abc import Iterator

from vatio.govern.reproduce._files import below, digest_now
from vatio.govern.reproduce._stage import Performance, Stage
from vatio.measure.snapshot import find_tree
from vatio.records import Divergence

_FIGURES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".yaml", ".yml", ".toml", ".md")
_MOST_LATER_RUNS = 200


def edited_outputs(stage: Stage, first: Performance) -> Iterator[Divergence]:
    """Name outputs of text that lie in the original's place with other bytes than it and its replay have written.

    A later run, or changed code, may have written them: then nothing is said. Otherwise the same code gives the recorded
    bytes again, so that somebody has edited the file.
    """
    original = stage.preparation.original
    if original.bundle is not None:  # nothing lies in the run's place
        return
    for item in original.environment.outputs:
        path = os.path.normpath(os.path.join(original.folder, stage.veil.bare(item.path)))
        name = below(original.folder, path) or path
        again = first.results.outputs.get(name)
        if item.sha256 is None or not path.endswith(_FIGURES) or again is None or again.sha256 != item.sha256:
            continue
        now = digest_now(path).sha256
        if now is None or now == item.sha256 or _has_moved_on(stage) or _is_of_later_run(stage, now):
            continue
        reason = "metric: edited by hand after the run; the run and its replay have both written other bytes"
        yield Divergence(field=f"outputs.{item.path}", original=item.sha256, replay=now, reason=reason)


def _has_moved_on(stage: Stage) -> bool:
    """Tell whether the code that lies there is another commit by now."""
    git, tree = stage.preparation.original.environment.git, find_tree(stage.preparation.original.folder)
    return git is None or tree is None or tree.commit != git.commit


def _is_of_later_run(stage: Stage, digest: str) -> bool:
    record = stage.preparation.original.record
    later = stage.ledger.runs(_MOST_LATER_RUNS, since=record.started_at, project=record.project)
    for run in later:
        environment = stage.ledger.run(run.id).environment if run.id != record.id else None
        if environment is not None and any(item.sha256 == digest for item in environment.outputs):
            return True
    return False
