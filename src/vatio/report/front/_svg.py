"""Write the picture of a front as a file of its own, which follows the reader's light or dark."""

from __future__ import annotations

from importlib.resources import files

from vatio.records import Front
from vatio.report._words import Words
from vatio.report.front import _say
from vatio.report.front._picture import HEIGHT_PX, drawing, mark_key, spoken
from vatio.report.front._words import words as words_of
from vatio.report.page import Html, join, tag, text

_WIDTH, _PAD, _HEAD = 720.0, 18.0, 48.0
KINDS = ("baseline", "chosen", "certified", "open", "rejected")
# The colours that a page has already, for a picture that stands alone.
_ALONE = (
    "svg.alone{--paper:#fcfcfa;--ink:#191c20;--soft:#565c65;--rule:#e2e2dc}svg{overflow:visible}"
    "@media (prefers-color-scheme:dark){svg.alone{--paper:#121517;--ink:#eceae4;--soft:#a8aeb6;--rule:#2b3034}}"
    "svg.alone .paper{fill:var(--paper)}svg.alone .name{fill:var(--ink);font-weight:600;font-size:14px}"
)


def front_svg(front: Front, *, language: str = "en") -> str:
    """Draw a front, one panel for each batch, as one SVG that asks no host for anything.

    Raises:
        UnknownName: the report is not written in that language.
    """
    said = words_of(language)
    panel = HEIGHT_PX + _HEAD
    height = _PAD + panel * len(front.batches) + _PAD
    parts = [
        tag("title", text(_say.headline(front, said)), id="front-title"),
        tag("desc", text(" ".join(spoken(front, batch, said) for batch in front.batches)), id="front-desc"),
        Html(f"<style>{own('front.css')}{_ALONE}</style>"),
        tag("rect", class_="paper", x=0.0, y=0.0, width=_WIDTH, height=height),
        *(_panel(front, batch, _PAD + panel * at, said) for at, batch in enumerate(front.batches)),
    ]
    whole = tag(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH:g} {height:g}",
        width=_WIDTH,
        height=height,
        role="img",
        class_="front alone",
        aria_labelledby="front-title front-desc",
    )
    return f"{whole}\n"


def inline(front: Front, batch: int, words: Words) -> Html:
    """Draw one batch into a page, as wide as it is."""
    name = text(words.say("front_picture_name", metric=front.metric, batch=str(batch)))
    inside = join(
        [
            tag("title", name, id=f"front-title-{batch}"),
            tag("desc", text(spoken(front, batch, words)), id=f"front-desc-{batch}"),
            drawing(front, batch, words),
        ]
    )
    return tag(
        "svg",
        inside,
        class_="front",
        role="img",
        width="100%",
        height=HEIGHT_PX,
        aria_labelledby=f"front-title-{batch} front-desc-{batch}",
    )


def legend(words: Words) -> Html:
    """Name the marks."""
    items = (tag("li", _key(kind), text(words.say(f"front_key_{kind}"))) for kind in KINDS)
    return tag("ul", *items, class_="keys")


def own(name: str) -> str:
    """Read one of the files that lie beside this one."""
    return files("vatio.report.front").joinpath(name).read_text(encoding="utf-8")


def _key(kind: str) -> Html:
    return Html(mark_key(kind).replace('class="mark"', 'class="mark front"', 1))


def _panel(front: Front, batch: int, top_px: float, words: Words) -> Html:
    name = words.say("front_batch_one") if batch == 1 else words.say("front_batch_many", batch=str(batch))
    return join(
        [
            tag("text", text(name), class_="name", x=_PAD, y=top_px + 20.0),
            tag("svg", drawing(front, batch, words), x=_PAD, y=top_px + 34.0, width=_WIDTH - 2 * _PAD, height=HEIGHT_PX),
        ]
    )
