"""What a comparison of two arms comes to, ``vatio.verdict/1``: written by the gate and by ``runs compare`` (CONTRACT.md 2)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from vatio.errors import InvalidQuantity, InvalidRecord
from vatio.records._quantity import Quantity

OUTCOMES = ("pass", "fail", "inconclusive")
UNITS = ("J", "cpu_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Hold an estimate between its bounds, which tests decide and no meter; a bound is ``None`` where there is none.

    >>> Interval(value=0.05, low=0.03, high=0.07).high
    0.07

    Raises:
        InvalidQuantity: a number is not finite, or low <= value <= high is broken.
    """

    value: float
    low: float | None
    high: float | None

    def __post_init__(self) -> None:
        known = [number for number in (self.low, self.value, self.high) if number is not None]
        if not all(map(math.isfinite, known)) or known != sorted(known):
            raise InvalidQuantity(f"not low <= value <= high: {known}", hint="an end that is not known is None")


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """Hold what one statistical test says: its statistic and its two-sided probability, in 0..1."""

    __test__: ClassVar[bool] = False  # for pytest, which would take it for a test

    name: str
    statistic: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRow:
    """Hold the judgement of one metric: ``change`` is candidate less baseline, ``max_loss`` what may be lost, in its unit."""

    metric: str
    change: Interval
    outcome: str
    max_loss: float = 0.0

    def __post_init__(self) -> None:
        _check("outcome", self.outcome, OUTCOMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageChange:
    """Name a distribution whose version differs between two locks; ``None`` where one lock has it not."""

    name: str
    baseline: str | None
    candidate: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryShift:
    """Hold where the costs of earlier verdicts changed for good: ``since`` is the date of the first one after it.

    ``change_ratio`` is signed (+0.05: 5 % more since then), ``p`` its probability by chance, ``verdicts`` how many were seen.
    """

    since: str
    change_ratio: float
    p: float
    verdicts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Hold the outcome of a comparison. ``change_ratio`` is signed: +0.05 is 5 % more energy than the baseline's.

    ``allowed_ratio`` is the regression that is let through, ``resolution_ratio`` what a pass may overlook beyond it,
    ``mde_ratio`` the smallest change that so many pairs would find, ``more_pairs`` how many more would decide (0 where they
    have, ``None`` where that cannot be told). ``unit`` is what was compared, ``per`` the unit of work it was divided by.
    ``test`` decided, at ``level``: its ``p`` is one-sided, of so large an increase were the true one the allowed one;
    ``tests`` stand beside it and decide nothing, their p two-sided. ``energy_j`` is what the comparison itself drew and
    ``run`` its run. ``baseline_value`` and ``candidate_value`` are the medians of what was compared, in ``unit``.
    ``noise_ratio`` is the relative spread of the baseline against itself, measured just before. ``advice`` (approve, roll
    back) and ``packages`` are those of an upgrade; ``shift`` is the latest change of earlier verdicts: those of the same
    ``series`` (what is run), ``branch`` and ``host``. ``ratios`` are the pairs' costs, candidate over baseline, in order,
    none where the two sides were no pairs. ``effect_size`` is the change in units of its own spread, both on the scale of
    logarithms. ``more`` keeps the fields of a newer schema.

    Raises:
        InvalidRecord: the outcome or the unit is none that the contract knows.
    """

    SCHEMA: ClassVar[str] = "vatio.verdict/1"

    outcome: str
    change_ratio: Interval
    allowed_ratio: float
    resolution_ratio: float
    mde_ratio: float | None
    pairs: int
    more_pairs: int | None
    unit: str
    baseline: str
    candidate: str
    quality: tuple[QualityRow, ...] = ()
    tests: Mapping[str, TestResult] = field(default_factory=dict)
    energy_j: Quantity = field(default_factory=lambda: Quantity.absent("energy"))
    run: str | None = None
    per: str | None = None
    test: str = ""
    p: float | None = None
    level: float | None = None
    notes: tuple[str, ...] = ()
    baseline_value: float | None = None
    candidate_value: float | None = None
    noise_ratio: float | None = None
    shift: HistoryShift | None = None
    advice: str | None = None
    packages: tuple[PackageChange, ...] = ()
    series: str | None = None
    branch: str | None = None
    host: str | None = None
    ratios: tuple[float, ...] = ()
    effect_size: float | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check("outcome", self.outcome, OUTCOMES)
        _check("unit", self.unit, UNITS)


def _check(what: str, got: str, known: tuple[str, ...]) -> None:
    if got not in known:
        raise InvalidRecord(f"{what} is {got!r}", hint=f"one of {', '.join(known)}")
