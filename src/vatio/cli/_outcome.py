"""Say on stderr how a wrapped run went: notes, then its receipt."""

from __future__ import annotations

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.cli._rim import Rim
    from vatio.measure import RunOutcome


def say_outcome(rim: Rim, outcome: RunOutcome) -> None:
    """Write the notes and the receipt of a run, at most twelve lines of it."""
    for note in outcome.notes:
        rim.note(note)
    if outcome.record is None:
        return
    from vatio.report import receipt

    lines = receipt(
        outcome.record,
        change=_change(rim, outcome),
        head=outcome.head,
        recorded_in=outcome.recorded_in,
    )
    click.echo("\n".join(lines), err=True)


def _change(rim: Rim, outcome: RunOutcome) -> str | None:
    if outcome.record is None or outcome.head is None:  # no head: it went to an outbox, or nowhere
        return None
    from vatio.cli._series import series_text

    with rim.ledger(settled=False) as ledger:
        return series_text(ledger, outcome.record)
