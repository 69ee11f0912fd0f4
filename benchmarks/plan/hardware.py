"""Ten labelled cases of buying or renting, each with its break-even worked out by hand: plan-11.

The hand calculation stands beside each case as plain arithmetic on its round numbers; a year has 8765.82 hours.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from benchmarks._row import Row
from vatio.plan.hardware import CLOUD, Option, Usage, break_even, weigh
from vatio.records import Quantity

YEAR_H = 8765.82


class Case(NamedTuple):
    """One case: what the library says and what the hand says; ``None`` is never, or left out."""

    name: str
    got: float | None
    hand: float | None


def rows(peers: bool) -> list[Row]:
    """Give the row of hardware, and one for each case."""
    found = [make() for make in CASES]
    right = [_is_right(case) for case in found]
    wrong = [case.name for case, is_right in zip(found, right, strict=True) if not is_right]
    whole = Row(
        id="plan-11",
        what="break-even of 10 labelled cases equal to the hand calculation",
        relation="==",
        limit=10.0,
        got=float(sum(right)),
        unit="cases",
        command="make bench TOPIC=plan ONLY=plan-11",
        why=", ".join(wrong),
    )
    return [whole]


def _is_right(case: Case) -> bool:
    if case.hand is None or case.got is None:
        return case.hand is case.got
    return math.isclose(case.got, case.hand, rel_tol=1e-9)


def _exact(value: float) -> Quantity:
    return Quantity.exact(value, provenance="modelled", source="case")


def _option(name: str, **numbers: object) -> Option:
    texts = ("where", "latency_s", "utilisation_ratio", "sold_ratio", "is_off_when_idle")
    return Option(
        name=name,
        **{key: value if key in texts else _exact(float(value)) for key, value in numbers.items()},  # type: ignore[arg-type]
    )


def _own(**more: object) -> Option:
    """A node of one's own: 1 kW busy, 0.2 kW idle, 20 000 EUR, 1 000 kg embodied, 0.20 EUR/kWh, 300 g/kWh, PUE 1.5."""
    numbers: dict[str, object] = {
        "busy_w": 1000, "idle_w": 200, "pue": 1.5, "g_per_kwh": 300, "embodied_g": 1e6, "lifetime_years": 4,
        "purchase_eur": 20_000, "maintenance_eur_per_year": 0, "price_eur_per_kwh": 0.2,
    }  # fmt: skip
    return _option("own", **{**numbers, **more})


def _cloud(**more: object) -> Option:
    """A rented one: 1 kW, 5 EUR/h, 300 g/kWh, PUE 1.1, nothing embodied unless it is said."""
    numbers: dict[str, object] = {
        "where": CLOUD, "busy_w": 1000, "idle_w": 200, "pue": 1.1, "g_per_kwh": 300, "embodied_g": 0, "lifetime_years": 4,
        "rent_eur_per_h": 5,
    }  # fmt: skip
    return _option("cloud", **{**numbers, **more})


def steady() -> Case:
    """Busy all year: 1 kW x 1.5 x 0.20 = 0.30 EUR/h of its own against 5 EUR/h."""
    got = break_even(_own(), _cloud(), Usage(busy_h_per_year=YEAR_H)).cost_h.value
    return Case("steady", got, 20_000 / (5 - 0.3))


def spiky() -> Case:
    """A tenth of the year busy: nine idle hours of 0.2 kW come with each busy one, (1 + 1.8) x 1.5 x 0.20 = 0.84 EUR/h."""
    got = break_even(_own(), _cloud(), Usage(busy_h_per_year=YEAR_H / 10)).cost_h.value
    return Case("spiky", got, 20_000 / (5 - 0.84))


def pilot() -> Case:
    """Busy a hundredth: 99 idle hours with each, (1 + 19.8) x 1.5 x 0.20 = 6.24 EUR/h is more than 5: it never pays."""
    return Case("pilot", break_even(_own(), _cloud(), Usage(busy_h_per_year=YEAR_H / 100)).cost_h.value, None)


def switched_off() -> Case:
    """The pilot again, switched off when idle: 0.30 EUR/h as if it were always busy."""
    usage = Usage(busy_h_per_year=YEAR_H / 100)
    return Case("pilot, off when idle", break_even(_own(is_off_when_idle=True), _cloud(), usage).cost_h.value, 20_000 / 4.7)


def own_data_centre() -> Case:
    """Carbon: 1 kW x 1.2 x 50 g = 60 g/h at home against 1 kW x 1.1 x 400 g = 440 g/h, after 1 000 kg were embodied."""
    own, cloud = _own(pue=1.2, g_per_kwh=50), _cloud(g_per_kwh=400)
    return Case("own data centre", break_even(own, cloud, Usage(busy_h_per_year=YEAR_H)).carbon_h.value, 1e6 / (440 - 60))


def upgrade() -> Case:
    """A100 (3.2 kW, 100/s, owned) to H100 (5.6 kW, 240/s, 1 500 kg): 2.4 x 3.2 - 5.6 = 2.08 kW x 1.25 x 400 g an hour."""
    old = _option("A100", busy_w=3200, idle_w=0, work_per_s=100, pue=1.25, g_per_kwh=400, embodied_g=0, lifetime_years=4)
    new = _option("H100", busy_w=5600, idle_w=0, work_per_s=240, pue=1.25, g_per_kwh=400, embodied_g=1.5e6, lifetime_years=4)
    return Case("A100 to H100", break_even(new, old, Usage(busy_h_per_year=2000)).carbon_h.value, 1.5e6 / (2.08 * 1.25 * 400))


def price() -> Case:
    """Electricity at 0.80 EUR/kWh: 1 x 1.5 x 0.80 = 1.20 EUR/h."""
    got = break_even(_own(price_eur_per_kwh=0.8), _cloud(), Usage(busy_h_per_year=YEAR_H)).cost_h.value
    return Case("price", got, 20_000 / (5 - 1.2))


def maintenance() -> Case:
    """3 000 EUR a year over 2 000 busy hours: 1.50 EUR/h, and 6765.82 idle hours of 0.2 kW: 3.38291 of them an hour."""
    own = _own(maintenance_eur_per_year=3000)
    by_hour = 1.5 + (1 + 3.38291 * 0.2) * 1.5 * 0.2
    return Case("maintenance", break_even(own, _cloud(), Usage(busy_h_per_year=2000)).cost_h.value, 20_000 / (5 - by_hour))


def latency() -> Case:
    """The cloud is 80 ms away and 20 ms will do: it is left out, so that nothing is there to break even with."""
    usage = Usage(busy_h_per_year=YEAR_H, max_latency_s=0.02)
    standings = weigh([_own(latency_s=0.001), _cloud(latency_s=0.08)], usage)
    kept = [standing.option for standing in standings if standing.excluded is None]
    return Case("latency", break_even(kept[0], kept[1], usage).cost_h.value if len(kept) > 1 else None, None)


def shared_cloud() -> Case:
    """The cloud's 1 000 kg over 4 years at half its hours: 1e6 / 17 531.64 g/h; at 70 % busy both draw 0.76 kW."""
    own = _own(utilisation_ratio=0.7, g_per_kwh=100)
    cloud = _cloud(utilisation_ratio=0.7, embodied_g=1e6, sold_ratio=0.5)
    theirs, mine = 0.76 * 1.1 * 300 + 1e6 / 17_531.64, 0.76 * 1.5 * 100
    return Case(
        "embodied of the cloud", break_even(own, cloud, Usage(busy_h_per_year=YEAR_H)).carbon_h.value, 1e6 / (theirs - mine)
    )


CASES = (steady, spiky, pilot, switched_off, own_data_centre, upgrade, price, maintenance, latency, shared_cloud)
