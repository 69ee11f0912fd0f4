"""Put into tables what the figures show, and where each number comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vatio.records import Component, Factor, Footprint, Phase, Quantity, RunRecord, scaled, total
from vatio.report._curve import PowerCurve
from vatio.report._parts import added, mean_power_w, shown_only
from vatio.report._words import Words
from vatio.report.page._bars import badge
from vatio.report.page._html import NOTHING, Html, join, table, tag, text, user

_PHASES = 30
_CURVE_ROWS = 40

Row = tuple[Html, ...]


def components(record: RunRecord, words: Words) -> Html:
    """List every device, those that are shown and not added too."""
    own = [_component(part, NOTHING, words) for part in added(record.components)]
    beside = [_component(part, _beside(part, words), words) for part in shown_only(record.components)]
    head = _head(words, "component", "device", "meter", "host", "energy", "idle", "origin")
    return table(text(words.say("components_table")), head, [*own, *beside], numeric=4)


def _component(part: Component, note: Html, words: Words) -> Row:
    idle = "" if part.part_of else words.quantity(part.idle_j, "j")
    return (
        text(words.name(part.component)),
        user(part.device),
        user(part.meter),
        user(part.host),
        text(words.quantity(part.energy_j, "j")),
        text(idle),
        note or badge(part.energy_j, words),
    )


def _beside(part: Component, words: Words) -> Html:
    said = words.say("not_added", whole=part.part_of) if part.part_of else words.say("not_added_alone")
    return tag("small", text(said))


def phases(record: RunRecord, words: Words) -> Html:
    """List the phases by name: those of one name and parent are added."""
    groups: dict[tuple[str | None, str], list[Phase]] = {}
    for phase in record.phases:
        groups.setdefault((phase.parent, phase.name), []).append(phase)
    rows = [_phase(parent, name, items, words) for (parent, name), items in list(groups.items())[:_PHASES]]
    head = _head(words, "phase", "times", "duration", "energy", "mean_power", "origin")
    more = len(groups) - len(rows)
    note = tag("p", text(words.say("phases_more", count=str(more))), class_="note") if more else NOTHING
    return join([table(text(words.say("phases_title")), head, rows), note])


def _phase(parent: str | None, name: str, items: Sequence[Phase], words: Words) -> Row:
    energy_j, length_s = total(phase.energy_j for phase in items), sum(phase.duration_s for phase in items)
    power_w = mean_power_w(energy_j, length_s)
    label = join([user(name), text(" "), tag("small", text(words.say("within") + " "), user(parent))]) if parent else user(name)
    return (
        label,
        text(str(len(items))),
        text(words.duration(length_s)),
        text(words.quantity(energy_j, "j")),
        text(words.best(power_w, "w")),
        badge(energy_j, words),
    )


def work(record: RunRecord, words: Words) -> Html:
    """List what the run produced, with the energy of each piece, and its metrics."""
    made = [
        (
            user(unit),
            text(words.count(count)),
            text(words.quantity(scaled(record.own_energy_j, 1.0 / count), "j")),
        )
        for unit, count in record.work.items()
        if count > 0
    ]
    results = [(user(name), text(words.count(value))) for name, value in record.metrics.items()]
    tables = [
        table(text(words.say("work")), _head(words, "work", "amount", "energy_each"), made) if made else NOTHING,
        table(text(words.say("metric")), _head(words, "metric", "value"), results) if results else NOTHING,
    ]
    return join(tables)


def usage(record: RunRecord, words: Words) -> Html:
    """List utilisation, memory and bytes."""
    rows = [*_utilisation(record, words)]
    if record.cpu_s is not None:
        rows.append((text(words.say("cpu_s")), text(words.duration(record.cpu_s))))
    for name in ("peak_memory_bytes", "peak_gpu_memory_bytes", "bytes_read", "bytes_written", "bytes_sent", "bytes_received"):
        amount = getattr(record, name)
        if amount is not None:
            rows.append((text(words.say(name)), text(words.exact(amount, "bytes"))))
    return table(text(words.say("usage_title")), _head(words, "measure", "value"), rows) if rows else NOTHING


def _utilisation(record: RunRecord, words: Words) -> Iterable[Row]:
    for kind, found in record.utilisation.items():
        devices = found if isinstance(found, (list, tuple)) else [found]
        for at, device in enumerate(devices):
            name = words.name(kind) + (f" {at}" if len(devices) > 1 else "")
            for key, field in (("mean_of", "mean_ratio"), ("peak_of", "peak_ratio")):
                value = device.get(field) if hasattr(device, "get") else None
                if isinstance(value, (int, float)):
                    yield text(words.say(key, name=name)), text(words.exact(value, "ratio"))


def hosts(record: RunRecord, words: Words) -> Html:
    """List the machines of a job, each with its part."""
    rows = [
        (
            user(host.host),
            text(", ".join(map(str, host.ranks))),
            text(words.quantity(host.energy_j, "j")),
            text("" if host.cpu_s is None else words.duration(host.cpu_s)),
        )
        for host in record.hosts
    ]
    return table(text(words.say("hosts_title")), _head(words, "host", "ranks", "energy", "cpu_s"), rows)


def curve(power: PowerCurve, words: Words) -> Html:
    """List the curve's numbers, as many as a reader can take in: every nth step."""
    stride = -(-len(power.mean_w) // _CURVE_ROWS)
    rows = [
        tuple(text(item) for item in (words.duration(power.edges_s[at]), *(_watts(side[at], words) for side in _sides(power))))
        for at in range(0, len(power.mean_w), max(1, stride))
    ]
    return table(text(words.say("power_title")), _head(words, "time", "mean", "low", "high"), rows)


def _sides(power: PowerCurve) -> tuple[Sequence[float | None], ...]:
    return power.mean_w, power.low_w, power.high_w


def _watts(power_w: float | None, words: Words) -> str:
    return words.say("gap_drawn") if power_w is None else words.about(power_w, "w")


def sources(record: RunRecord, footprint: Footprint | None, words: Words) -> Html:
    """Say of each number where it comes from: value, interval, provenance, source and year."""
    intensity = record.intensity_g_per_kwh
    year = intensity.year if intensity else None
    grams = record.emissions_g
    # Intensity and PUE have rows of their own, as the record shows them.
    shown = {intensity.g_per_kwh.source if intensity else None, record.pue.source}
    rows = [_measured(part, words) for part in added(record.components)]
    named = [
        ("energy", record.energy_j, "j", None),
        ("workload", record.workload_energy_j, "j", None),
        ("above_idle", record.above_idle_j, "j", None),
        ("pue", record.pue, "", None),
        ("operational", grams.operational, "g", year),
        ("operational_market", grams.operational_market, "g", year),
        ("embodied", grams.embodied, "g", None),
        ("total_emissions", grams.total, "g", year),
        ("renewable", record.renewable_ratio, "ratio", year),
        ("water", record.water_l, "l", None),
        ("cost", record.cost_eur, "eur", None),
    ]
    if intensity is not None:
        label = words.say("intensity", kind=words.name(intensity.kind))
        rows.append(_source(join([text(f"{label}, "), user(intensity.zone)]), intensity.g_per_kwh, "g_per_kwh", year, words))
    rows += [_source(text(words.say(key)), quantity, unit, when, words) for key, quantity, unit, when in named]
    rows += [_factor(factor, words) for factor in (footprint.factors if footprint else ()) if factor.source not in shown]
    return table(
        text(words.say("sources_title")), _head(words, "number", "value", "origin", "source", "year"), rows, numeric=9, firm=1
    )


def _measured(part: Component, words: Words) -> Row:
    label = join([text(words.name(part.component)), text(" "), user(part.device)])
    return _source(label, part.energy_j, "j", None, words, beside=part.meter)


def _factor(factor: Factor, words: Words) -> Row:
    row = _source(user(factor.name), factor.value, factor.unit, factor.year, words)
    return (*row[:3], user(factor.source), row[4])


def _source(label: Html, quantity: Quantity, unit: str, year: int | None, words: Words, *, beside: str = "") -> Row:
    said = ": ".join(item for item in (beside, quantity.source or "") if item)
    value = text(words.quantity(quantity, unit).strip())
    # What is missing already says so in its value; a mark would say it twice.
    mark = NOTHING if quantity.is_missing else badge(quantity, words)
    return label, value, mark, user(said) if said else NOTHING, text("" if quantity.is_missing else str(year or ""))


def _head(words: Words, *keys: str) -> list[Html]:
    return [text(words.say(key)) for key in keys]
