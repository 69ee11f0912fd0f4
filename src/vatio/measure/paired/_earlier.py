"""Find what earlier parts of a comparison have measured, so that none of it is repeated or lost."""

from __future__ import annotations

from typing import Any, NamedTuple

from vatio.errors import LedgerUnavailable, MeasureError, UnknownName, UsageError
from vatio.measure.paired._found import kept_repetition
from vatio.measure.paired._identity import difference
from vatio.measure.paired._measurement import Repetition
from vatio.records import RunRecord

# The tag of a comparison's own run: the digest of what it is.
TAG = "paired"


class Earlier(NamedTuple):
    """Hold the earlier parts of a comparison, the latest first, and their repetitions, each turn once."""

    runs: tuple[RunRecord, ...] = ()
    repetitions: tuple[Repetition, ...] = ()


def read_earlier(ledger: Any, ref: str, *, now: bytes) -> Earlier:
    """Read the comparison that ``ref`` names, and those that it went on with; ``now`` is what is to be compared.

    Raises:
        LedgerUnavailable: there is no ledger to read.
        UnknownName: it has no such run.
        UsageError: the run is no comparison, or one of something else.
        MeasureError: it still goes on.
    """
    if ledger is None:
        raise LedgerUnavailable("the ledger cannot be opened, so that nothing can be gone on with")
    ledger.settle()
    runs = [_comparison(ledger, ref)]
    _check_same(ledger, runs[0], now)
    tag = runs[0].tags[TAG]
    for parent in runs[0].parents:
        waiting = [parent]
        while waiting:
            run = _part(ledger, waiting.pop(), tag)
            if run is not None and run.id not in [known.id for known in runs]:
                runs.append(run)
                waiting.extend(run.parents)
    return Earlier(tuple(runs), _repetitions(ledger, runs))


def _comparison(ledger: Any, ref: str) -> RunRecord:
    run: RunRecord = ledger.run(ref)
    if TAG not in run.tags:
        raise UsageError(f"run {run.id} is no comparison", hint="vatio runs list --tag shows what each run is")
    if run.status == "running":
        raise MeasureError(f"comparison {run.id} still goes on", hint="wait for its end, or end it")
    return run


def _part(ledger: Any, ref: str, tag: str) -> RunRecord | None:
    try:
        run: RunRecord = ledger.run(ref)
    except UnknownName:  # lineage may name runs of another ledger
        return None
    return run if run.tags.get(TAG) == tag else None


def _check_same(ledger: Any, run: RunRecord, now: bytes) -> None:
    from vatio.digest import sha256

    kept = run.tags[TAG]
    if kept == sha256(now).hexdigest():
        return
    try:
        said = difference(ledger.read_blob(kept), now)
    except UnknownName:
        said = "what it compared is kept no longer, and is something else"
    raise UsageError(
        f"comparison {run.id} cannot be gone on with: {said or 'it is another one'}",
        hint="give the same arms and the same design, or begin anew",
    )


def _repetitions(ledger: Any, runs: list[RunRecord]) -> tuple[Repetition, ...]:
    """Read the repetitions in the order in which they were made; of one that was made twice the first counts."""
    found: dict[tuple[str, bool, int], Repetition] = {}
    for run in reversed(runs):
        for record in sorted(ledger.runs(0, within=run.id), key=lambda record: record.started_at):
            repetition = kept_repetition(record)
            if repetition is not None:
                found.setdefault((repetition.arm, repetition.warm_up, repetition.block), repetition)
    return tuple(found.values())
