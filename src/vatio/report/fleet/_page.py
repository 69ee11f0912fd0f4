"""Write a fleet's plan as one self-contained page: the picture, the zones, every hour of every zone, every job."""

from __future__ import annotations

from vatio import __version__
from vatio.report._words import words
from vatio.report.fleet._lines import HEAD
from vatio.report.fleet._picture import drawn, own
from vatio.report.fleet._shown import FleetShown, local
from vatio.report.page import NOTHING, Html, document, join, section, table, tag, text, user
from vatio.units import W_PER_KW

_MOST_SLOTS, _MOST_JOBS = 24 * 31, 2000


def fleet_html(shown: FleetShown) -> str:
    """Write one page about a plan; it asks no host for anything."""
    head = join(
        [
            tag("div", tag("p", tag("b", text("vatio")), text(" fleet"), class_="brand"), class_="bar"),
            tag("h1", text(shown.headline())),
        ]
    )
    told = "Filled: what the plan adds on what runs there anyway (grey). Dashed: capacity. The line is the intensity."
    body = [
        section("Load", tag("figure", drawn(shown), tag("figcaption", text(told), class_="note"))),
        section("Figures", tag("dl", *(_fact(name, value) for name, value in shown.facts()), class_="facts")),
        section(
            "Zones", table(text("Zones"), map(text, HEAD), [[*map(user, zone.cells(shown.slot_s))] for zone in shown.zones])
        ),
        _lost(shown) if shown.lost else NOTHING,
        section("Notes", tag("ul", *(tag("li", user(note)) for note in shown.notes), class_="plain"))
        if shown.notes
        else NOTHING,
        section("Hours", _hours(shown)),
        section("Jobs", _jobs(shown)),
    ]
    foot = tag("footer", tag("p", text(f"vatio {__version__}: expected, not measured; each run's receipt says what was.")))
    whole = join([tag("header", head), tag("main", *body, id="figures"), foot])
    return document(shown.headline(), whole, words("en"), style=own("fleet.css"))


def _fact(name: str, value: str) -> Html:
    return tag("div", tag("dt", text(name)), tag("dd", user(value)))


def _lost(shown: FleetShown) -> Html:
    rows = [(user(one.job), user(one.reason), text("proved" if one.proved else "not proved")) for one in shown.lost]
    return section("No place", table(text("Jobs without a place"), map(text, ("job", "why", "")), rows, numeric=3))


def _hours(shown: FleetShown) -> Html:
    """List what each zone carries, slot by slot."""
    names = [part for zone in shown.zones for part in (f"{zone.name} kW", f"{zone.name} g/kWh")]
    rows = [
        [
            text(local(shown.start_of(slot))),
            *(
                text(told)
                for zone in shown.zones
                for told in (f"{zone.whole_w[slot] / W_PER_KW:.2f}", f"{zone.g_per_kwh[slot]:.0f}")
            ),
        ]
        for slot in range(min(shown.slots, _MOST_SLOTS))
    ]
    return table(text("Load and intensity"), [text("from"), *map(user, names)], rows)


def _jobs(shown: FleetShown) -> Html:
    placed = sorted(shown.placed, key=lambda one: one.windows[0][0])[:_MOST_JOBS]
    rows = [
        (
            user(one.job),
            user(one.zone),
            text(local(one.windows[0][0])),
            text(local(one.windows[-1][1])),
            text(str(len(one.windows) - 1)),
            text("has begun" if one.has_begun else f"{one.emissions_g:.0f}"),
        )
        for one in placed
    ]
    return table(text("Jobs"), map(text, ("job", "zone", "start", "end", "pauses", "g")), rows, numeric=4)
