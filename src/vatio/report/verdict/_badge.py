"""Draw a verdict as a badge that no other host has to serve."""

from __future__ import annotations

from vatio.records import Verdict
from vatio.report.page import Html, join, tag, text
from vatio.report.verdict._say import percents
from vatio.report.verdict._words import words as words_of

# White letters on each of these have a contrast of 4.5 or more (WCAG 2.2, 1.4.3).
_COLOURS = {"pass": "#0b6e62", "fail": "#a33b00", "inconclusive": "#5a6069"}
_LABEL_COLOUR = "#31363d"
_ADVANCE = 6.7  # mean width of a letter of 11 px; textLength makes it exact
_PAD = 7.0
_HEIGHT = 20


def badge_svg(verdict: Verdict, *, label: str | None = None, language: str = "en") -> str:
    """Draw one badge: what was compared, what came out, by how much it changed.

    Raises:
        UnknownName: the report is not written in that language.
    """
    said = words_of(language)
    name = label or said.say("cost_j" if verdict.unit == "J" else "cost_cpu_s")
    value = said.name(verdict.outcome)
    if verdict.pairs:
        value += f" {percents(verdict.change_ratio, said)[0]}"
    widths = [len(part) * _ADVANCE + 2 * _PAD for part in (name, value)]
    whole = tag(
        "svg",
        tag("title", text(f"{name}: {value}")),
        _box(0.0, widths[0], _LABEL_COLOUR, name),
        _box(widths[0], widths[1], _COLOURS[verdict.outcome], value),
        xmlns="http://www.w3.org/2000/svg",
        width=sum(widths),
        height=_HEIGHT,
        role="img",
        aria_label=f"{name}: {value}",
    )
    return f"{whole}\n"


def _box(x: float, width: float, colour: str, letters: str) -> Html:
    written = tag(
        "text",
        text(letters),
        x=x + _PAD,
        y=14,
        fill="#fff",
        textLength=width - 2 * _PAD,
        font_family="Verdana, DejaVu Sans, sans-serif",
        font_size=11,
    )
    return join([tag("rect", x=x, width=width, height=_HEIGHT, fill=colour), written])
