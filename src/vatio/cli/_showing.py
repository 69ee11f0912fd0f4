"""One run on the terminal: its receipt, then its phases, gaps and notes."""

from __future__ import annotations

from collections.abc import Iterator

from vatio.cli._terminal import plain_table
from vatio.records import RunRecord
from vatio.report import clean, duration, receipt, told


def shown(record: RunRecord, *, change: str | None = None, head: str | None = None) -> tuple[str, ...]:
    """Write all of a run that fits a terminal."""
    next_command = f"vatio report {record.id} --html report.html"
    return (
        *receipt(record, change=change, head=head, next_command=next_command),
        *_about(record),
        *_phases(record),
        *_notes(record),
    )


def _about(record: RunRecord) -> Iterator[str]:
    yield f"{'run':<10} {record.id}"
    yield f"{'started':<10} {record.started_at.astimezone().isoformat(sep=' ', timespec='seconds')}"
    yield f"{'command':<10} {clean(' '.join(record.command))}"
    tags = [f"{name}={value}" for name, value in record.tags.items()]
    yield f"{'project':<10} {clean(', '.join([record.project, record.stage, *tags]))}"
    if record.within:
        yield f"{'within':<10} {record.within}"


def _phases(record: RunRecord) -> Iterator[str]:
    if not record.phases:
        return
    rows = [(clean(phase.name), duration(phase.duration_s), told(phase.energy_j, "j")) for phase in record.phases]
    yield from ("", *plain_table(("phase", "lasted", "energy"), rows, right=(1, 2)))


def _notes(record: RunRecord) -> Iterator[str]:
    notes = [f"gap from {gap.start_s:.1f} s to {gap.end_s:.1f} s: {gap.reason}" for gap in record.gaps]
    if notes or record.notes:
        yield ""
    yield from (clean(note) for note in (*notes, *record.notes))
