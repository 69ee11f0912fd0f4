"""What may be spent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vatio.config._setting import setting


def _limit(what: str, unit: str, example: str) -> Any:
    return setting("number", f"The most that {what} should spend.", unit=unit, low=0.0, example=example)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetsConfig:
    """Say what a run, the project and a month may spend, in joules, grams of CO2e and euros."""

    run_j: float | None = _limit("one run", "J", "3.6e6")
    project_j: float | None = _limit("the project", "J", "3.6e9")
    month_j: float | None = _limit("the project in a month", "J", "3.6e8")
    run_g: float | None = _limit("one run", "g", "500.0")
    project_g: float | None = _limit("the project", "g", "500000.0")
    month_g: float | None = _limit("the project in a month", "g", "50000.0")
    run_eur: float | None = _limit("one run", "EUR", "1.0")
    project_eur: float | None = _limit("the project", "EUR", "1000.0")
    month_eur: float | None = _limit("the project in a month", "EUR", "100.0")
