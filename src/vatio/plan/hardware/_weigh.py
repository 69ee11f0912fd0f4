"""Weigh options: what each costs by the busy hour and by the unit of work, and after how many hours buying pays.

An option costs a fixed part F, spent when it is bought, and a running part R by the busy hour: energy while busy and while
idle, maintenance, rent. Of two options a and b that do the same work, b needing k hours for one of a's, a is cheaper after
F_a - F_b over k R_b - R_a hours; euros and grams alike. Embodied grams decide here, where something is bought, and only here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vatio.plan.hardware._option import CLOUD, HOURS_PER_YEAR, Option, Usage
from vatio.plan.hardware._quotient import plus, quotient, times
from vatio.records import Quantity, difference, scaled
from vatio.units import J_PER_KWH, S_PER_HOUR

_NOTHING = Quantity.exact(0.0, provenance="modelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Hold what one option comes to. ``energy_j_per_h`` is with the building and the idle time that a busy hour brings.

    ``excluded`` says why it cannot serve; ``hours_ratio`` is how many of its hours do one hour's work of the first option.
    """

    option: Option
    hours_ratio: Quantity
    energy_j_per_unit: Quantity
    energy_j_per_h: Quantity
    operational_g_per_h: Quantity
    embodied_g_per_h: Quantity
    running_eur_per_h: Quantity
    total_eur_per_h: Quantity
    excluded: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven:
    """Hold after how many busy hours of ``bought`` it is cheaper than ``other``, in euros and in grams.

    A missing number says by its source that it never is, or what is not known. ``lifetime_h`` is how long it lasts in use.
    """

    bought: str
    other: str
    cost_h: Quantity
    carbon_h: Quantity
    lifetime_h: Quantity


def weigh(options: Sequence[Option], usage: Usage) -> tuple[Standing, ...]:
    """Say what each option comes to for the same work; the first one's busy hours are the measure."""
    return tuple(_standing(option, options[0], usage) for option in options)


def break_even(bought: Option, other: Option, usage: Usage) -> BreakEven:
    """Say after how many busy hours of ``bought`` it has cost less than ``other``; ``usage`` counts its hours."""
    ratio = _hours_ratio(other, bought)
    mine, theirs = _running(bought, usage.busy_h_per_year), _running(other, _hours(ratio, usage))
    return BreakEven(
        bought=bought.name,
        other=other.name,
        cost_h=_after((_fixed_eur(bought), _fixed_eur(other)), (mine.eur_per_h, theirs.eur_per_h), ratio),
        carbon_h=_after((_fixed_g(bought), _fixed_g(other)), (mine.g_per_h, theirs.g_per_h), ratio),
        lifetime_h=scaled(bought.lifetime_years, usage.busy_h_per_year),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """Hold what a busy hour brings: joules with the building, grams, euros."""

    energy_j: Quantity
    operational_g: Quantity
    g_per_h: Quantity
    eur_per_h: Quantity


def _after(fixed: tuple[Quantity, Quantity], by_hour: tuple[Quantity, Quantity], ratio: Quantity) -> Quantity:
    """Divide what the first costs more at once by what it costs less by the hour."""
    more = difference(fixed[0], fixed[1])
    return quotient(more, difference(times(ratio, by_hour[1]), by_hour[0]), never="it never pays: its hours cost no less")


def _standing(option: Option, first: Option, usage: Usage) -> Standing:
    ratio = _hours_ratio(option, first)
    hours = _hours(ratio, usage)
    running = _running(option, hours)
    lifetime_h = scaled(option.lifetime_years, hours)
    purchase_per_h = _NOTHING if option.where == CLOUD else quotient(option.purchase_eur, lifetime_h)
    embodied_g = _cloud_embodied_g(option) if option.where == CLOUD else quotient(option.embodied_g, lifetime_h)
    return Standing(
        option=option,
        hours_ratio=ratio,
        energy_j_per_unit=quotient(power_w(option), scaled(option.work_per_s, option.utilisation_ratio)),
        energy_j_per_h=running.energy_j,
        operational_g_per_h=running.operational_g,
        embodied_g_per_h=embodied_g,
        running_eur_per_h=running.eur_per_h,
        total_eur_per_h=plus(running.eur_per_h, purchase_per_h),
        excluded=_excluded(option, hours, usage),
    )


def power_w(option: Option) -> Quantity:
    """Give the watts of an option while it works: from idle to busy by its utilisation."""
    if option.utilisation_ratio == 1.0:
        return option.busy_w
    return plus(scaled(option.busy_w, option.utilisation_ratio), scaled(option.idle_w, 1.0 - option.utilisation_ratio))


def _hours_ratio(option: Option, first: Option) -> Quantity:
    """Give how many hours of an option do an hour's work of the first; 1 where neither says what it does."""
    if option is first or (option.work_per_s.is_missing and first.work_per_s.is_missing):
        return Quantity.exact(1.0, provenance="default", source="taken to be as fast")
    return quotient(scaled(first.work_per_s, first.utilisation_ratio), scaled(option.work_per_s, option.utilisation_ratio))


def _hours(ratio: Quantity, usage: Usage) -> float:
    return (1.0 if ratio.value is None else ratio.value) * usage.busy_h_per_year


def _running(option: Option, busy_h_per_year: float) -> _Running:
    idle_h = 0.0 if option.where == CLOUD or option.is_off_when_idle else max(0.0, HOURS_PER_YEAR / busy_h_per_year - 1.0)
    watt_h = power_w(option) if idle_h == 0.0 else plus(power_w(option), scaled(option.idle_w, idle_h))
    energy_j = times(scaled(watt_h, S_PER_HOUR), option.pue)
    kwh = scaled(energy_j, 1.0 / J_PER_KWH)
    operational_g = times(kwh, option.g_per_kwh)
    if option.where == CLOUD:
        return _Running(
            energy_j=energy_j,
            operational_g=operational_g,
            g_per_h=plus(operational_g, _cloud_embodied_g(option)),
            eur_per_h=option.rent_eur_per_h,
        )
    maintenance = scaled(option.maintenance_eur_per_year, 1.0 / busy_h_per_year)
    eur_per_h = plus(times(kwh, option.price_eur_per_kwh), maintenance)
    return _Running(energy_j=energy_j, operational_g=operational_g, g_per_h=operational_g, eur_per_h=eur_per_h)


def _cloud_embodied_g(option: Option) -> Quantity:
    return quotient(option.embodied_g, scaled(option.lifetime_years, HOURS_PER_YEAR * option.sold_ratio))


def _fixed_eur(option: Option) -> Quantity:
    return _NOTHING if option.where == CLOUD else option.purchase_eur


def _fixed_g(option: Option) -> Quantity:
    return _NOTHING if option.where == CLOUD else option.embodied_g


def _excluded(option: Option, busy_h_per_year: float, usage: Usage) -> str | None:
    if usage.max_latency_s is not None and option.latency_s is None:
        return "its latency is not known"
    if usage.max_latency_s is not None and option.latency_s is not None and option.latency_s > usage.max_latency_s:
        return f"{1000.0 * option.latency_s:.0f} ms away, at most {1000.0 * usage.max_latency_s:.0f} ms will do"
    if busy_h_per_year > HOURS_PER_YEAR:
        return f"too slow: the work of a year takes it {busy_h_per_year / HOURS_PER_YEAR:.1f} years"
    return None
