"""Read trials back from the ledger: those of the search to go on with, and those of others over the same space."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from vatio.errors import LedgerUnavailable, MeasureError, UnknownName, UsageError
from vatio.optimise.search._budget import charged_j
from vatio.optimise.search._result import TrialFound
from vatio.optimise.search._trial import PRUNED, REPORT, VALUE, Metric
from vatio.records import RunRecord

# The tags by which a search, its trials and their points are found again.
SEARCH, TRIAL, PARAMS = "search", "trial", "params"
COST = "cost"
# What the note of a run begins with that was told to stop: it did not finish.
_STOPPED = "the comparison was stopped"


class Earlier(NamedTuple):
    """Hold what the ledger knows: the parts of this search, the latest first, their trials, and those of other searches."""

    runs: tuple[RunRecord, ...] = ()
    trials: tuple[TrialFound, ...] = ()
    cost: float = 0.0
    warm: tuple[TrialFound, ...] = ()


class Sought(NamedTuple):
    """Hold by what trials are told apart and read: the digest of the search, its metrics, and the unit of its budget."""

    digest: str
    metrics: tuple[Metric, ...]
    unit: str
    is_call: bool


def read_earlier(ledger: Any, sought: Sought, *, resume: str | None, is_warm: bool) -> Earlier:
    """Read what is to be gone on with, and what can be learnt from.

    Raises:
        LedgerUnavailable: there is no ledger to resume from.
        UnknownName: it has no such run.
        UsageError: the run is no search, or one of something else.
        MeasureError: it still goes on.
    """
    if ledger is None:
        if resume is not None:
            raise LedgerUnavailable("the ledger cannot be opened, so that nothing can be gone on with")
        return Earlier()
    ledger.settle()
    runs = () if resume is None else parts_of(ledger, resume, sought.digest)
    parts = [(run, ledger.runs(0, within=run.id)) for run in runs]
    own = [record for _, records in parts for record in records]
    since = min((run.started_at for run in runs), default=None)
    ids = {run.id for run in runs}
    warm = [] if not is_warm else _others(ledger, sought, ids, since)
    # What a search that was killed has used itself is not known; its trials are.
    spent = sum(max(_cost(run, sought), sum(_cost(record, sought) for record in records)) for run, records in parts)
    return Earlier(runs, _finished(own, sought), spent, tuple(warm))


def trial_of(record: RunRecord, sought: Sought) -> TrialFound:
    """Make a trial of its run."""
    energy_j, cost = charged_j(record.energy_j), _cost(record, sought)
    values, reason = _values(record, sought, cost)
    status = "finished" if values is not None else "failed"
    if values is not None and record.metrics.get(PRUNED):
        status = "pruned"
    return TrialFound(
        number=int(record.tags.get(TRIAL, -1)),
        params=json.loads(record.tags.get(PARAMS, "{}")),
        status=status,
        values=values,
        cost=cost,
        cpu_s=record.cpu_s,
        energy_j=energy_j,
        run=record.id,
        reason=reason,
        reports=_reports(record),
    )


def _cost(record: RunRecord, sought: Sought) -> float:
    return (charged_j(record.energy_j) if sought.unit == "J" else record.cpu_s) or 0.0


def is_stopped(record: RunRecord) -> bool:
    """Tell whether a trial did not come to its end: it counts as spent, and is made again."""
    if record.status not in ("finished", "failed"):
        return True
    was_done = record.status == "finished" and bool(record.metrics)  # the word to stop came when it had told its result
    return not was_done and any(note.startswith(_STOPPED) for note in record.notes)


def _values(record: RunRecord, sought: Sought, cost: float) -> tuple[tuple[float, ...] | None, str]:
    if record.status != "finished":
        return None, f"exit code {record.exit_code}" if record.exit_code is not None else record.status
    found, told = [], 0
    for metric in sought.metrics:
        if metric.name == COST:
            found.append(cost)
            continue
        name = f"{VALUE}{told}" if sought.is_call else metric.name
        told += 1
        value = record.metrics.get(name)
        if value is None:
            return None, f"it logged no finite {metric.name}: vatio.log_metric({metric.name!r}, ...)"
        found.append(float(value))
    return tuple(found), ""


def _reports(record: RunRecord) -> dict[int, tuple[float, ...]]:
    found: dict[int, dict[int, float]] = {}
    for name, value in record.metrics.items():
        step, _, at = name.removeprefix(REPORT).partition("_")
        if name.startswith(REPORT) and step.isdecimal() and at.isdecimal():
            found.setdefault(int(step), {})[int(at)] = float(value)
    return {step: tuple(own[at] for at in sorted(own)) for step, own in sorted(found.items())}


def _finished(records: Iterable[RunRecord], sought: Sought) -> tuple[TrialFound, ...]:
    """Give the trials that came to their end, each number once, in their order."""
    found: dict[int, TrialFound] = {}
    for record in sorted(records, key=lambda each: each.started_at):
        if record.tags.get(SEARCH) == sought.digest and TRIAL in record.tags and not is_stopped(record):
            trial = trial_of(record, sought)
            found.setdefault(trial.number, trial)
    return tuple(found[number] for number in sorted(found))


def parts_of(ledger: Any, ref: str, digest: str) -> tuple[RunRecord, ...]:
    """Give a search's run and those that it went on from, the latest first; ``digest`` tells what is sought.

    Raises:
        UnknownName: there is no such run.
        UsageError: the run is no search, or one of something else.
        MeasureError: it still goes on.
    """
    run: RunRecord = ledger.run(ref)
    if SEARCH not in run.tags or TRIAL in run.tags:
        raise UsageError(f"run {run.id} is no search", hint="name the run of the search itself, not of a trial")
    if run.status == "running":
        raise MeasureError(f"search {run.id} still goes on", hint="wait for its end, or end it")
    if run.tags[SEARCH] != digest:
        raise UsageError(
            f"search {run.id} sought something else",
            hint="give the same things to search with, the seed included, or begin anew",
        )
    found = [run]
    waiting = list(run.parents)
    while waiting:
        try:
            part: RunRecord = ledger.run(waiting.pop(0))
        except UnknownName:  # lineage may name runs of another ledger
            continue
        if part.tags.get(SEARCH) == digest and part.id not in [known.id for known in found]:
            found.append(part)
            waiting.extend(part.parents)
    return tuple(found)


def _others(ledger: Any, sought: Sought, own: set[str], since: Any) -> list[TrialFound]:
    """Read the trials of other searches for the same thing, made before this one began."""
    kind = sought.digest.partition("-")[0]
    found = []
    for record in sorted(ledger.runs(0, until=since), key=lambda each: each.started_at):
        is_same = record.tags.get(SEARCH, "").partition("-")[0] == kind and TRIAL in record.tags
        if is_same and record.within not in own and not is_stopped(record):
            trial = trial_of(record, sought)
            if trial.values is not None:
                found.append(trial)
    return found
