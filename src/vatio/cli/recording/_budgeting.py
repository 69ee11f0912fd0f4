"""What may be spent and what was, with bars."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from vatio.cli._rim import Rim
from vatio.cli._terminal import put_json, put_table
from vatio.cli.recording._sharing import share_out
from vatio.errors import UnknownName, UsageError
from vatio.ledger import time_zone, total_of
from vatio.records import to_json
from vatio.report import best, clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account import Spending, Spent
    from vatio.ledger import Overview

HEADER = ("budget", "of", "spent", "may spend", "", "", "state")
RIGHT = (2, 3, 5)
_CELLS = 20


def show_budgets(rim: Rim, *, tz: str | None, as_json: bool) -> int:
    """Show every budget that is set, and tell by the exit code whether one is passed.

    Raises:
        UsageError: none is set.
    """
    from vatio.account import has_budgets, spendings

    config = rim.config()
    if not has_budgets(config.budgets):
        raise UsageError("no budget is set", hint="set run_j, project_g, month_eur, ... in [budgets] of vatio.toml")
    project = config.project.name or os.path.basename(str(config.root).rstrip(os.sep))
    month = datetime.now(time_zone(tz) if tz else UTC).strftime("%Y-%m")
    spent: dict[str, Spent] = nothing_spent(project, month)
    # Where there is no ledger yet nothing was spent.
    with suppress(UnknownName), rim.ledger() as ledger:
        spent.update(spent_by_project(ledger.overview, project, month, tz))
    found = spendings(config.budgets, spent)
    if as_json:
        put_json({"schema": "vatio.budgets/1", "project": project, "month": month, "budgets": to_json(found)})
    else:
        put_table(HEADER, [row(one) for one in found], right=RIGHT)
    return int(any(one.state == "passed" for one in found))


def nothing_spent(project: str, month: str) -> dict[str, Spent]:
    """Give what was spent before the first run."""
    from vatio.account import Spent
    from vatio.records import Quantity

    nothing = Quantity.exact(0.0)
    names = {"run": "no run yet", "project": project, "month": month}
    return {scope: Spent(name, nothing, nothing, nothing) for scope, name in names.items()}


def spent_by_project(overview: Overview, project: str, month: str, tz: str | None) -> dict[str, Spent]:
    """Add up the project and its month, and find its dearest run; what has no run spent nothing."""
    from vatio.account import Spent, spent_by_sum

    months = overview.sums("month", share_out=share_out, project=project, zone=time_zone(tz) if tz else None)
    this = next((found for found in months if found.group == month), None)
    found = {"project": spent_by_sum(project, total_of(months))} if months else {}
    if this is not None:
        found["month"] = spent_by_sum(month, this)
    dearest = overview.dearest(project)
    if dearest is not None:
        found["run"] = Spent("its dearest run", *dearest)
    return found


def row(found: Spending) -> tuple[str, ...]:
    """Give the cells of one budget."""
    spent = "-" if found.amount.is_missing else best(found.amount, found.unit)
    limit = best(_exact(found.limit), found.unit)
    percent = "-" if found.ratio is None else f"{100.0 * min(found.ratio, 1e6):.0f} %"
    return (found.budget, clean(found.name), spent, limit, bar(found.ratio), percent, found.state)


def bar(ratio: float | None, cells: int = _CELLS) -> str:
    """Draw how much of a budget is spent.

    >>> bar(0.5, 4), bar(3.0, 4), bar(None, 4)
    ('[##..]', '[####]', '[????]')
    """
    if ratio is None:
        return f"[{'?' * cells}]"
    full = min(cells, max(0, int(ratio * cells)))
    return f"[{'#' * full}{'.' * (cells - full)}]"


def _exact(value: float) -> Any:
    from vatio.records import Quantity

    return Quantity.exact(value)
