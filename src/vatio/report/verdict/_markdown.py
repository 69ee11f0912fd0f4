"""Write a verdict as a comment on a pull request.

Its picture is drawn with letters: a comment shows no SVG that stands in it, drops images that come as data, and takes others
only from a host, which a private repository or a fork has not got.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vatio import __version__
from vatio.records import Verdict
from vatio.report._markdown import escaped
from vatio.report._words import Words
from vatio.report.verdict import _figures
from vatio.report.verdict._say import reasons, sentence
from vatio.report.verdict._strip import text_picture
from vatio.report.verdict._words import words as words_of

# A later comment finds the one that it replaces by this line, which is not shown.
MARK = "<!-- vatio gate -->"
_NOTES = 20
# GitHub refuses a comment of more than 65 536 letters.
_LONGEST = 300


def to_markdown(verdict: Verdict, *, ratios: Sequence[float] | None = None, language: str = "en") -> str:
    """Write a comment: the outcome, the picture in letters, the figures, and what stands beside them.

    Raises:
        UnknownName: the report is not written in that language.
    """
    said = words_of(language)
    parts = [
        MARK,
        f"### vatio gate: {said.name(verdict.outcome)}",
        f"**{_cell(sentence(verdict, said))}**",
        _cell(" ".join(reasons(verdict, said))),
        f"```text\n{text_picture(verdict, ratios=ratios, language=language)}\n```",
        _quality(verdict, said),
        "\n".join(f"- {_cell(note)}" for note in _figures.remarks(verdict, said)[:_NOTES]),
        _folded("rule_title", _table((said.say("figure"), said.say("value")), _figures.rule(verdict, said)), said),
        _folded("tests_title", _tests(verdict, said), said),
        _folded("packages_title", _packages(verdict, said), said),
        f"*{said.say('footer_many', version=__version__)}*",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _quality(verdict: Verdict, words: Words) -> str:
    head = [words.say(key) for key in ("quality_metric", "verdict_change", "quality_loss", "verdict_outcome")]
    return _table(head, _figures.quality(verdict, words))


def _tests(verdict: Verdict, words: Words) -> str:
    head = (words.say("tests_name"), words.say("tests_statistic"), words.say("verdict_p"))
    return _table(head, _figures.tests(verdict, words))


def _packages(verdict: Verdict, words: Words) -> str:
    head = (words.say("package"), words.say("package_before"), words.say("package_after"))
    return _table(head, _figures.packages(verdict))


def _folded(key: str, body: str, words: Words) -> str:
    return f"<details><summary>{words.say(key)}</summary>\n\n{body}\n\n</details>" if body else ""


def _cell(text: str) -> str:
    return escaped(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *lines]) if lines else ""
