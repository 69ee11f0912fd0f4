"""Draw a comparison with letters, for a comment: no image is needed, so none has to be hosted or let through."""

from __future__ import annotations

from collections.abc import Sequence

from vatio.records import Verdict
from vatio.report._words import Words
from vatio.report.verdict._axis import Axis, axis_of
from vatio.report.verdict._say import changes as changes_of
from vatio.report.verdict._say import limit_ratio, pairs_of, percent
from vatio.report.verdict._words import words as words_of

_WIDTH = 52
_HEIGHTS = " ▁▂▃▄▅▆▇█"


def text_picture(verdict: Verdict, *, ratios: Sequence[float] | None = None, language: str = "en") -> str:
    """Draw how often each change occurred, the interval that decides, and the two limits, 64 columns wide at most.

    ``ratios`` are the pairs' costs, candidate over baseline; else those that the verdict keeps.

    Raises:
        UnknownName: the report is not written in that language.
    """
    said = words_of(language)
    changes = changes_of(pairs_of(verdict, ratios))
    axis = axis_of(verdict, changes)
    lines = [f"{_pairs(axis, changes)}  {said.say('strip_pairs')}"] if changes else []
    lines += [f"{_interval(axis, verdict)}  {said.say('strip_change')}"] if verdict.pairs else []
    return "\n".join(line.rstrip() for line in [*lines, *_limits(axis, verdict, said)])


def _column(axis: Axis, ratio: float) -> int:
    return min(_WIDTH - 1, int(axis.share(ratio) * _WIDTH))


def _pairs(axis: Axis, changes: Sequence[float]) -> str:
    counts = [0] * _WIDTH
    for ratio in changes:
        counts[_column(axis, ratio)] += 1
    most = max(counts)
    return "".join(_HEIGHTS[-(-8 * count // most)] for count in counts)


def _interval(axis: Axis, verdict: Verdict) -> str:
    """Draw a bar from end to end, open where an end is not known, with the best value in it."""
    found = verdict.change_ratio
    low = 0 if found.low is None else _column(axis, found.low)
    high = _WIDTH - 1 if found.high is None else _column(axis, found.high)
    cells = [" "] * low + ["─"] * (high - low + 1) + [" "] * (_WIDTH - 1 - high)
    cells[low], cells[high] = "─" if found.low is None else "├", "─" if found.high is None else "┤"
    cells[_column(axis, found.value)] = "●"
    return "".join(cells)


def _limits(axis: Axis, verdict: Verdict, words: Words) -> list[str]:
    allowed, limit = _column(axis, verdict.allowed_ratio), _column(axis, limit_ratio(verdict))
    rule = ["─"] * _WIDTH
    rule[allowed] = rule[limit] = "┬"
    first = words.say("allowed_line", ratio=percent(verdict.allowed_ratio, words)).replace("\u00a0", " ")
    second = words.say("limit_line", ratio=percent(limit_ratio(verdict), words)).replace("\u00a0", " ")
    below = [" "] * _WIDTH
    below[limit] = "│"
    return ["".join(rule), _beside(below, allowed, first), _beside([" "] * _WIDTH, limit, second)]


def _beside(cells: list[str], column: int, label: str) -> str:
    """Write a label beside the foot of a line: to its left where it fits there, else to its right, over what stands there."""
    start = column - len(label) - 1
    if start >= 0:
        return "".join([*cells[:start], label, " ┘", *cells[column + 1 :]])
    return "".join([*cells[:column], "└ ", label, *cells[column + 2 + len(label) :]])
