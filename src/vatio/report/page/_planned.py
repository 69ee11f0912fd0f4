"""Hold a run against its plan: what was expected of it, what it emitted, and what it would have emitted at once."""

from __future__ import annotations

from collections.abc import Iterator

from vatio.records import PlanOutcome, Quantity
from vatio.report._words import Words
from vatio.report.page._bars import amount_bars
from vatio.report.page._html import Html, join, tag, text, user


def against_plan(found: PlanOutcome, words: Words) -> Html:
    """Draw the three amounts of grams on one scale, and say how good the forecast was."""
    amounts = (("plan_expected", found.promised_g), ("plan_obtained", found.obtained_g), ("plan_at_once", found.at_once_g))
    bars = amount_bars([(text(words.say(key)), grams) for key, grams in amounts], words, unit="g")
    note = tag("figcaption", text(words.say("plan_note")), class_="note")
    facts = tag(
        "dl", *(tag("div", tag("dt", text(name)), tag("dd", value)) for name, value in _facts(found, words)), class_="facts"
    )
    return join([tag("p", text(_change(found, words))), tag("figure", bars, note), facts])


def _change(found: PlanOutcome, words: Words) -> str:
    """Say how much less or more was emitted than had it run at once; both ends where there is no one number."""
    saving = found.saved_ratio
    if saving.value is not None:
        return words.say("plan_less" if saving.value >= 0.0 else "plan_more", change=_share(abs(saving.value), words))
    if saving.low is None or saving.high is None:
        return words.say("plan_unknown")
    return words.say("plan_either", low=_signed(-saving.low, words), high=_signed(-saving.high, words))


def _facts(found: PlanOutcome, words: Words) -> Iterator[tuple[str, Html]]:
    if not found.obtained_g_per_kwh.is_missing:
        yield words.say("plan_met"), text(words.quantity(found.obtained_g_per_kwh, "g_per_kwh"))
    if found.expected_g_per_kwh is not None:
        yield words.say("plan_foretold"), text(words.exact(found.expected_g_per_kwh, "g_per_kwh"))
    if found.forecast_error_ratio is not None:
        yield words.say("plan_error"), text(_signed(found.forecast_error_ratio, words))
    if found.paused_ratio > 0.0:
        yield words.say("plan_paused"), text(_share(found.paused_ratio, words))
    if not found.renewable_ratio.is_missing:
        yield words.say("renewable"), text(words.quantity(found.renewable_ratio, "ratio"))
    yield words.say("source"), user(found.source)


def _share(ratio: float, words: Words) -> str:
    return words.best(Quantity.exact(float(f"{ratio:.3g}")), "ratio")


def _signed(ratio: float, words: Words) -> str:
    return f"{'+' if ratio >= 0.0 else words.marks.minus}{_share(abs(ratio), words)}"
