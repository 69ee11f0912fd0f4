"""Write a plan as one self-contained page: when to run, the curve, the figures, the windows."""

from __future__ import annotations

from datetime import datetime

from vatio import __version__
from vatio.account import IntensityCurve
from vatio.records import Plan
from vatio.report._format import duration, local_time, plain
from vatio.report._words import words
from vatio.report.page import NOTHING, Html, document, join, section, table, tag, text, user
from vatio.report.plan._lines import figures, headline
from vatio.report.plan._picture import drawn, own


def plan_html(plan: Plan, curve: IntensityCurve | None = None, *, start: datetime, end: datetime) -> str:
    """Write one page about a plan; with its curve also the picture from a start to an end."""
    head = join(
        [
            tag("div", tag("p", tag("b", text("vatio")), text(" plan"), class_="brand"), class_="bar"),
            tag("h1", text(headline(plan))),
        ]
    )
    body = [
        NOTHING if curve is None or end <= start or len(curve.starts_s) < 2 else _picture(plan, curve, start, end),
        section("Figures", tag("dl", *_facts(plan), class_="facts")),
        section("Windows", _windows(plan)),
        section("Notes", tag("ul", *(tag("li", user(note)) for note in plan.notes), class_="plain")) if plan.notes else NOTHING,
    ]
    foot = tag("footer", tag("p", text(f"vatio {__version__}: expected, not measured; the run's receipt says what was.")))
    whole = join([tag("header", head), tag("main", *body, id="figures"), foot])
    return document(headline(plan), whole, words("en"), style=own("plan.css"))


def _picture(plan: Plan, curve: IntensityCurve, start: datetime, end: datetime) -> Html:
    note = tag("figcaption", text("Filled: the job runs. The band is the curve's interval, where it has one."), class_="note")
    return section("Curve", tag("figure", drawn(plan, curve, start=start, end=end), note))


def _facts(plan: Plan) -> list[Html]:
    return [tag("div", tag("dt", text(name)), tag("dd", user(value))) for name, value in figures(plan)]


def _windows(plan: Plan) -> Html:
    rows = [
        (
            text(local_time(window.start)),
            text(local_time(window.end)),
            text(duration((window.end - window.start).total_seconds())),
            user(window.zone or "-"),
            text(plain(window.scale)),
            text("-" if window.power_limit_w is None else f"{plain(window.power_limit_w)} W"),
        )
        for window in plan.windows
    ]
    names = ("start", "end", "lasts", "zone", "scale", "power limit")
    return table(text("Windows"), [text(name) for name in names], rows)
