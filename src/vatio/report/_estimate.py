"""Hold a run against what was estimated of it before it ran: the hardware's joules, without the building's overhead."""

from __future__ import annotations

from vatio.records import Estimate, Quantity, RunRecord
from vatio.report._words import Words

_HARDWARE = "hardware energy"
_PARTS = (("prefill energy per request", "estimate_prefill"), ("decode energy per request", "estimate_decode"))


def hardware_j(estimate: Estimate) -> Quantity:
    """Give the hardware's joules, which stand among the factors; else those of the whole building."""
    return next((factor.value for factor in estimate.factors if factor.name == _HARDWARE), estimate.energy_j)


def parts_j(estimate: Estimate, words: Words) -> list[tuple[str, Quantity]]:
    """Give the parts that an estimate of requests has, by their words; nothing for other work."""
    known = {factor.name: factor.value for factor in estimate.factors}
    return [(words.say(key), known[name]) for name, key in _PARTS if name in known]


def verdict(record: RunRecord, estimate: Estimate, words: Words) -> str:
    """Say whether the ranges of what was estimated and of what was measured meet."""
    measured, estimated = record.own_energy_j, hardware_j(estimate)
    if measured.value is None or estimated.value is None or estimated.low is None:
        return words.say("estimate_unknown")
    below = estimated.high is not None and (measured.low or 0.0) > estimated.high
    above = measured.high is not None and measured.high < estimated.low
    said = {"estimated": words.quantity(estimated, "j"), "measured": words.quantity(measured, "j")}
    if not below and not above:
        return words.say("estimate_inside", **said)
    times = words.count(float(f"{measured.value / estimated.value:.3g}")) if estimated.value else "?"
    return words.say("estimate_outside", times=times, **said)
