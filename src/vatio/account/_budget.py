"""What may be spent, and what was: a budget warns and marks, and never stops anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from vatio.records import Quantity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import BudgetsConfig
    from vatio.records import Footprint

# From here on a budget warns; at 1 it marks.
WARN_RATIO = 0.8
# A ratio that JSON can write, whatever tiny budget was set.
_MOST_RATIO = 1e300
SCOPES, UNITS = ("run", "project", "month"), ("j", "g", "eur")


class Spent(NamedTuple):
    """Hold what a run, a project or a month spent; ``name`` says which one."""

    name: str
    energy_j: Quantity
    emissions_g: Quantity
    cost_eur: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Hold one budget and what was spent of it. ``state``: ok, warned (from 80 % on), passed (from 100 % on), unknown.

    ``spent`` and ``limit`` are in ``unit`` (j, g, eur); ``ratio`` is the one over the other, ``None`` where what was spent
    is not known. What is known of a sum with missing parts counts: it was spent at least.
    """

    budget: str
    scope: str
    name: str
    unit: str
    spent: Quantity
    limit: float
    ratio: float | None
    state: str


def spendings(budgets: BudgetsConfig, spent: Mapping[str, Spent]) -> tuple[Spending, ...]:
    """Compare each budget that is set with what its scope (run, project, month) spent."""
    return tuple(_all(budgets, spent))


def has_budgets(budgets: BudgetsConfig) -> bool:
    """Tell whether any budget is set."""
    return any(getattr(budgets, f"{scope}_{unit}") is not None for scope in SCOPES for unit in UNITS)


def spent_by_run(name: str, footprint: Footprint) -> Spent:
    """Give what one run spent, by its account."""
    return Spent(name, footprint.energy_j, footprint.emissions_g.total, footprint.cost_eur)


def _all(budgets: BudgetsConfig, spent: Mapping[str, Spent]) -> Iterator[Spending]:
    for scope in SCOPES:
        if scope not in spent:
            continue
        found = spent[scope]
        for unit, amount in zip(UNITS, (found.energy_j, found.emissions_g, found.cost_eur), strict=True):
            budget = f"{scope}_{unit}"
            limit = getattr(budgets, budget)
            if limit is None:
                continue
            ratio = _ratio(amount.value, limit)
            yield Spending(
                budget=budget,
                scope=scope,
                name=found.name,
                unit=unit,
                spent=amount,
                limit=limit,
                ratio=ratio,
                state=_state(ratio),
            )


def _ratio(spent: float | None, limit: float) -> float | None:
    if spent is None:
        return None
    if limit > 0.0:
        return min(spent / limit, _MOST_RATIO)
    # Of nothing, anything is too much.
    return 1.0 if spent > 0.0 else 0.0


def _state(ratio: float | None) -> str:
    if ratio is None:
        return "unknown"
    return "passed" if ratio >= 1.0 else "warned" if ratio >= WARN_RATIO else "ok"
