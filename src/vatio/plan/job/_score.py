"""Say what a choice costs in one place: joules, grams, euros, renewable share, and how sure a gain against another is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from vatio.account import IntensityCurve
from vatio.plan.job._job import Job, Place, Steps
from vatio.plan.job._shapes import Choice, load_of
from vatio.plan.job._slots import NS_PER_S, Slots, slots_between
from vatio.records import Quantity, product, scaled, total
from vatio.units import J_PER_KWH, S_PER_HOUR

# Errors of a forecast fade with the time between two slots; those of neighbouring hours are nearly one error.
_MEMORY_S = 12 * S_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Hold one place with its curve and the slots by which it is chosen; ``None`` where nothing is known of the time."""

    zone: str
    curve: IntensityCurve
    place: Place
    slots: Slots | None


class Paid(NamedTuple):
    """Hold joules by slot of one curve, and what lies outside it."""

    slots: Slots
    load_j: list[float]
    outside_j: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Hold what a guard needs to judge a gain: slots of one zone, and the joules of run-now and of the plan in each."""

    zone: str
    edges_ns: tuple[int, ...]
    value: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    now_load_j: tuple[float, ...]
    plan_load_j: tuple[float, ...]


def total_j(choice: Choice) -> float:
    """Give the joules of a choice, its resumes included."""
    return math.fsum(one.burnt_j + (one.end_ns - one.start_ns) / NS_PER_S * one.power_w for one in choice.stretches)


def paid(choice: Choice, curve: IntensityCurve | Steps, values: Sequence[float | None]) -> Paid | None:
    """Lay a choice over a curve from its start to its end; ``None`` where the curve knows nothing of that time."""
    slots = slots_between(curve, values, choice.stretches[0].start_ns, choice.stretches[-1].end_ns)
    if slots is None:
        return None
    load_j = load_of(choice.stretches, slots.edges_ns)
    return Paid(slots, load_j, max(0.0, total_j(choice) - math.fsum(load_j)))


def grams(choice: Choice, site: Site, job: Job) -> Quantity:
    """Give the grams of CO2e that a choice is expected to emit in a place, the move of its data with them."""
    values = site.curve.values_g_per_kwh
    found = paid(choice, site.curve, values)
    if job.power_w.is_missing and not (job.rates or job.profile):
        return Quantity.absent("power", source="the watts of the job are not known")
    if found is None:
        return Quantity.absent("intensity", source=f"nothing is known of {site.zone} for that time")
    known = [value for value in values if value is not None]
    mean, least, most = math.fsum(known) / len(known), min(known), max(known)
    ends = [
        _sum(found, side, tail) * site.place.pue / J_PER_KWH
        for side, tail in ((found.slots.low, least), (found.slots.value, mean), (found.slots.high, most))
    ]
    whole = found.outside_j <= 1e-9 * total_j(choice) and not found.slots.holes_s
    low_g, value_g, high_g = min(ends), ends[1], max(ends)
    grams_g = Quantity.around(
        value_g, low_g, high_g, provenance="modelled" if whole else "default", source=site.curve.source or None
    )
    return _moved(product(_power(job), grams_g), move_cost(site, "carbon"))


def energy(choice: Choice, site: Site, job: Job) -> Quantity:
    """Give the joules that the job's hardware is expected to draw, and the network for the move of its data."""
    if job.power_w.is_missing and not (job.rates or job.profile):
        return Quantity.absent("power", source="the watts of the job are not known")
    return _moved(scaled(_power(job), total_j(choice)), site.place.move_j)


def euros(choice: Choice, site: Site, job: Job) -> Quantity:
    """Give the price of a choice; missing where no price is known for all of its time."""
    prices = site.place.price_eur_per_kwh
    found = None if prices is None else paid(choice, prices, prices.values)
    if prices is None or found is None or found.outside_j > 1e-9 * total_j(choice):
        return Quantity.absent("price", source="no price is known for that time")
    if job.power_w.is_missing and not (job.rates or job.profile):
        return Quantity.absent("power", source="the watts of the job are not known")
    fixed_eur = move_cost(site, "price")
    ends = [
        _sum(found, side, 0.0) * site.place.pue / J_PER_KWH for side in (found.slots.low, found.slots.value, found.slots.high)
    ]
    ratio = _power(job)
    if ratio.low is None or ratio.high is None:
        return Quantity.absent(*ratio.missing, source=ratio.source)
    corners = [end * one for end in ends for one in (ratio.low, ratio.high)]
    return Quantity.around(
        ends[1] + fixed_eur,
        min(corners) + fixed_eur,
        max(corners) + fixed_eur,
        provenance="modelled",
        source=prices.source or "given price",
    )


def renewable(choice: Choice, site: Site) -> Quantity:
    """Give the renewable share of a choice's energy; missing where it is not known for all of its time."""
    shares = site.place.renewable_ratio
    found = None if shares is None else paid(choice, shares, shares.values)
    whole_j = total_j(choice)
    if shares is None or found is None or found.outside_j > 1e-9 * whole_j or not whole_j:
        return Quantity.absent("renewable share", source="no renewable share is known for that time")
    ends = [_sum(found, side, 0.0) / whole_j for side in (found.slots.low, found.slots.value, found.slots.high)]
    return Quantity.around(ends[1], min(ends), max(ends), provenance="modelled", source=shares.source or None)


def move_cost(site: Site, objective: str) -> float:
    """Give what moving the data costs by an objective: joules at the zone's mean over the time that may be planned."""
    place = site.place
    if not (place.move_j or place.move_g):
        return 0.0
    if objective == "price":
        known = [value for value in (place.price_eur_per_kwh.values if place.price_eur_per_kwh else ()) if value is not None]
        return place.move_j / J_PER_KWH * (math.fsum(known) / len(known) if known else 0.0)
    if objective == "renewable":
        return place.move_j / J_PER_KWH
    values = [value for value in site.curve.values_g_per_kwh if value is not None]
    return place.move_j / J_PER_KWH * math.fsum(values) / len(values) + place.move_g


def spread(
    changes: Sequence[float], edges_ns: Sequence[int], errors: tuple[Sequence[float], Sequence[float]]
) -> tuple[float, float]:
    """Give how far a sum of joules times intensities may lie below and above its value, by the errors of each slot.

    ``errors`` are how far each slot may lie below and above. Those of slots some time apart are taken to agree by
    exp(-time / 12 h): what two plans have in common cancels, and so does most of an error of the level.
    """
    below, above = 0.0, 0.0
    for side in (0, 1):
        ends = [change * errors[side if change > 0.0 else 1 - side][at] for at, change in enumerate(changes)]
        variance = _correlated(ends, edges_ns)
        below, above = (variance, above) if side == 0 else (below, variance)
    return math.sqrt(below), math.sqrt(above)


def _correlated(parts: Sequence[float], edges_ns: Sequence[int]) -> float:
    """Sum parts[i] x parts[j] x exp(-distance) over all pairs, in one pass."""
    middles_s = [(early + late) / (2 * NS_PER_S) for early, late in pairwise(edges_ns)]
    whole, carried, before_s = 0.0, 0.0, middles_s[0]
    for part, middle_s in zip(parts, middles_s, strict=True):
        carried *= math.exp((before_s - middle_s) / _MEMORY_S)
        whole += part * part + 2.0 * part * carried
        carried, before_s = carried + part, middle_s
    return max(0.0, whole)


def _sum(found: Paid, side: Sequence[float], rest: float) -> float:
    return math.fsum(load * one for load, one in zip(found.load_j, side, strict=True) if load) + found.outside_j * rest


def _power(job: Job) -> Quantity:
    """Give the interval of the power beside the value that the choice was made with, which is 1."""
    power_w = job.power_w
    if job.rates or job.profile or not power_w.value:
        return Quantity.exact(1.0, provenance="modelled")
    # What is to come is never measured, however well the watts are known.
    modelled = "modelled" if power_w.provenance == "measured" else power_w.provenance
    return replace(scaled(power_w, 1.0 / power_w.value), provenance=modelled)


def _moved(quantity: Quantity, part: float) -> Quantity:
    return total([quantity, Quantity.exact(part, provenance="modelled")]) if part else quantity
