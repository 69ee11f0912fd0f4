"""What is weighed: ways to get a machine, what each draws, embodies and costs, and how it will be used."""

from __future__ import annotations

from dataclasses import dataclass

from vatio.errors import UsageError
from vatio.records import Quantity
from vatio.units import HOURS_PER_WEEK, S_PER_HOUR, S_PER_YEAR

HOURS_PER_YEAR = S_PER_YEAR / S_PER_HOUR
WEEKS_PER_YEAR = HOURS_PER_YEAR / HOURS_PER_WEEK
# Busy hours in a week, by the name of a pattern of use.
PATTERNS = {"steady": 168.0, "office": 40.0, "spiky": 10.0, "pilot": 2.0}
CLOUD, OWN = "cloud", "on-premises"


_NAMES = (
    "power", "idle power", "throughput", "pue", "intensity", "embodied", "lifetime", "purchase", "maintenance", "rent",
    "price of electricity",
)  # fmt: skip
# A number that nobody gave: it stays unknown in all that follows from it.
_UNKNOWN = {name: Quantity.absent(name, source=f"{name} not given") for name in _NAMES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Hold one way to get the work done. Numbers that are not known stay so, and what follows from them too.

    ``busy_w`` and ``idle_w`` are of the whole machine; ``utilisation_ratio`` is how busy it is while it works: power goes
    from idle to busy by it, throughput with it. ``embodied_g`` and ``purchase_eur`` are spent at once by whoever buys, and 0
    for what is owned already; a cloud spreads ``embodied_g`` over ``lifetime_years`` at ``sold_ratio`` of its hours, and asks
    ``rent_eur_per_h`` with the electricity in it.
    """

    name: str
    where: str = OWN
    busy_w: Quantity = _UNKNOWN["power"]
    idle_w: Quantity = _UNKNOWN["idle power"]
    work_per_s: Quantity = _UNKNOWN["throughput"]
    utilisation_ratio: float = 1.0
    pue: Quantity = _UNKNOWN["pue"]
    g_per_kwh: Quantity = _UNKNOWN["intensity"]
    embodied_g: Quantity = _UNKNOWN["embodied"]
    lifetime_years: Quantity = _UNKNOWN["lifetime"]
    sold_ratio: float = 0.8
    purchase_eur: Quantity = _UNKNOWN["purchase"]
    maintenance_eur_per_year: Quantity = _UNKNOWN["maintenance"]
    rent_eur_per_h: Quantity = _UNKNOWN["rent"]
    price_eur_per_kwh: Quantity = _UNKNOWN["price of electricity"]
    latency_s: float | None = None
    is_off_when_idle: bool = False

    def __post_init__(self) -> None:
        if self.where not in (CLOUD, OWN):
            raise UsageError(f"{self.name} is {self.where!r}", hint=f"write {CLOUD} or {OWN}")
        if not 0.0 < self.utilisation_ratio <= 1.0 or not 0.0 < self.sold_ratio <= 1.0:
            raise UsageError(f"a share of {self.name} is not above 0 and at most 1", hint="0.7 is 70 %")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Hold how much of the first option's time is used: busy hours in a year, and the longest round trip that will do.

    >>> round(Usage.of_pattern("office").busy_h_per_year)
    2087
    """

    busy_h_per_year: float
    max_latency_s: float | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.busy_h_per_year <= HOURS_PER_YEAR:
            raise UsageError(
                f"{self.busy_h_per_year:g} busy hours in a year", hint=f"more than 0, at most {HOURS_PER_YEAR:.0f}"
            )

    @classmethod
    def of_pattern(cls, name: str, *, max_latency_s: float | None = None) -> Usage:
        """Build the usage of a named pattern: steady, office, spiky or pilot.

        Raises:
            UsageError: there is no such pattern.
        """
        if name not in PATTERNS:
            raise UsageError(f"unknown pattern {name!r}", hint=f"use one of {', '.join(PATTERNS)}, or hours in a week")
        return cls.of_week(PATTERNS[name], max_latency_s=max_latency_s)

    @classmethod
    def of_week(cls, busy_h: float, *, max_latency_s: float | None = None) -> Usage:
        """Build the usage of so many busy hours in a week."""
        return cls(busy_h_per_year=min(busy_h * WEEKS_PER_YEAR, HOURS_PER_YEAR), max_latency_s=max_latency_s)
