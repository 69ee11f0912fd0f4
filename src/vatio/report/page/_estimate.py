"""Draw an estimate's breakdown beside the run that was measured."""

from __future__ import annotations

from vatio.records import Estimate, Quantity, RunRecord
from vatio.report._estimate import hardware_j, parts_j, verdict
from vatio.report._words import Words
from vatio.report.page._bars import amount_bars, stacked
from vatio.report.page._html import NOTHING, Html, join, tag, text

_PART_CLASSES = ("s-above", "s-own")


def beside(record: RunRecord, estimate: Estimate, words: Words) -> Html:
    """Draw the energy of both on one scale, the grams of both cut into their parts, and the parts of a request."""
    names = (words.say("estimate_run"), words.say("estimated"))
    energy = amount_bars([(text(names[0]), record.own_energy_j), (text(names[1]), hardware_j(estimate))], words)
    measured, found = record.emissions_g, estimate.emissions_g
    grams = [
        _grams(names[0], measured.operational, measured.embodied, words),
        _grams(names[1], found.operational, found.embodied, words),
    ]
    parts = parts_j(estimate, words)
    of_request = [(class_, word, part) for class_, (word, part) in zip(_PART_CLASSES, parts, strict=False)]
    request = stacked(text(words.say("estimate_request")), of_request, "j", words) if parts else NOTHING
    said = tag("p", text(verdict(record, estimate, words)))
    note = tag("figcaption", text(words.say("estimate_note")), class_="note")
    return join([said, tag("figure", energy), tag("figure", *grams, request, note)])


def _grams(name: str, operational: Quantity, embodied: Quantity, words: Words) -> Html:
    shares = [("s-op", words.say("operational"), operational), ("s-emb", words.say("embodied"), embodied)]
    return stacked(text(f"{name}, {words.say('emissions_unit')}"), shares, "g", words)
