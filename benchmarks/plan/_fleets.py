"""Make fleets: lengths from a published trace, three real zones, unequal power, each zone loaded to two thirds and more."""

from __future__ import annotations

import csv
import functools
import math
import os
import random

from vatio.account import read_series
from vatio.plan.fleet import Fleet, FleetJob, FleetZone

DATA = os.environ.get("VATIO_TEST_DATA", "../shared/data")
ZONES = ("DE", "FR", "GB")
# Home zone's share of the load over its capacity, all slots together.
_LOAD_RATIO = 0.62
_MOST_HOURS = 48


@functools.cache
def _lengths_h() -> tuple[float, ...]:
    with open(f"{DATA}/jobs/gaia_pai_1k.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    name = next(column for column in rows[0] if "length" in column.lower())
    return tuple(float(row[name]) / 3600.0 for row in rows)


@functools.cache
def _curve(zone: str) -> tuple[float, ...]:
    series = read_series(f"{DATA}/grid/intensity_hourly_2022.csv.gz", zone=zone)
    return tuple(value or 0.0 for value in series.g_per_kwh)


def make_fleet(jobs: int, slots: int, seed: int) -> Fleet:
    """Make one; the same seed gives the same fleet, and each zone's own jobs fill 62 % of its capacity."""
    chance = random.Random(f"fleet {jobs} {slots} {seed}")
    begin = chance.randrange(0, 8759 - slots)
    made = [_job(chance, number, slots) for number in range(jobs)]
    zones = []
    for zone in ZONES:
        load = sum(job.power_w * job.slots for job in made if job.home == zone)
        capacity_w = load / slots / _LOAD_RATIO
        zones.append(FleetZone(name=zone, g_per_kwh=_curve(zone)[begin : begin + slots], capacity_w=capacity_w))
    return Fleet(jobs=tuple(made), zones=tuple(zones))


def _job(chance: random.Random, number: int, slots: int) -> FleetJob:
    length = min(_MOST_HOURS, math.ceil(chance.choice(_lengths_h())))
    earliest = chance.randrange(0, max(1, slots - length - 12))
    slack = chance.choice((6, 12, 24, 48, 96))
    return FleetJob(
        id=f"job-{number}",
        slots=length,
        power_w=round(chance.uniform(200.0, 900.0), 1),
        earliest=earliest,
        latest=min(slots, earliest + length + slack),
        home=ZONES[number % len(ZONES)],
        interruptible=chance.random() < 0.3,
    )
