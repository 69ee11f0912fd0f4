"""Make repetitions of runs: of one that has just ended, and of those that an earlier part of the comparison kept."""

from __future__ import annotations

from vatio.measure.paired._measurement import Repetition
from vatio.measure.paired._order import Turn, turn_of
from vatio.records import RunRecord

# Notes by which a run tells why it was ended.
STOPPED = "the comparison was stopped: this repetition does not count"
LATE = "ended after "


def repetition_of(record: RunRecord, turn: Turn, *, stderr_tail: str = "", reason: str = "") -> Repetition:
    """Make a repetition of its run, without a cost yet; one that did not finish is not ok and says why."""
    is_done = record.status == "finished"
    return Repetition(
        arm=turn.arm,
        block=turn.block,
        position=turn.position,
        warm_up=turn.warm_up,
        run=record.id,
        cost=None,
        ok=is_done,
        exit_code=record.exit_code if record.signal is None else 128 + record.signal,
        duration_s=record.duration_s,
        cpu_s=record.cpu_s,
        work=record.work,
        metrics=record.metrics,
        reason="" if is_done else reason or _reason(record),
        stderr_tail=stderr_tail,
        record=record,
    )


def unmeasured(turn: Turn, *, exit_code: int | None, reason: str, stderr_tail: str = "") -> Repetition:
    """Make a repetition that has no run: there was no child, or nothing of it could be kept."""
    return Repetition(
        arm=turn.arm,
        block=turn.block,
        position=turn.position,
        warm_up=turn.warm_up,
        run=None,
        cost=None,
        ok=False,
        exit_code=exit_code,
        reason=reason,
        stderr_tail=stderr_tail,
    )


def kept_repetition(record: RunRecord) -> Repetition | None:
    """Make a repetition of a run in the ledger; ``None`` where it is none, or did not come to its end."""
    turn = turn_of(record.tags)
    if turn is None or record.status not in ("finished", "failed") or STOPPED in record.notes:
        return None
    return repetition_of(record, turn)


def _reason(record: RunRecord) -> str:
    late = next((note for note in record.notes if note.startswith(LATE)), "")
    if late:
        return late
    if record.signal is not None:
        return f"signal {record.signal}"
    return f"exit code {record.exit_code}" if record.exit_code is not None else record.status
