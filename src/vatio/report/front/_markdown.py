"""Write a front as Markdown: what to deploy, the points by batch, what was left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vatio.records import Front
from vatio.report._markdown import escaped
from vatio.report.front import _rows, _say
from vatio.report.front._words import words as words_of

_MOST_ROWS = 100


def front_markdown(front: Front, *, language: str = "en") -> str:
    """Write a front as Markdown.

    Raises:
        UnknownName: the report is not written in that language.
    """
    said = words_of(language)
    parts = [f"### {escaped(_say.headline(front, said))}", escaped(" ".join(_say.reasons(front, said)))]
    for batch in front.batches:
        parts.append(f"**{said.say('front_batch', batch=str(batch))}**")
        parts.append(_table(_rows.head(front, said), _rows.points(front, batch, said)))
    parts.append("\n".join(f"- {escaped(note)}" for note in front.notes))
    rows = _rows.rejected(front, said, most=_MOST_ROWS)
    if rows:
        inner = _table(_rows.rejected_head(front, said), rows)
        parts.append(f"<details><summary>{said.say('front_rejected_title')}</summary>\n\n{inner}\n\n</details>")
    parts.append(_table((said.say("front_figure"), said.say("value")), _rows.rule(front, said)))
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(escaped(cell) for cell in row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(map(escaped, head))} |", f"|{'---|' * len(head)}", *lines])
