"""What a fleet's chart, table and page are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from vatio.records import Quantity
from vatio.report._format import clean, local_time, written
from vatio.units import J_PER_KWH, S_PER_HOUR, W_PER_KW


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneLoad:
    """Hold a zone by slot: intensity, what runs there anyway (``held_w``), what this plan adds; infinite capacity is none."""

    name: str
    g_per_kwh: tuple[float, ...]
    held_w: tuple[float, ...]
    planned_w: tuple[float, ...]
    capacity_w: float
    jobs: int

    @property
    def whole_w(self) -> tuple[float, ...]:
        """Give what the zone carries in each slot."""
        return tuple(held + planned for held, planned in zip(self.held_w, self.planned_w, strict=True))

    def energy_j(self, slot_s: float) -> float:
        """Give the joules of this plan."""
        return math.fsum(self.planned_w) * slot_s

    def mean_g_per_kwh(self) -> float | None:
        """Give the intensity that this plan meets, weighted by its power; ``None`` where nothing runs."""
        whole = math.fsum(self.planned_w)
        met = math.fsum(grams * watts for grams, watts in zip(self.g_per_kwh, self.planned_w, strict=True))
        return met / whole if whole else None

    def cells(self, slot_s: float) -> tuple[str, ...]:
        """Write a row of the table of zones."""
        met, peak_w = self.mean_g_per_kwh(), max(self.whole_w)
        used = f"{100.0 * peak_w / self.capacity_w:.0f} %" if 0.0 < self.capacity_w < math.inf else "-"
        return (
            self.name,
            str(self.jobs),
            f"{self.energy_j(slot_s) / J_PER_KWH:.1f}",
            "-" if met is None else f"{met:.0f}",
            f"{math.fsum(self.g_per_kwh) / len(self.g_per_kwh):.0f}",
            f"{peak_w / W_PER_KW:.2f}",
            used,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedJob:
    """Hold where and when one job runs."""

    job: str
    zone: str
    windows: tuple[tuple[datetime, datetime], ...]
    emissions_g: float
    has_begun: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LostJob:
    """Hold a job without a place; ``proved``: no plan has one for it beside its peers."""

    job: str
    reason: str
    proved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetShown:
    """Hold a fleet's plan to be shown; ``now_g`` is what the jobs emit when each starts as early as capacity allows.

    ``now_both_g`` holds the grams at once and as planned of the jobs that both place.
    """

    begin: datetime
    slot_s: float
    zones: tuple[ZoneLoad, ...]
    placed: tuple[PlacedJob, ...]
    lost: tuple[LostJob, ...]
    emissions_g: float
    now_g: float | None
    now_both_g: tuple[float, float] | None
    gap_ratio: float | None
    solver: str
    notes: tuple[str, ...] = ()

    @property
    def slots(self) -> int:
        """Count the slots."""
        return len(self.zones[0].g_per_kwh)

    def start_of(self, position: float) -> datetime:
        """Give the moment that is so many slots after the beginning."""
        return self.begin + timedelta(seconds=position * self.slot_s)

    def headline(self) -> str:
        """Say in one line how many jobs have a place, and what that is worth."""
        fresh = sum(not one.has_begun for one in self.placed)
        told = f"{counted(fresh)} placed" if not self.lost else f"{counted(fresh)} placed, {len(self.lost)} not"
        if self.now_both_g is None or self.now_both_g[0] <= 0.0:
            return f"{told}: {_grams(self.emissions_g)}"
        # Rounded, and nothing added to it: a gain of nothing has no sign.
        saved = round(100.0 * (1.0 - self.now_both_g[1] / self.now_both_g[0]), 1) + 0.0
        said = "" if self.now_g is not None else ", of the jobs that both place"
        return f"{told}: {_grams(self.emissions_g)}, {saved:.1f} % less than as early as possible{said}"

    def facts(self) -> list[tuple[str, str]]:
        """Name what the plan costs, and how good it is known to be."""
        begun = sum(one.has_begun for one in self.placed)
        return [
            ("emissions", _grams(self.emissions_g)),
            ("early", "not comparable: it places fewer jobs" if self.now_g is None else _grams(self.now_g)),
            ("gap", "unknown" if self.gap_ratio is None else f"within {100.0 * self.gap_ratio:.2f} % of the best"),
            ("slots", f"{self.slots} of {self.slot_s / S_PER_HOUR:g} h from {local(self.begin)}"),
            *([("kept", f"{counted(begun)} begun before")] if begun else []),
            ("solver", clean(self.solver)),
            ("crowding", "the plan counts its own load: no slot is given away twice"),
        ]


def counted(jobs: int) -> str:
    """Count jobs in words.

    >>> counted(1), counted(2)
    ('1 job', '2 jobs')
    """
    return f"{jobs} job{'' if jobs == 1 else 's'}"


def local(moment: datetime) -> str:
    """Write a moment in local time, with the weekday."""
    return local_time(moment)


def _grams(value_g: float) -> str:
    return written(Quantity.exact(value_g, provenance="modelled"), "g")
