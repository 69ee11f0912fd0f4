"""Say in words what a run used and what that means: facts with their source, no comparisons and no praise."""

from __future__ import annotations

from collections.abc import Sequence

from vatio.errors import UsageError
from vatio.records import Gap, Intensity, Quantity, RunRecord, total
from vatio.report._format import clean
from vatio.report._parts import by_kind, mean_power_w, useful_ratio, whole_g, why, workload_ratio
from vatio.report._words import Words


def title(records: Sequence[RunRecord], words: Words) -> str:
    """Name the report.

    Raises:
        UsageError: there is no run to report.
    """
    if not records:
        raise UsageError("there is no run to report", hint="name one: `vatio runs list` shows them")
    if len(records) == 1:
        return words.say("title_one", name=label(records[0], records))
    return words.say("title_many", count=str(len(records)))


def headline(records: Sequence[RunRecord], words: Words) -> str:
    """Say in one sentence what the run, or the runs, used."""
    if len(records) == 1:
        return _one(records[0], words)
    known = sorted((record for record in records if record.energy_j.value is not None), key=_energy)
    if len(known) < 2:
        return words.say("headline_unmeasured_many")
    if len(known) == 2 == len(records):
        return _two(records[0], records[1], words)
    least, most = known[0], known[-1]
    return words.say(
        "headline_many",
        count=str(len(known)),
        least=words.best(least.energy_j, "j"),
        least_name=label(least, records),
        most=words.best(most.energy_j, "j"),
        most_name=label(most, records),
    )


def meaning(record: RunRecord, words: Words) -> tuple[str, ...]:
    """Say in a few sentences what a run's energy means, and what is missing from it."""
    sentences = (
        _power(record, words),
        _useful(record, words),
        _share(record, words),
        _carbon(record, words),
        _lacks(record, words),
    )
    return tuple(sentence for sentence in sentences if sentence)


def change(candidate: Quantity, baseline: Quantity, words: Words) -> str:
    """Write the relative change of one value against another, signed; empty when one is missing."""
    if candidate.value is None or not baseline.value:
        return ""
    relative = candidate.value / baseline.value - 1.0
    shown = Quantity.exact(round(relative, 3))
    return ("+" if relative > 0 else "") + words.best(shown, "ratio")


def zone_name(intensity: Intensity, words: Words) -> str:
    """Name the zone, and say when it is only the world's average."""
    return words.say("world") if intensity.zone == "WORLD" else clean(intensity.zone)


def gap(found: Gap, words: Words) -> str:
    """Say from when to when something is not known, and why."""
    return words.say("gap", start=words.duration(found.start_s), end=words.duration(found.end_s), reason=found.reason)


def label(record: RunRecord, among: Sequence[RunRecord]) -> str:
    """Name a run so that it is told from the others: by its name, with the end of its id where names repeat."""
    name = clean(record.name) or record.id
    same = [other for other in among if other.name == record.name]
    return f"{name} ({record.id[-6:]})" if len(same) > 1 else name


def _energy(record: RunRecord) -> float:
    return record.energy_j.value or 0.0


def _one(record: RunRecord, words: Words) -> str:
    if record.energy_j.is_missing:
        return words.say("headline_unmeasured")
    key = f"headline_{record.status}" if f"headline_{record.status}" in words.table else "headline_finished"
    return words.say(key, energy=words.quantity(record.energy_j, "j"), duration=words.duration(record.duration_s))


def _two(first: RunRecord, second: RunRecord, words: Words) -> str:
    relative = _energy(second) / _energy(first) - 1.0 if _energy(first) else 0.0
    key = "headline_less" if relative < 0 else "headline_more"
    share = words.best(Quantity.exact(abs(round(relative, 3))), "ratio")
    return words.say(key, name=label(second, (first, second)), change=share, other=label(first, (first, second)))


def together(records: Sequence[RunRecord], words: Words) -> str:
    """Say what the runs come to, each joule once; empty where nothing is known of any."""
    from vatio.account import sum_runs  # here: one run is no sum

    found = sum_runs(records)
    if found.energy_j.is_missing:
        return ""
    return words.say("together", energy=words.quantity(found.energy_j, "j"), overlap=words.best(found.overlap_j, "j"))


def _power(record: RunRecord, words: Words) -> str:
    power = mean_power_w(record.energy_j, record.duration_s)
    if power.is_missing:
        return ""
    measured = {kind: total(part.energy_j for part in parts) for kind, parts in by_kind(record.components).items()}
    kinds = [words.name(kind) for kind, energy_j in measured.items() if not energy_j.is_missing] or [words.say("machine")]
    return words.say("meaning_power", power=words.best(power, "w"), parts=words.names(kinds))


def _useful(record: RunRecord, words: Words) -> str:
    useful = useful_ratio(record)
    return "" if useful.is_missing else words.say("meaning_useful", share=words.best(useful, "ratio"))


def _share(record: RunRecord, words: Words) -> str:
    share = workload_ratio(record)
    if record.energy_j.is_missing:
        return ""
    if record.workload_energy_j.is_missing or share.is_missing:
        return words.say("meaning_machine")
    return words.say("meaning_share", share=words.best(share, "ratio"))


def _carbon(record: RunRecord, words: Words) -> str:
    intensity, emissions = record.intensity_g_per_kwh, record.emissions_g
    if intensity is None or intensity.g_per_kwh.is_missing or emissions.operational.is_missing:
        return ""
    key = "meaning_carbon_operational" if emissions.embodied.is_missing else "meaning_carbon"
    return words.say(
        key,
        whose=words.say("whose_workload" if record.basis == "workload" else "whose_machine"),
        grams=words.quantity(whole_g(emissions), "g"),
        zone=zone_name(intensity, words),
        year=str(intensity.year or words.say("no_year")),
        intensity=words.best(intensity.g_per_kwh, "g_per_kwh"),
    )


def _lacks(record: RunRecord, words: Words) -> str:
    if record.energy_j.is_missing:
        reason = why(record.energy_j)
        return words.say("meaning_unmeasured", reason=clean(reason)) if reason else words.say("meaning_unmeasured_unsaid")
    if not record.energy_j.missing:
        return ""
    return words.say("meaning_missing", names=words.names([words.name(clean(name)) for name in record.energy_j.missing]))
