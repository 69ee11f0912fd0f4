"""Write a report as Markdown: the same facts, for a pull request, a model card or a wiki."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from vatio import __version__
from vatio.records import Estimate, Footprint, Quantity, RunRecord
from vatio.report._estimate import hardware_j, parts_j, verdict
from vatio.report._format import clean
from vatio.report._parts import added, head_of, mean_power_w, shown_only, useful_ratio
from vatio.report._sentences import change, gap, headline, label, meaning, title, together
from vatio.report._words import Words, words

_SPECIAL = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|#~!&$@"})


def to_markdown(
    records: Sequence[RunRecord],
    *,
    footprints: Mapping[str, Footprint] | None = None,
    head: str | None = None,
    language: str = "en",
    estimate: Estimate | None = None,
) -> str:
    """Write one Markdown document about one run, or comparing several.

    Raises:
        UsageError: there is no run to report.
        UnknownName: the report is not written in that language.
    """
    said = words(language)
    parts = [f"# {escaped(title(records, said))}", f"**{escaped(headline(records, said))}**"]
    if len(records) > 1:
        parts += [said.say("meaning_compare"), _side_by_side(records, said), together(records, said)]
    for record in records:
        parts += [f"## {escaped(label(record, records))}"] if len(records) > 1 else []
        parts += _run(record, (footprints or {}).get(record.id), head, said)
    parts += [_estimated(records[0], estimate, said)] if estimate is not None and len(records) == 1 else []
    parts.append(f"*{said.say('footer_many', version=__version__)}*")
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """Take from a text what Markdown or HTML would read as markup.

    >>> escaped("a|b <script>")
    'a\\\\|b \\\\<script\\\\>'
    """
    return clean(text).translate(_SPECIAL)


def _run(record: RunRecord, footprint: Footprint | None, head: str | None, words: Words) -> list[str]:
    found = head_of(record, head)
    unknown = [gap(item, words) for item in record.gaps]
    parts = [
        escaped(" ".join(meaning(record, words))),
        _figures(record, words),
        _components(record, words),
        _phases(record, words),
        "\n".join(f"- {escaped(item)}" for item in [*unknown, *record.notes]),
        _sources(record, footprint, words),
        f"`vatio ledger verify --head {clean(found).replace('`', '')}`" if found else words.say("verify_absent"),
    ]
    return [part for part in parts if part]


def _figures(record: RunRecord, words: Words) -> str:
    power_w = mean_power_w(record.energy_j, record.duration_s)
    rows = [
        _figure("energy", record.energy_j, "j", words),
        _figure("workload", record.workload_energy_j, "j", words),
        _figure("above_idle", record.above_idle_j, "j", words),
        _figure("useful", useful_ratio(record), "ratio", words),
        _figure("mean_power", power_w, "w", words),
        _figure("operational", record.emissions_g.operational, "g", words),
        _figure("embodied", record.emissions_g.embodied, "g", words),
        _figure("total_emissions", record.emissions_g.total, "g", words),
        _figure("cost", record.cost_eur, "eur", words),
    ]
    return _table([words.say("number"), words.say("value"), words.say("origin")], rows)


def _figure(key: str, quantity: Quantity, unit: str, words: Words) -> tuple[str, ...]:
    return words.say(key), words.quantity(quantity, unit), "" if quantity.is_missing else words.name(quantity.provenance)


def _estimated(record: RunRecord, estimate: Estimate, words: Words) -> str:
    """Write what was estimated beside what was measured."""
    measured, found = record.emissions_g, estimate.emissions_g
    rows = [
        (words.say("energy"), words.quantity(record.own_energy_j, "j"), words.quantity(hardware_j(estimate), "j")),
        (words.say("operational"), words.quantity(measured.operational, "g"), words.quantity(found.operational, "g")),
        (words.say("embodied"), words.quantity(measured.embodied, "g"), words.quantity(found.embodied, "g")),
        (words.say("total_emissions"), words.quantity(measured.total, "g"), words.quantity(found.total, "g")),
    ]
    rows += [
        (f"{words.say('estimate_request')}, {word}", "", words.quantity(part, "j")) for word, part in parts_j(estimate, words)
    ]
    head = [words.say("number"), words.say("estimate_run"), words.say("estimated")]
    parts = [f"## {words.say('estimate_title')}", escaped(verdict(record, estimate, words)), _table(head, rows)]
    return "\n\n".join([*parts, words.say("estimate_note")])


def _components(record: RunRecord, words: Words) -> str:
    beside = set(map(id, shown_only(record.components)))
    rows = [
        (
            words.name(part.component),
            part.device,
            part.meter,
            words.quantity(part.energy_j, "j"),
            words.say("not_added_alone") if id(part) in beside else words.name(part.energy_j.provenance),
        )
        for part in (*added(record.components), *shown_only(record.components))
    ]
    return _table([words.say(key) for key in ("component", "device", "meter", "energy", "origin")], rows)


def _phases(record: RunRecord, words: Words) -> str:
    rows = [
        (phase.name, phase.parent or "", words.duration(phase.duration_s), words.quantity(phase.energy_j, "j"))
        for phase in record.phases[:30]
    ]
    return _table([words.say("phase"), words.say("within"), words.say("duration"), words.say("energy")], rows)


def _sources(record: RunRecord, footprint: Footprint | None, words: Words) -> str:
    rows = [
        (words.name(part.component) + f" {part.device}", part.energy_j.source or part.meter, "")
        for part in added(record.components)
    ]
    intensity = record.intensity_g_per_kwh
    if intensity is not None:
        label = f"{words.say('intensity', kind=words.name(intensity.kind))}, {intensity.zone}"
        value = words.quantity(intensity.g_per_kwh, "g_per_kwh")
        rows.append((f"{label}: {value}", intensity.g_per_kwh.source or "", str(intensity.year or "")))
    for key, quantity in (("pue", record.pue), ("embodied", record.emissions_g.embodied), ("cost", record.cost_eur)):
        rows.append((words.say(key), quantity.source or "", ""))
    for factor in footprint.factors if footprint else ():
        rows.append((factor.name, factor.source, str(factor.year or "")))
    return _table([words.say("number"), words.say("source"), words.say("year")], [row for row in rows if row[1]])


def _side_by_side(records: Sequence[RunRecord], words: Words) -> str:
    rows = [
        (
            label(record, records),
            words.quantity(record.energy_j, "j"),
            words.say("reference") if record is records[0] else change(record.energy_j, records[0].energy_j, words),
            words.quantity(record.emissions_g.total, "g"),
            words.duration(record.duration_s),
        )
        for record in records
    ]
    return _table([words.say(key) for key in ("run", "energy", "change", "emissions_unit", "duration")], rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(escaped(cell) for cell in row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *lines])
