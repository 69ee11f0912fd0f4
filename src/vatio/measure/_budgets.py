"""Say how a run that has ended leaves its budgets: it may warn and mark, and never stops anything."""

from __future__ import annotations

from typing import Any, NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account import Spent
    from vatio.config import Config
    from vatio.records import Ended, Footprint, Started


class Told(NamedTuple):
    """Hold what stays in the record (budgets that are passed), and what is said to whoever ran it (those near it too)."""

    marks: tuple[str, ...]
    remarks: tuple[str, ...]


def told_of_budgets(started: Started, ended: Ended, footprint: Footprint | None, *, config: Config, ledger: Any) -> Told:
    """Compare the run, its project and its month with their budgets, where any is set; the sums are those of ``ledger``."""
    if footprint is None or not config.gives("budgets"):
        return Told((), ())
    from vatio.account import has_budgets, spending_text, spendings, spent_by_run

    spent = {"run": spent_by_run(started.name, footprint)}
    if ledger is not None and has_budgets(config.budgets, "project", "month"):
        spent.update(_with_the_others(ledger, started.project, month=f"{ended.ended_at:%Y-%m}", run=spent["run"]))
    found = spendings(config.budgets, spent)
    marks = tuple(spending_text(one) for one in found if one.state == "passed")
    return Told(marks, tuple(spending_text(one) for one in found if one.state != "ok"))


def _with_the_others(ledger: Any, project: str, *, month: str, run: Spent) -> dict[str, Spent]:
    """Add the run, which is not in the ledger yet, to what its project and its month spent before it."""
    from vatio.account import share_out, spent_by_sum
    from vatio.ledger import total_of

    months = ledger.overview.sums("month", share_out=share_out, project=project)
    this = next((found for found in months if found.group == month), None)
    whole = total_of(months) if months else None
    return {"project": spent_by_sum(project, whole, run), "month": spent_by_sum(month, this, run)}
