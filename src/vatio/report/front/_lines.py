"""Write a front for a terminal: for each batch the points as a table, what to deploy, what was left and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from vatio.records import Front
from vatio.report._format import PLAIN, clean, fit
from vatio.report._words import Words
from vatio.report.front import _rows, _say
from vatio.report.front._words import words as words_of

_CHAIN, _REASON = 44, 96
_MOST_REJECTED = 12


def front_lines(front: Front, *, is_full: bool = False) -> tuple[str, ...]:
    """Write a front as plain lines; ``is_full`` lists everything that was left."""
    return tuple(
        clean(line).replace("\u00a0", " ").replace("\u2060", "").replace("\u203a", ">") for line in _lines(front, is_full)
    )


def _lines(front: Front, is_full: bool) -> Iterator[str]:
    said = replace(words_of("en"), marks=PLAIN)
    yield _say.headline(front, said)
    for batch in front.batches:
        yield ""
        yield said.say("front_batch", batch=str(batch))
        columns = (0, 2, 3, 4, 5, 6, 8, 1)
        head = _rows.head(front, said)
        rows = [tuple(row[at] for at in columns) for row in _rows.points(front, batch, said)]
        yield from _table([tuple(head[at] for at in columns), *rows])
    yield ""
    yield from _say.reasons(front, said)[1:]
    yield from front.notes
    yield from _left(front, said, len(front.rejected) if is_full else _MOST_REJECTED)


def _left(front: Front, said: Words, most: int) -> Iterator[str]:
    rows = _rows.rejected(front, said, most=most)
    if not rows:
        return
    yield ""
    yield f"{said.say('front_rejected_title')}:"
    for chain, state, reason, batch, _ in rows:
        where = f" (batch {batch})" if batch else ""
        why = reason if reason.startswith(state) or not state or state == said.say("tried") else f"{state}: {reason}"
        yield f"  {chain}{where}: {fit(why, _REASON)}"
    if len(front.rejected) > len(rows):
        yield f"  and {len(front.rejected) - len(rows)} more; --json names them all"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Align the columns; the first and the last are text, and the last is as long as it likes."""
    plain = [[cell.replace("\u2060", "") for cell in row] for row in rows]
    plain = [[fit(row[0], _CHAIN), *row[1:]] for row in plain]
    widths = [max(len(row[at]) for row in plain) for at in range(len(plain[0]) - 1)]
    for first, *rest, last in plain:
        cells = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        yield "  ".join((first.ljust(widths[0]), *cells, last)).rstrip()
