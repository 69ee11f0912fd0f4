"""Lay out the report of one run: what it used, in words and figures, then how that is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from vatio import __version__
from vatio.records import PROVENANCES, Estimate, Footprint, PlanOutcome, Quantity, RunRecord, scaled
from vatio.report._curve import SLOTS, PowerCurve, SampleTable, power_curve
from vatio.report._parts import added, head_of, idle_power_w, mean_power_w, useful_ratio, whole_g, why
from vatio.report._sentences import gap, headline, meaning, zone_name
from vatio.report._words import Words
from vatio.report.page import _tables
from vatio.report.page._bars import badge, component_bars, owners, stacked
from vatio.report.page._estimate import beside
from vatio.report.page._html import NOTHING, Html, join, tag, text, user
from vatio.report.page._planned import against_plan
from vatio.report.page._plot import plot
from vatio.report.page._ribbon import ribbon
from vatio.report.page._surroundings import about

_GAPS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Hold what a report may draw on beside the records, by run."""

    samples: Mapping[str, SampleTable]
    footprints: Mapping[str, Footprint]
    head: str | None
    estimate: Estimate | None = None
    outcomes: Mapping[str, PlanOutcome] = field(default_factory=dict)


def page(record: RunRecord, material: Material, words: Words) -> Html:
    """Lay out the whole page of one run."""
    body = tag("main", run_sections(record, material, words), id="figures")
    return join([top([record], words, lead(record, words)), body, foot(record, words)])


def run_sections(record: RunRecord, material: Material, words: Words) -> Html:
    """Lay out what a page says about one run below its headline."""
    return join(
        [
            tag("div", *tiles(record, words), class_="tiles"),
            power(record, material, words),
            figures(record, words),
            planned(record, material, words),
            estimated(record, material, words),
            details(record, material, words),
        ]
    )


def top(records: list[RunRecord], words: Words, body: Html) -> Html:
    """Write the page's head: where it comes from, which run it is, and the sentence that says it all."""
    status = (
        tag("span", text(words.name(records[0].status)), class_=f"status {records[0].status}") if len(records) == 1 else NOTHING
    )
    brand = tag("p", tag("b", text("vatio")), text(f" {words.say('kicker')}"), class_="brand")
    skip = tag("a", text(words.say("skip")), href="#figures", class_="skip")
    return join([skip, tag("header", tag("div", brand, status, class_="bar"), body)])


def lead(record: RunRecord, words: Words) -> Html:
    """Write name, headline and what it means."""
    when = f"{record.started_at:%Y-%m-%d %H:%M} UTC"
    origin = join([user(record.name or record.id), text(" · "), user(record.project), text(f" · {when}")])
    sentences = (tag("p", text(sentence)) for sentence in [" ".join(meaning(record, words))] if sentence)
    return join(
        [tag("p", origin, class_="origin"), tag("h1", text(headline([record], words))), tag("div", *sentences, class_="lead")]
    )


def tiles(record: RunRecord, words: Words) -> list[Html]:
    """Write the key figures, each with its interval and its provenance."""
    shown = [
        _tile(words.say("energy"), record.energy_j, "j", words),
        _tile(words.say("emissions_unit"), whole_g(record.emissions_g), "g", words),
        _tile(words.say("useful"), useful_ratio(record), "ratio", words),
    ]
    shown += [] if record.cost_eur.is_missing else [_tile(words.say("cost"), record.cost_eur, "eur", words)]
    made = [(unit, count) for unit, count in record.work.items() if count > 0][:1]
    shown += [
        _tile(words.say("per_unit", unit=unit), scaled(record.own_energy_j, 1.0 / count), "j", words) for unit, count in made
    ]
    return shown


def _tile(label: str, quantity: Quantity, unit: str, words: Words) -> Html:
    name = tag("p", text(label), class_="label")
    if quantity.is_missing:
        reason = tag("small", user(why(quantity))) if why(quantity) else NOTHING
        return tag("div", name, tag("p", text(words.say("not_measured")), class_="big none"), reason, class_="tile")
    amount, _, unit_name = words.best(quantity, unit).rpartition("\u00a0")
    big = tag("p", text(amount), tag("small", text("\u00a0" + unit_name)), class_="big")
    between = "" if quantity.high is None else words.interval(quantity, unit)
    return tag(
        "div",
        name,
        big,
        tag("p", badge(quantity, words), text(" "), tag("span", text(between), class_="firm"), class_="sub"),
        class_="tile",
    )


def power(record: RunRecord, material: Material, words: Words) -> Html:
    """Draw power over time with phases, or say why there is no curve."""
    samples = material.samples.get(record.id)
    curve = curve_of(record, samples) if samples else None
    if curve is None or record.duration_s <= 0.0:
        return section(words.say("power_title"), tag("p", text(words.say("power_absent")), class_="note"))
    idle = idle_power_w(record)
    summary = summary_of(record, curve, words)
    drawn = plot(curve, words, length_s=record.duration_s, idle_w=idle.value, gaps=record.gaps, label=summary)
    slot = words.duration(float(f"{record.duration_s / max(1, len(curve.mean_w)):.2g}"))
    caption = tag("figcaption", tag("p", text(summary)), tag("p", text(words.say("power_note", slot=slot)), class_="note"))
    behind = tag("details", tag("summary", text(words.say("data_curve"))), _tables.curve(curve, words))
    inside = join([_keys(curve, record, words), drawn, ribbon(record.phases, words, length_s=record.duration_s), caption])
    figure = tag("figure", inside, _reader(curve, words), behind, class_="power")
    return section(words.say("power_title"), figure)


def curve_of(record: RunRecord, samples: SampleTable, *, slots: int = SLOTS) -> PowerCurve | None:
    """Compute the curve of the devices that the record counts."""
    devices = frozenset(part.device for part in added(record.components))
    curve = power_curve(samples, counted=devices or None, slots=slots)
    return curve if any(power_w is not None for power_w in curve.mean_w) else None


def summary_of(record: RunRecord, curve: PowerCurve, words: Words) -> str:
    """Say the curve in words, for those who cannot see it."""
    known = [power_w for power_w in curve.mean_w if power_w is not None]
    mean = mean_power_w(record.energy_j, record.duration_s)
    return words.say(
        "power_summary",
        mean=words.best(mean, "w"),
        low=words.about(min(known), "w"),
        high=words.about(max(known), "w"),
    )


def _keys(curve: PowerCurve, record: RunRecord, words: Words) -> Html:
    """Write the legend; two boxes hide layers without a script."""
    parts = [tag("li", tag("i", class_=f"key {kind}", aria_hidden="true"), text(words.name(kind))) for kind in curve.parts_w]
    parts.append(tag("li", tag("i", class_="key stroke", aria_hidden="true"), text(words.say("total"))))
    idle = idle_power_w(record)
    if idle.value is not None:
        said = words.say("idle_level", power=words.best(idle, "w"))
        parts.append(tag("li", tag("i", class_="key dashed", aria_hidden="true"), text(said)))
    if record.gaps or None in curve.mean_w:
        parts.append(tag("li", tag("i", class_="key gap", aria_hidden="true"), text(words.say("gap_drawn"))))
    boxes = join(
        tag("label", tag("input", type="checkbox", checked=True, class_=f"show-{key}"), text(words.say(key)))
        for key in ("parts", "band")
    )
    return tag("div", tag("ul", *parts, class_="keys"), tag("div", boxes, class_="boxes"), class_="legendbar")


def _reader(curve: PowerCurve, words: Words) -> Html:
    """Add what the script reads: a slider, hidden until there is a script, and the curve's numbers."""
    last = len(curve.mean_w) - 1
    slider = tag("input", type="range", min="0", max=str(last), value="0", aria_label=words.say("read_curve"))
    out = tag("output", text(words.say("read_hint")))
    rounded = [
        [None if power_w is None else round(power_w, 1) for power_w in side]
        for side in (curve.mean_w, curve.low_w, curve.high_w)
    ]
    numbers = {
        "edges": [round(edge_s, 3) for edge_s in curve.edges_s],
        "mean": rounded[0],
        "low": rounded[1],
        "high": rounded[2],
        "parts": [
            [words.name(kind), [None if power_w is None else round(power_w, 1) for power_w in part]]
            for kind, part in curve.parts_w.items()
        ],
        "unknown": words.say("gap_drawn"),
        "decimal": words.marks.decimal,
    }
    return join([tag("div", slider, out, class_="reader", hidden=True), data(numbers)])


def data(value: object) -> Html:
    """Embed JSON that no text in it can end early."""
    written = json.dumps(value, separators=(",", ":")).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Html(f'<script type="application/json">{written}</script>')


def figures(record: RunRecord, words: Words) -> Html:
    """Draw devices, use and owner, and emissions."""
    behind = tag("details", tag("summary", text(words.say("components_table"))), _tables.components(record, words))
    devices = tag(
        "figure", component_bars(record, words), tag("figcaption", text(words.say("components_note")), class_="note"), behind
    )
    parts = [section(words.say("components_title"), devices)] if record.components else []
    owner = owners(record, words)
    if owner:
        whole = tag("figure", owner, tag("figcaption", text(words.say("owner_note")), class_="note"))
        parts.append(section(words.say("owner_title"), whole))
    parts.append(emissions(record, words))
    return tag("div", *parts, class_="pair" if len(parts) > 2 else None)


def planned(record: RunRecord, material: Material, words: Words) -> Html:
    """Hold the run against its plan, if it had one."""
    found = material.outcomes.get(record.id)
    return NOTHING if found is None else section(words.say("plan_title"), against_plan(found, words))


def estimated(record: RunRecord, material: Material, words: Words) -> Html:
    """Draw what was estimated beside what was measured, if there is an estimate."""
    if material.estimate is None:
        return NOTHING
    return section(words.say("estimate_title"), beside(record, material.estimate, words))


def emissions(record: RunRecord, words: Words) -> Html:
    """Draw operational beside embodied grams."""
    grams, intensity = record.emissions_g, record.intensity_g_per_kwh
    shares = [("s-op", words.say("operational"), grams.operational), ("s-emb", words.say("embodied"), grams.embodied)]
    note = words.say("emissions_note", zone=zone_name(intensity, words)) if intensity else words.say("emissions_note_unknown")
    market = words.say("market_note", grams=words.quantity(grams.operational_market, "g"))
    beside = NOTHING if grams.operational_market.is_missing else tag("p", text(market), class_="note")
    caption = tag("figcaption", text(note), class_="note")
    return section(words.say("emissions_title"), tag("figure", stacked(NOTHING, shares, "g", words), beside, caption))


def details(record: RunRecord, material: Material, words: Words) -> Html:
    """Write what stands behind the figures: phases, work, use, gaps, sources, surroundings, the ledger."""
    tables = [
        section(words.say("phases_title"), _tables.phases(record, words), words.say("phases_note"))
        if record.phases
        else NOTHING,
        section(words.say("hosts_title"), _tables.hosts(record, words)) if len(record.hosts) > 1 else NOTHING,
        tag(
            "div",
            section(words.say("work_title"), _tables.work(record, words)) if record.work or record.metrics else NOTHING,
            section(words.say("usage_title"), _tables.usage(record, words)),
            class_="halves",
        ),
        section(words.say("unknown_title"), unknown(record, words)),
        section(
            words.say("sources_title"), _tables.sources(record, material.footprints.get(record.id), words), _origins(words)
        ),
        section(words.say("environment_title"), about(record, words)),
        section(words.say("verify_title"), verify(record, material, words)),
    ]
    return join(tables)


def unknown(record: RunRecord, words: Words) -> Html:
    """List what is missing: gaps in time, parts without a value, the measurement's own notes."""
    items = [words.say("incomplete")] if not record.complete else []
    items += [f"{words.name(name)}: {words.say('not_measured')}" for name in record.energy_j.missing]
    items += [gap(found, words) for found in record.gaps[:_GAPS]]
    items += [words.say("more", count=str(len(record.gaps) - _GAPS))] if len(record.gaps) > _GAPS else []
    items += record.notes
    if not items:
        return tag("p", text(words.say("unknown_none")))
    return tag("ul", *(tag("li", user(item)) for item in items), class_="plain")


def verify(record: RunRecord, material: Material, words: Words) -> Html:
    """Print the ledger's head and the line that checks it."""
    head = head_of(record, material.head)
    if head is None:
        return tag("p", text(words.say("verify_absent")))
    entries = ", ".join(f"{entry.kind} {entry.seq}" for entry in record.entries)
    facts = tag(
        "dl",
        tag("div", tag("dt", text(words.say("head"))), tag("dd", tag("code", user(head)))),
        tag("div", tag("dt", text(words.say("entries"))), tag("dd", user(entries))) if entries else NOTHING,
        class_="facts",
    )
    line = tag("pre", tag("code", text("vatio ledger verify --head "), user(head)), tabindex="0")
    return join([tag("p", text(words.say("verify_note"))), facts, line])


def section(heading: str, body: Html, note: str = "") -> Html:
    """Write one section, or nothing when it would be empty."""
    if not body:
        return NOTHING
    said = tag("p", text(note), class_="note") if note else NOTHING
    return tag("section", tag("h2", text(heading)), said, body)


def foot(record: RunRecord, words: Words) -> Html:
    """Say what measuring itself cost."""
    energy = record.overhead.energy_j
    said = words.say(
        "footer",
        version=__version__,
        cpu=words.count(float(f"{record.overhead.cpu_s:.2g}")),
        energy="" if energy.is_missing else f", {words.best(energy, 'j')}",
    )
    return tag("footer", tag("p", text(said)))


def _origins(words: Words) -> str:
    return " ".join(f"{words.say(kind).capitalize()}: {words.say(kind + '_means')}." for kind in PROVENANCES)
