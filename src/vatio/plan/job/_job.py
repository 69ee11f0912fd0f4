"""What is to be planned: a job, the rates at which it can run, and the places where it may."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from vatio.errors import InvalidQuantity, UsageError
from vatio.records import Quantity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account import GridSeries, IntensityCurve

OBJECTIVES = ("carbon", "renewable", "price")
# What a capped job may take longer unless it is told otherwise: the energy optimum alone slows a job by up to 60 %.
USUAL_SLOWDOWN_RATIO = 0.05
_UNKNOWN_POWER = Quantity.absent("power", source="neither given nor learnt from runs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Hold one way to run: work done in a second (1 is the job's own speed), watts, workers, and the cap if there is one."""

    throughput_ratio: float
    power_w: float
    scale: float = 1.0
    power_limit_w: float | None = None

    def __post_init__(self) -> None:
        numbers = (self.throughput_ratio, self.power_w, self.scale)
        if not all(map(math.isfinite, numbers)) or min(self.throughput_ratio, self.scale) <= 0.0 or self.power_w < 0.0:
            raise InvalidQuantity(
                f"a rate of {self.throughput_ratio:g} at {self.power_w:g} W", hint="both are positive numbers"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerStep:
    """Hold a stretch of a job's own time and the watts that it draws then."""

    duration_s: float
    power_w: float

    def __post_init__(self) -> None:
        if not (self.duration_s > 0.0 and self.power_w >= 0.0) or not math.isfinite(self.duration_s + self.power_w):
            raise InvalidQuantity(f"a power step of {self.duration_s:g} s at {self.power_w:g} W")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Hold one job. ``deadline`` is when it must have finished, ``earliest`` when it may start, unset: now.

    ``resume_cost_s`` is what each resume after a pause burns, as seconds of the job's own energy. ``spare_s`` is kept free
    before the deadline, for a job whose duration is not exact. ``rates`` are given for a job that can run in several ways,
    the usual one first; ``profile`` for one whose power changes as it goes on. Limits: ``residency`` names zones, or what
    their names begin with; ``max_latency_s`` is the round trip.

    Raises:
        UsageError: the job has no length, its deadline no time zone, or its power is said twice.
    """

    duration_s: float
    deadline: datetime
    power_w: Quantity = _UNKNOWN_POWER
    earliest: datetime | None = None
    interruptible: bool = False
    resume_cost_s: float = 0.0
    spare_s: float = 0.0
    rates: tuple[Rate, ...] = ()
    profile: tuple[PowerStep, ...] = ()
    max_slowdown_ratio: float = USUAL_SLOWDOWN_RATIO
    max_latency_s: float | None = None
    residency: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.duration_s) and self.duration_s > 0.0):
            raise UsageError(f"a job of {self.duration_s:g} s", hint="give the time that it takes: --duration 24h")
        if not (self.resume_cost_s >= 0.0 and self.spare_s >= 0.0 and self.max_slowdown_ratio >= 0.0):
            raise UsageError("a resume's cost, a reserve or a slowdown below zero")
        if any(moment is not None and moment.tzinfo is None for moment in (self.deadline, self.earliest)):
            raise UsageError("a start or deadline without a time zone", hint="use datetime.now(UTC), or .astimezone()")
        if self.rates and self.profile:
            raise UsageError("a job has rates or a power profile, not both", hint="leave one of them out")
        if self.profile and not math.isclose(sum(step.duration_s for step in self.profile), self.duration_s, rel_tol=1e-9):
            raise UsageError("the power profile is not as long as the job", hint="its steps add up to the duration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Hold a step curve of a price or a share, as an intensity curve holds grams: ``None`` is a hole.

    Raises:
        InvalidQuantity: the starts do not increase, the lengths differ, or a value is not finite.
    """

    starts_s: tuple[float, ...]
    values: tuple[float | None, ...]
    end_s: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        known = [value for value in self.values if value is not None]
        if not known or len(self.starts_s) != len(self.values) or not all(map(math.isfinite, known)):
            raise InvalidQuantity(f"{len(self.starts_s)} starts and {len(known)} known values")
        ends = self.starts_s if self.end_s is None else (*self.starts_s, self.end_s)
        if any(late <= early for early, late in pairwise(ends)):
            raise InvalidQuantity("the starts of a curve must increase", hint="sort the rows, drop the doubles")


def steps_of(series: GridSeries, column: str) -> Steps | None:
    """Give a series' price or renewable share as a step curve; ``None`` where it tells none."""
    values: tuple[float | None, ...] = getattr(series, column)
    if all(value is None for value in values):
        return None
    return Steps(starts_s=series.starts_s, values=values, end_s=series.end_s, source=series.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Hold what is known of a zone beside its intensity: building, price, renewable share, and the way to it.

    ``move_j`` is what carrying the data there burns, at the zone's mean intensity; ``move_g`` is grams that somebody has
    counted already. An unknown ``latency_s`` does not meet a limit.
    """

    pue: float = 1.0
    price_eur_per_kwh: Steps | None = None
    renewable_ratio: Steps | None = None
    move_j: float = 0.0
    move_g: float = 0.0
    latency_s: float | None = None

    def __post_init__(self) -> None:
        if not self.pue >= 1.0 or not math.isfinite(self.pue):
            raise InvalidQuantity(f"a PUE of {self.pue:g}", hint="all the building's energy over that of its computers: 1.2")
        if not (self.move_j >= 0.0 and self.move_g >= 0.0):
            raise InvalidQuantity("moving data cannot gain energy or grams")


def curve_of(place: Place, curve: IntensityCurve, objective: str) -> IntensityCurve | Steps:
    """Give the curve that an objective reads.

    Raises:
        UsageError: the place has no such curve, or there is no such objective.
    """
    if objective not in OBJECTIVES:
        raise UsageError(f"objective {objective!r}", hint=f"use one of {', '.join(OBJECTIVES)}")
    found = {"carbon": curve, "price": place.price_eur_per_kwh, "renewable": place.renewable_ratio}[objective]
    if found is None:
        hint = (
            "add a column renewable_ratio to the curve"
            if objective == "renewable"
            else "set a tariff or price, or add a column eur_per_kwh to the curve"
        )
        raise UsageError(f"no curve of {'the renewable share' if objective == 'renewable' else 'the price'}", hint=hint)
    return found


def fastest(rates: Sequence[Rate]) -> float:
    """Give the most work that a second can do."""
    return max((rate.throughput_ratio for rate in rates), default=1.0)
