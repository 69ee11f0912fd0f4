"""Write a simulation as one self-contained page: the picture, the table, what was checked."""

from __future__ import annotations

from vatio import __version__
from vatio.report._words import words
from vatio.report.page import Html, document, join, section, table, tag, text, user
from vatio.report.simulation._picture import drawn, own
from vatio.report.simulation._shown import HEAD, SimulationShown


def simulation_html(shown: SimulationShown) -> str:
    """Write one page about a simulation; it asks no host for anything."""
    head = join(
        [
            tag("div", tag("p", tag("b", text("vatio")), text(" simulation"), class_="brand"), class_="bar"),
            tag("h1", text(shown.headline())),
        ]
    )
    told = "Bars are means; the thin line reaches to what 95 % of the jobs wait at most."
    body = [
        section("Policies", tag("figure", drawn(shown), tag("figcaption", text(told), class_="note"))),
        section("Table", _table(shown)),
        section("What they do", tag("dl", *(_fact(one.name, one.does) for one in shown.policies), class_="facts")),
        section("Checked", _list(shown.checks)),
        section("Notes", _list((f"intensities: {shown.source}", *shown.notes))),
    ]
    foot = tag("footer", tag("p", text(f"vatio {__version__}: replayed, not measured.")))
    whole = join([tag("header", head), tag("main", *body, id="figures"), foot])
    return document(shown.headline(), whole, words("en"), style=own("simulation.css"))


def _table(shown: SimulationShown) -> Html:
    rows = [[text(cell) for cell in one.cells()] for one in shown.policies]
    return table(text("Policies"), [text(name) for name in HEAD], rows)


def _fact(name: str, value: str) -> Html:
    return tag("div", tag("dt", text(name)), tag("dd", text(value)))


def _list(items: tuple[str, ...]) -> Html:
    return tag("ul", *(tag("li", user(item)) for item in items), class_="plain")
