"""What may be spent, and what was: a budget warns and marks, and never stops anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from vatio.records import Quantity, total

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import BudgetsConfig
    from vatio.ledger import GroupSum
    from vatio.records import Footprint

# From here on a budget warns; at 1 it marks.
WARN_RATIO = 0.8
# A ratio that JSON can write, whatever tiny budget was set.
_MOST_RATIO = 1e300
SCOPES, UNITS = ("run", "project", "month"), ("j", "g", "eur")
_SIGNS = {"j": "J", "g": "g", "eur": "EUR"}


class Spent(NamedTuple):
    """Hold what a run, a project or a month spent; ``name`` says which one."""

    name: str
    energy_j: Quantity
    emissions_g: Quantity
    cost_eur: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Hold one budget and what was spent of it. ``state``: ok, warned (from 80 % on), passed (from 100 % on), unknown.

    ``amount`` is what was spent, in ``unit`` (j, g, eur) as ``limit`` is; ``ratio`` is the one over the other, ``None`` where
    it is not known. What is known of a sum with missing parts counts: it was spent at least.
    """

    budget: str
    scope: str
    name: str
    unit: str
    amount: Quantity
    limit: float
    ratio: float | None
    state: str


def spendings(budgets: BudgetsConfig, spent: Mapping[str, Spent]) -> tuple[Spending, ...]:
    """Compare each budget that is set with what its scope (run, project, month) spent."""
    return tuple(_all(budgets, spent))


def has_budgets(budgets: BudgetsConfig, *scopes: str) -> bool:
    """Tell whether any budget is set, of some scopes (run, project, month) or of all."""
    return any(getattr(budgets, f"{scope}_{unit}") is not None for scope in scopes or SCOPES for unit in UNITS)


def spent_by_run(name: str, footprint: Footprint) -> Spent:
    """Give what one run spent, by its account."""
    return Spent(name, footprint.energy_j, footprint.emissions_g.total, footprint.cost_eur)


def _all(budgets: BudgetsConfig, spent: Mapping[str, Spent]) -> Iterator[Spending]:
    for scope in SCOPES:
        if scope not in spent:
            continue
        found = spent[scope]
        for unit, amount in zip(UNITS, (found.energy_j, found.emissions_g, found.cost_eur), strict=True):
            limit = getattr(budgets, f"{scope}_{unit}")
            if limit is None:
                continue
            ratio = _ratio(amount.value, limit)
            about = {"budget": f"{scope}_{unit}", "scope": scope, "name": found.name, "unit": unit}
            yield Spending(**about, amount=amount, limit=limit, ratio=ratio, state=_state(ratio))


def _ratio(amount: float | None, limit: float) -> float | None:
    if amount is None:
        return None
    if limit > 0.0:
        return min(amount / limit, _MOST_RATIO)
    # Of nothing, anything is too much.
    return 1.0 if amount > 0.0 else 0.0


def _state(ratio: float | None) -> str:
    if ratio is None:
        return "unknown"
    return "passed" if ratio >= 1.0 else "warned" if ratio >= WARN_RATIO else "ok"


def spent_by_sum(name: str, found: GroupSum | None, *more: Spent) -> Spent:
    """Give what a group of runs spent, and those of ``more`` that are not in it yet."""
    own = () if found is None else (Spent(name, found.energy_j, found.total_g, found.cost_eur),)
    parts = (*own, *more)
    return Spent(
        name,
        total(part.energy_j for part in parts),
        total(part.emissions_g for part in parts),
        total(part.cost_eur for part in parts),
    )


def spending_text(found: Spending) -> str:
    """Say in a line how a budget stands.

    >>> spent, about = Quantity.exact(400.0), {"budget": "run_g", "scope": "run", "name": "x", "unit": "g"}
    >>> spending_text(Spending(**about, amount=spent, limit=500.0, ratio=0.8, state="warned"))
    'budget run_g: 400 g of 500 g (80 %)'
    """
    unit = _SIGNS[found.unit]
    if found.ratio is None or found.amount.value is None:
        return f"budget {found.budget} cannot be checked: {found.amount.source or 'what was spent is not known'}"
    passed = " is passed" if found.state == "passed" else ""
    least = "at least " if found.amount.high is None else ""
    amounts = f"{least}{found.amount.value:.4g} {unit} of {found.limit:.4g} {unit}"
    return f"budget {found.budget}{passed}: {amounts} ({100.0 * found.ratio:.0f} %)"
