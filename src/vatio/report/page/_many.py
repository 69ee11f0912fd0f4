"""Lay out the comparison of several runs: side by side, over one another, and what differs."""

from __future__ import annotations

from collections.abc import Sequence

from vatio import __version__
from vatio.records import RunRecord
from vatio.report._curve import SLOTS
from vatio.report._parts import mean_power_w, useful_ratio, whole_g
from vatio.report._sentences import change, headline, label, together
from vatio.report._words import Words
from vatio.report.page import _tables
from vatio.report.page._bars import run_bars
from vatio.report.page._html import NOTHING, Html, join, table, tag, text, user
from vatio.report.page._one import Material, curve_of, planned, section, summary_of, tiles, top, unknown, verify
from vatio.report.page._plot import overlay
from vatio.report.page._surroundings import about, differences

_FEWEST_SLOTS = 60
# A page about more runs than this leaves the sources and surroundings of each to the report of that run alone.
_IN_FULL = 3


def page(records: Sequence[RunRecord], material: Material, words: Words) -> Html:
    """Lay out the whole page of several runs; the first is the reference."""
    runs = list(records)
    lead = join(
        [
            tag("h1", text(headline(runs, words))),
            tag("div", tag("p", text(words.say("meaning_compare"))), class_="lead"),
        ]
    )
    whole = tag("p", text(together(runs, words)), class_="note")
    bars = join([tag("figure", run_bars(runs, words), side_by_side(runs, words)), whole])
    parts = [
        section(words.say("runs_title"), bars),
        curves(runs, material, words),
        section(words.say("differs_title"), differences(runs, words)),
        section(words.say("each_title"), join(_each(record, runs, material, words) for record in runs)),
    ]
    foot = tag("footer", tag("p", text(words.say("footer_many", version=__version__))))
    return join([top(runs, words, lead), tag("main", *parts, id="figures"), foot])


def side_by_side(records: Sequence[RunRecord], words: Words) -> Html:
    """Put the runs' figures into one table, with the change of energy against the first."""
    head = [
        text(words.say(key))
        for key in ("run", "energy", "change", "workload", "useful", "emissions_unit", "duration", "mean_power")
    ]
    rows = [_row(record, records, words) for record in records]
    return table(text(words.say("runs_title")), head, rows)


def _row(record: RunRecord, records: Sequence[RunRecord], words: Words) -> tuple[Html, ...]:
    against = words.say("reference") if record is records[0] else change(record.energy_j, records[0].energy_j, words)
    cells = (
        words.quantity(record.energy_j, "j"),
        against,
        words.quantity(record.workload_energy_j, "j"),
        words.best(useful_ratio(record), "ratio"),
        words.quantity(whole_g(record.emissions_g), "g"),
        words.duration(record.duration_s),
        words.best(mean_power_w(record.energy_j, record.duration_s), "w"),
    )
    return (user(label(record, records)), *(text(cell) for cell in cells))


def curves(records: Sequence[RunRecord], material: Material, words: Words) -> Html:
    """Draw the runs' power over one another, from each one's start."""
    slots = max(_FEWEST_SLOTS, 2 * SLOTS // len(records))
    found = [
        (at, record, curve)
        for at, record in enumerate(records)
        if (samples := material.samples.get(record.id)) and (curve := curve_of(record, samples, slots=slots)) is not None
    ]
    if not found:
        return NOTHING
    said = " ".join(f"{label(record, records)}: {summary_of(record, curve, words)}" for _, record, curve in found)
    length_s = max(curve.edges_s[-1] for _, _, curve in found)
    keys = (
        tag("li", tag("i", class_=f"key r{at % 6}", aria_hidden="true"), user(label(record, records)))
        for at, record, _ in found
    )
    drawn = overlay([(at, curve) for at, _, curve in found], words, length_s=length_s, label=said)
    caption = tag("figcaption", text(words.say("power_compare_note")), class_="note")
    behind = [
        tag(
            "details",
            tag("summary", user(label(record, records)), text(f": {words.say('data_curve')}")),
            _tables.curve(curve, words),
        )
        for _, record, curve in found
    ]
    figure = tag("figure", tag("ul", *keys, class_="keys"), drawn, caption, *behind, class_="power")
    return section(words.say("power_compare_title"), figure)


def _each(record: RunRecord, records: Sequence[RunRecord], material: Material, words: Words) -> Html:
    brief = len(records) > _IN_FULL
    parts = [
        tag("div", *tiles(record, words), class_="tiles"),
        _tables.components(record, words) if record.components else NOTHING,
        _tables.phases(record, words) if record.phases else NOTHING,
        planned(record, material, words),
        unknown(record, words),
        NOTHING if brief else _tables.sources(record, material.footprints.get(record.id), words),
        NOTHING if brief else about(record, words),
        verify(record, material, words),
    ]
    return tag("details", tag("summary", user(label(record, records))), *parts, class_="run")
