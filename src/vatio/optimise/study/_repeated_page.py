"""Write a repeated study as one page with its figures."""

from __future__ import annotations

from vatio import __version__
from vatio.optimise.study._repeated import Curves, Grid, Repeated, written
from vatio.report.page import Html, document, join, section, table, tag, text, user, words

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM, _RIGHT = 620.0, 300.0, 60.0, 16.0, 250.0, 420.0
_COLOURS = ("#0b6e62", "#b4552d", "#3a5fa8", "#8a6d1d", "#7b3f87", "#5b6770")
# Apart by eye even where colours are not: a dash each.
_DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2", "1 2")


def repeated_html(study: Repeated) -> str:
    """Write one page about the study; it asks no host for anything."""
    brand = tag("div", tag("p", tag("b", text("vatio")), text(" study"), class_="brand"), class_="bar")
    pictures = [tag("figure", _picture(one), tag("figcaption", user(one.what), class_="note")) for one in study.curves]
    body = [
        *(section(grid.title, _grid(grid)) for grid in study.tables),
        section("Curves", tag("div", *pictures)),
        *([section("Against the published figures", _claims(study))] if study.claims else []),
        *([section("Notes", tag("ul", *(tag("li", user(note)) for note in study.notes)))] if study.notes else []),
    ]
    foot = tag("footer", tag("p", text(f"vatio {__version__}: measured in run {study.run}, costs in {study.unit}.")))
    whole = join([tag("header", brand, tag("h1", user(study.headline))), tag("main", *body, id="figures"), foot])
    return document(study.headline, whole, words("en"), style=_STYLE)


def _grid(grid: Grid) -> Html:
    rows = [[user(written(cell)) for cell in row] for row in grid.rows]
    return table(text(grid.title), [text(name) for name in grid.columns], rows)


def _claims(study: Repeated) -> Html:
    rows = [
        [text(one.what), text(one.published), text(one.here), text("agrees" if one.agrees else "differs")]
        for one in study.claims
    ]
    return table(text("Published and measured"), [text(name) for name in ("figure", "published", "here", "")], rows)


def _picture(one: Curves) -> Html:
    """Draw a line for each name, with both axes named and scaled to what there is."""
    points = [point for series in one.series.values() for point in series]
    ends = _ends([x for x, _ in points]), _ends([y for _, y in points])
    parts = [tag("title", text(f"{one.what} by {one.by}")), *_axes(one, *ends)]
    for at, (name, series) in enumerate(one.series.items()):
        pen = {
            "stroke": _COLOURS[at % len(_COLOURS)],
            "stroke_dasharray": _DASHES[at % len(_DASHES)] or None,
            "stroke_width": 2.0,
        }
        y, start = _TOP + 14.0 + 20.0 * at, _RIGHT + 8.0
        places = [f"{_across(x, ends[0]):.1f} {_up(value, ends[1]):.1f}" for x, value in series]
        parts.append(tag("path", d="M" + "L".join(places), fill="none", **pen))
        parts.append(tag("path", d=f"M{start} {y - 4.0}h18", fill="none", **pen))
        parts.append(tag("text", text(name), x=_RIGHT + 30.0, y=y, class_="axis"))
    return tag("svg", *parts, viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}", width="100%", role="img", class_="study")


def _axes(one: Curves, across: tuple[float, float], up: tuple[float, float]) -> list[Html]:
    found = [tag("text", text(one.by), class_="axis", x=_RIGHT, y=_HEIGHT - 8.0, text_anchor="end")]
    for at in range(5):
        value, place = (end[0] + (end[1] - end[0]) * at / 4.0 for end in (up, across))
        y, x = _up(value, up), _across(place, across)
        found.append(tag("line", class_="rule", x1=_LEFT, x2=_RIGHT, y1=y, y2=y))
        found.append(tag("text", text(f"{value:.3g}"), class_="axis", x=_LEFT - 6.0, y=y + 4.0, text_anchor="end"))
        found.append(tag("text", text(f"{place:.3g}"), class_="axis", x=x, y=_BOTTOM + 18.0, text_anchor="middle"))
    return found


def _ends(values: list[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _across(x: float, ends: tuple[float, float]) -> float:
    return _LEFT + (x - ends[0]) / (ends[1] - ends[0]) * (_RIGHT - _LEFT)


def _up(y: float, ends: tuple[float, float]) -> float:
    return _BOTTOM - (y - ends[0]) / (ends[1] - ends[0]) * (_BOTTOM - _TOP)


_STYLE = """
svg.study { --ink: #191c20; --soft: #565c65; --rule: #e2e2dc; font: 13px system-ui, sans-serif; max-width: 48rem; }
@media screen and (prefers-color-scheme: dark) { svg.study { --ink: #eceae4; --soft: #a8aeb6; --rule: #2b3034; } }
svg.study .axis { fill: var(--soft); stroke: none; font-size: 13px; }
svg.study .rule { stroke: var(--rule); }
"""
