"""What was found about a table: each candidate with its saving and its price in quality, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from vatio.optimise.data._quality import QualityChange
from vatio.records import Quantity


class Saving(NamedTuple):
    """Hold the share of the cost of preparing, training and predicting that a candidate saves, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Hold one candidate that was measured. ``cost`` is the median of one preparing, training and predicting.

    ``is_worth_it`` tells whether to take it: surely cheaper, or surely better, and surely no worse than allowed.
    ``reason`` says why not.
    """

    name: str
    what: str
    cost: float | None
    saving_ratio: Saving | None
    quality: QualityChange | None
    is_worth_it: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """Hold all advice about a table, best first, with what finding it cost.

    ``findings`` are faults of the data; ``curve`` the learning curve as far as it was followed (share of the rows, quality);
    ``pays_after`` the number of trainings after which the first advice has repaid the search.
    """

    source: str
    rows: int
    columns: int
    algorithm: str
    metric: str
    unit: str
    cost: float | None
    baseline_quality: float
    max_loss: float
    advice: tuple[Advice, ...]
    findings: tuple[str, ...]
    curve: tuple[tuple[float, float], ...]
    run: str
    energy_j: Quantity
    cpu_s: float | None
    pays_after: float | None
    notes: tuple[str, ...] = ()

    @property
    def best(self) -> Advice | None:
        """Give the first advice that is worth it; ``None``: keep what you have."""
        return next((each for each in self.advice if each.is_worth_it), None)


def judged(
    name: str, what: str, *, cost: float | None, saving: Saving | None, quality: QualityChange | None, max_loss: float
) -> Advice:
    """Say whether a candidate is worth it, and why not."""
    reason = _reason(saving, quality, max_loss)
    return Advice(name=name, what=what, cost=cost, saving_ratio=saving, quality=quality, is_worth_it=not reason, reason=reason)


def _reason(saving: Saving | None, quality: QualityChange | None, max_loss: float) -> str:
    if saving is None or quality is None:
        return "it could not be measured"
    if quality.high < -max_loss:
        return "it is worse"
    if quality.low < -max_loss:
        return "it may be worse than allowed: too few cases held out to tell"
    if quality.low > 0.0:
        return ""
    return "" if saving.low > 0.0 else "it saves nothing" if saving.high <= 0.0 else "it may save nothing"


def in_order(advice: list[Advice]) -> tuple[Advice, ...]:
    """Put first what is worth it: what is surely better before what only saves, each by what it saves."""
    return tuple(
        sorted(
            advice,
            key=lambda each: (
                not each.is_worth_it,
                not (each.is_worth_it and each.quality is not None and each.quality.low > 0.0),
                -(each.saving_ratio.value if each.saving_ratio is not None else -1e9),
            ),
        )
    )
