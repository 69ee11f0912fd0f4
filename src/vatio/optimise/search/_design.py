"""How a search is made: what it may spend, what it seeks, in which order, and when it ends."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from vatio.errors import UsageError
from vatio.optimise.search._budget import Budget
from vatio.optimise.search._result import TrialFound
from vatio.optimise.search._trial import Metric

_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDesign:
    """Hold how a search is made.

    The metric ``cost`` is what a trial costs, in the budget's unit; all others are the objective's. ``workers`` trials run at
    once: one and two give the same trials for the same ``seed``. ``most_trials`` ends it by number, ``least_gain_per_unit``
    when the first metric gains less than this for a joule or CPU-second more; ``timeout_s`` ends one trial. ``is_warm`` lets
    it learn from the ledger's trials of other searches for the same thing. ``weighs_cost`` lets cheap trials come first: what
    trials cost is measured, so that the order is then no longer fixed by the seed alone.

    Raises:
        UsageError: a number cannot be, or nothing is sought.
    """

    budget: Budget
    metrics: tuple[Metric, ...] = (Metric(name="value"),)
    strategy: str = "gp"
    seed: int = 0
    workers: int = 1
    most_trials: int | None = None
    least_gain_per_unit: float | None = None
    timeout_s: float = _HOUR_S
    is_warm: bool = True
    weighs_cost: bool = False

    def __post_init__(self) -> None:
        names = [metric.name for metric in self.metrics]
        if not [name for name in names if name != "cost"] or len(set(names)) < len(names):
            raise UsageError(f"metrics {names}", hint="seek at least one metric beside the cost, each once")
        for name, number, least in (("workers", self.workers, 1), ("seed", self.seed, 0), ("trials", self.most_trials or 1, 1)):
            if not isinstance(number, int) or number < least:
                raise UsageError(f"{name} is {number!r}", hint=f"a whole number, {least} or more")
        if self.most_trials == 0:
            raise UsageError("no trials are to be made", hint="give 1 or more")
        for name, value in (("least gain", self.least_gain_per_unit), ("timeout", self.timeout_s)):
            if value is not None and not (math.isfinite(value) and value > 0.0):
                raise UsageError(f"the {name} is {value!r}", hint="give a number above 0")

    @property
    def called(self) -> int:
        """Count the values that the objective gives."""
        return sum(metric.name != "cost" for metric in self.metrics)


class SearchProgress(NamedTuple):
    """Hold how far a search is: the trial that has just ended, the best so far, and what is spent of the budget."""

    run: str
    latest: TrialFound
    best: TrialFound | None
    done: int
    cost: float
    budget: Budget


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """Hold what a search is asked beside its design. ``environ`` is what the trials get, ``None`` the process's own.

    ``resume`` names the run of a search to go on with; ``progress`` is told after every trial.
    """

    environ: Mapping[str, str] | None = None
    name: str = "search"
    resume: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    progress: Callable[[SearchProgress], None] | None = None
