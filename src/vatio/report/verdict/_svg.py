"""Write the picture of a comparison as a file of its own, which follows the reader's light or dark."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from vatio.records import Verdict
from vatio.report._words import Words
from vatio.report.page import Html, join, tag, text
from vatio.report.verdict._picture import LEADING, Drawing, drawing
from vatio.report.verdict._say import change, changes, cost, pairs_of, percent, reasons, sentence
from vatio.report.verdict._words import words as words_of

_WIDTH = 560
_PAD = 18.0
_SPOKEN = 40  # pairs that the description lists


def comparison_svg(verdict: Verdict, *, ratios: Sequence[float] | None = None, language: str = "en") -> str:
    """Draw a comparison as one SVG that asks no host for anything, with its letters readable at 360 pixels.

    ``ratios`` are the pairs' costs, candidate over baseline, in order; else those that the verdict keeps.

    Raises:
        UnknownName: the report is not written in that language.
    """
    said = words_of(language)
    ratios = pairs_of(verdict, ratios)
    made = drawing(verdict, ratios, said)
    top = _PAD + 2 * LEADING + 12.0
    height = top + made.height_px + _PAD
    parts = [
        *names(verdict, ratios, said),
        Html(f"<style>{own('comparison.css')}{own('picture.css')}</style>"),
        tag("rect", class_="paper", x=0.5, y=0.5, width=_WIDTH - 1.0, height=height - 1.0, rx=10),
        *_head(verdict, ratios, said),
        tag(
            "svg", made.shapes, x=_PAD, y=top, width=_WIDTH - 2 * _PAD, height=made.height_px, class_="cmp", overflow="visible"
        ),
    ]
    whole = tag(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH} {height:g}",
        width=_WIDTH,
        height=height,
        role="img",
        aria_labelledby="cmp-title cmp-desc",
    )
    return f"{whole}\n"


def inline(verdict: Verdict, ratios: Sequence[float], words: Words) -> Html:
    """Draw a comparison into a page, as wide as it is."""
    made: Drawing = drawing(verdict, ratios, words)
    inside = join([*names(verdict, ratios, words), made.shapes])
    return tag(
        "svg", inside, class_="cmp", role="img", aria_labelledby="cmp-title cmp-desc", width="100%", height=made.height_px
    )


def names(verdict: Verdict, ratios: Sequence[float], words: Words) -> list[Html]:
    """Write what a picture is called and says, for those who cannot see it."""
    said = [sentence(verdict, words), *reasons(verdict, words)]
    shown = [percent(ratio, words, decimals=1) for ratio in changes(ratios)[:_SPOKEN]]
    if shown:
        said.append(words.say("picture_pairs", list="; ".join(shown)))
    title = words.say("picture_name", cost=cost(verdict, words))
    return [tag("title", text(title), id="cmp-title"), tag("desc", text(" ".join(said)), id="cmp-desc")]


def own(name: str) -> str:
    """Read one of the files that lie beside this one."""
    return files("vatio.report.verdict").joinpath(name).read_text(encoding="utf-8")


def _head(verdict: Verdict, ratios: Sequence[float], words: Words) -> list[Html]:
    """Write the outcome, and what is drawn; a narrow picture has room for the dots' words only."""
    outcome = f"{words.name(verdict.outcome)}: {change(verdict, words)}"
    dots = words.say("picture_dots", count=str(len(changes(ratios)))) if ratios else ""
    bar = tag("tspan", text(f"{'; ' if dots else ''}{words.say('picture_bar')}"), class_="wide" if dots else None)
    lines = ((text(outcome), "strong title"), (join([text(dots), bar]), None))
    return [
        tag("g", tag("text", line, x=_PAD, y=_PAD + 16.0 + at * LEADING, class_=class_), class_="cmp")
        for at, (line, class_) in enumerate(lines)
    ]
