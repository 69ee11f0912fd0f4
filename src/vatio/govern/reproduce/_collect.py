"""Collect what a run came to: the digests of its outputs, its metrics and those of the runs within it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

from vatio.govern.reproduce._files import by_name
from vatio.govern.reproduce._results import Results, reader
from vatio.ledger import Ledger
from vatio.measure.snapshot import Veil
from vatio.records import FileDigest, RunRecord


def results_of(
    record: RunRecord | None,
    ledger: Ledger,
    *,
    folder: str,
    places: Mapping[str, str],
    veil: Veil,
    exit_code: int | None,
    block: str = "",
) -> Results:
    """Collect what a run came to: declared outputs, else those that were found; its metrics and those of runs within it.

    ``block`` is the name of the block within it that is meant, where the original is one.
    """
    if record is None or record.environment is None:
        return Results(metrics={}, outputs={}, exit_code=exit_code, content=lambda _: None)
    measured_by = _block(ledger, record, block) if block else record
    outputs = by_name(told_outputs(record.environment.outputs), folder=folder, places=places, veil=veil)
    metrics = _metrics(measured_by, ledger.runs(0, within=measured_by.id))
    return Results(metrics=metrics, outputs=outputs, exit_code=exit_code, content=reader(folder, outputs))


def _block(ledger: Ledger, record: RunRecord, name: str) -> RunRecord:
    """Give the block of this name that a run's program has measured in itself; the run, where that is not one."""
    named = [run for run in ledger.runs(0, within=record.id) if run.name == name]
    return named[0] if len(named) == 1 else record


def _metrics(record: RunRecord, inner: Sequence[RunRecord]) -> dict[str, float]:
    """Collect the metrics of a run and of those within it; one whose name is taken is told with the name of its run."""
    found = dict(record.metrics)
    for run in sorted(inner, key=lambda run: (run.name, run.id)):
        for name, value in run.metrics.items():
            told = name if name not in found else f"{name} ({run.name})"
            free = next(one for at in count(1) if (one := told if at == 1 else f"{told} {at}") not in found)
            found[free] = value
    return found


def told_outputs(outputs: Sequence[FileDigest]) -> tuple[FileDigest, ...]:
    """Choose the outputs that were declared; those that were found where none was."""
    return tuple(item for item in outputs if not item.found) or tuple(outputs)
