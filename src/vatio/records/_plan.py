"""When, where and at what power a job should run, what that is expected to cost, and against what (CONTRACT.md 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, ClassVar

from vatio.errors import InvalidQuantity
from vatio.records._quantity import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWindow:
    """Hold one stretch of time in which the job runs. ``scale`` is the number of its workers, 1 for a job that has one size.

    Raises:
        InvalidQuantity: it ends before it starts, or its scale is not positive.
    """

    start: datetime
    end: datetime
    zone: str | None = None
    scale: float = 1.0
    power_limit_w: float | None = None

    def __post_init__(self) -> None:
        if self.end <= self.start or not self.scale > 0.0:
            raise InvalidQuantity(f"a window from {self.start} to {self.end} at scale {self.scale:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """Hold a saved share with its interval, signed: 0.1 is a tenth less. All are ``None`` where nothing is known."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCurve:
    """Name the curve that a plan was made on. Nothing is known past ``horizon_end``. ``kind``: average, marginal, market."""

    source: str
    kind: str
    horizon_end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Hold the windows in which a job is to run, and what they are expected to cost beside running it at once.

    ``decided_by`` says what chose the windows (carbon, renewable, price, power, deadline, or nothing: run now), ``solver``
    how. A gain that lies within the forecast's noise is not claimed: ``saved_ratio.low`` is then not above 0.
    """

    SCHEMA: ClassVar[str] = "vatio.plan/1"

    start: datetime
    finish: datetime
    windows: tuple[PlanWindow, ...]
    emissions_g: Quantity
    now_emissions_g: Quantity
    saved_ratio: Saving
    energy_j: Quantity
    cost_eur: Quantity
    renewable_ratio: Quantity
    decided_by: str
    solver: str
    curve: PlanCurve
    notes: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.windows or self.windows[0].start != self.start or self.windows[-1].end != self.finish:
            raise InvalidQuantity("a plan starts with its first window and finishes with its last")
        if any(late.start < early.end for early, late in pairwise(self.windows)):
            raise InvalidQuantity("the windows of a plan follow one another")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOutcome:
    """Hold how a plan turned out for its run. Grams are operational, location-based.

    ``at_once_g`` is the same energy without that of pauses, had the run begun when it was ordered; the saved share is of it.
    What was drawn in pauses (``paused_ratio`` of the energy) is idle power: where that is modelled and not measured, the saved
    share has no value, and reaches from the one with it to the one without. ``forecast_error_ratio`` is signed: 0.1 is an
    intensity that was a tenth higher than expected.
    """

    SCHEMA: ClassVar[str] = "vatio.outcome/1"

    promised_g: Quantity
    obtained_g: Quantity
    at_once_g: Quantity
    saved_ratio: Saving
    expected_g_per_kwh: float | None
    obtained_g_per_kwh: Quantity
    forecast_error_ratio: float | None
    renewable_ratio: Quantity
    source: str
    paused_ratio: float = 0.0
