"""Write the study as one page with its figures."""

from __future__ import annotations

import statistics

from vatio import __version__
from vatio.optimise.study._agreement import agreement
from vatio.optimise.study._cells import AXES, of
from vatio.optimise.study._data_centric import DataStudy
from vatio.optimise.study._lines import cost, headline, number, percent
from vatio.optimise.study._traps import traps
from vatio.report.page import Html, document, join, section, table, tag, text, user, words

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM, _RIGHT = 460.0, 280.0, 44.0, 16.0, 244.0, 370.0
_COLOURS = ("#0b6e62", "#b4552d", "#3a5fa8", "#8a6d1d", "#7b3f87", "#5b6770")
# Apart by eye even where colours are not: a dash each.
_DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2", "1 2")


def study_html(study: DataStudy) -> str:
    """Write one page about the study; it asks no host for anything."""
    brand = tag("div", tag("p", tag("b", text("vatio")), text(" study"), class_="brand"), class_="bar")
    pictures = [
        tag("figure", _picture(study, axis, part), _caption(study, axis, part)) for axis in AXES for part in ("train", "")
    ]
    told = [tag("li", tag("b", text(f"{trap.name}: ")), user(trap.text)) for trap in traps(study)]
    beside = agreement(study)
    body = [
        section("On everything", _wholes(study)),
        section("What reducing saves", _effects(study)),
        section("Curves", tag("div", *pictures)),
        *([section("Traps", tag("ul", *told, class_="plain"))] if told else []),
        *([section("Against the published figures", _beside(study))] if beside else []),
        *([section("Notes", tag("ul", *(tag("li", user(note)) for note in study.table.notes)))] if study.table.notes else []),
    ]
    foot = tag("footer", tag("p", text(f"vatio {__version__}: measured in run {study.run}, costs in {study.unit}.")))
    whole = join([tag("header", brand, tag("h1", text(headline(study)))), tag("main", *body, id="figures"), foot])
    return document(headline(study), whole, words("en"), style=_STYLE)


def _wholes(study: DataStudy) -> Html:
    rows = [[text(w.algorithm), text(cost(w.train)), text(cost(w.predict)), text(f"{w.quality:.3f}")] for w in study.wholes]
    head = ("algorithm", f"train, {study.unit}", f"predict, {study.unit}", study.design.metric)
    return table(text("Medians on all rows and features"), [text(name) for name in head], rows)


def _effects(study: DataStudy) -> Html:
    rows = [
        [
            text(f"{effect.algorithm}, {100.0 * effect.level_ratio:.0f} % of {effect.axis}"),
            text(percent(effect.train_saving_ratio)),
            text(percent(effect.net_saving_ratio)),
            text(f"{effect.quality_change:+.3f}"),
            *(text(number(p)) for p in (effect.test.kruskal_p, effect.test.eta_squared, effect.test.normal_p)),
        ]
        for effect in study.effects
    ]
    head = ("reduced", "training saved", "net of selecting", study.design.metric, "Kruskal p", "eta squared", "Shapiro-Wilk p")
    return table(text("Against all rows and features"), [text(name) for name in head], rows)


def _beside(study: DataStudy) -> Html:
    rows = [
        [
            text(f.what),
            text(f"{f.published_ratio:.3f}"),
            text(f"{f.measured_ratio:.3f}"),
            text("agrees" if f.agrees else "differs"),
        ]
        for f in agreement(study)
    ]
    return table(text("Published and measured"), [text(name) for name in ("figure", "published", "here", "")], rows)


def _caption(study: DataStudy, axis: str, part: str) -> Html:
    what = "Cost of training, as a share of the whole's" if part else study.design.metric
    return tag("figcaption", text(f"{what}, by share of the {axis}"), class_="note")


def _picture(study: DataStudy, axis: str, part: str) -> Html:
    """Draw a line for each algorithm: the median cost of a part over that of the whole, or, with no part, the quality."""
    series = [(algorithm, _points(study, algorithm, axis, part)) for algorithm in study.design.algorithms]
    most = max([1.0, *(value for _, points in series for _, value in points)])
    label = f"{'cost' if part else study.design.metric} by {axis}"
    parts = [tag("title", text(label)), *_grid(most)]
    for at, (algorithm, points) in enumerate(series):
        colour, dash = _COLOURS[at % len(_COLOURS)], _DASHES[at % len(_DASHES)]
        places = [f"{_LEFT + x * (_RIGHT - _LEFT):.1f} {_BOTTOM - y / most * (_BOTTOM - _TOP):.1f}" for x, y in points]
        if not places:
            continue
        pen: dict[str, str | float | None] = {"stroke": colour, "stroke_dasharray": dash or None, "stroke_width": 2.0}
        y, start = _TOP + 14.0 + 20.0 * at, _RIGHT + 8.0
        mark = tag("path", d=f"M{start} {y - 4.0}h18", fill="none", **pen)
        name = tag("text", text(algorithm), x=_RIGHT + 30.0, y=y, class_="axis")
        parts += [tag("path", d="M" + "L".join(places), fill="none", **pen), mark, name]
    return tag("svg", *parts, viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}", width="100%", role="img", class_="study")


def _points(study: DataStudy, algorithm: str, axis: str, part: str) -> list[tuple[float, float]]:
    whole = study.whole(algorithm).train
    found = []
    for level in sorted(study.design.levels):
        cells = list(of(study.cells, algorithm=algorithm, axis=axis, level_ratio=level))
        values = [cell.costs.get(part) for cell in cells] if part else [cell.quality for cell in cells]
        known = [value for value in values if value is not None]
        if known and (whole or not part):
            found.append((level, statistics.median(known) / ((whole or 1.0) if part else 1.0)))
    return found


def _grid(most: float) -> list[Html]:
    found = []
    for at in range(5):
        y, x = _BOTTOM - at / 4.0 * (_BOTTOM - _TOP), _LEFT + at / 4.0 * (_RIGHT - _LEFT)
        found.append(tag("line", class_="rule", x1=_LEFT, x2=_RIGHT, y1=y, y2=y))
        found.append(tag("text", text(f"{most * at / 4.0:.2f}"), class_="axis", x=_LEFT - 6.0, y=y + 4.0, text_anchor="end"))
        found.append(tag("text", text(f"{25 * at} %"), class_="axis", x=x, y=_BOTTOM + 18.0, text_anchor="middle"))
    return found


_STYLE = """
svg.study { --ink: #191c20; --soft: #565c65; --rule: #e2e2dc; font: 13px system-ui, sans-serif; max-width: 40rem; }
@media screen and (prefers-color-scheme: dark) { svg.study { --ink: #eceae4; --soft: #a8aeb6; --rule: #2b3034; } }
svg.study .axis { fill: var(--soft); stroke: none; font-size: 13px; }
svg.study .rule { stroke: var(--rule); }
"""
