"""What a search has found: every trial, the best one, the front, and what it all cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from vatio.optimise.search._budget import Budget
from vatio.optimise.search._space import Params
from vatio.optimise.search._trial import Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialFound:
    """Hold one trial that has ended. ``values`` are in the order of the metrics, ``None`` where it ``failed``.

    ``status`` is finished, pruned, failed or stopped (by the budget). ``cost`` is in the budget's unit, ``reports`` what it
    said after each step, ``run`` its run in the ledger. ``is_earlier`` marks one that an earlier part of the search made.
    """

    number: int
    params: Params
    status: str
    values: tuple[float, ...] | None
    cost: float
    cpu_s: float | None
    energy_j: float | None
    run: str | None = None
    reason: str = ""
    reports: Mapping[int, tuple[float, ...]]
    is_earlier: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """Hold what a search has found. ``front`` are the trials that no other beats in everything, ``best`` the first of them.

    ``cpu_s`` and ``energy_j`` are all that the search cost, failed trials, earlier parts and the search itself included;
    ``cost`` is that in the budget's unit. ``ended_by`` is budget, trials, space or gain. ``warm`` counts the trials of other
    searches that it has learnt from.
    """

    run: str
    metrics: tuple[Metric, ...]
    budget: Budget
    strategy: str
    seed: int
    trials: tuple[TrialFound, ...]
    front: tuple[TrialFound, ...]
    best: TrialFound | None
    cost: float
    energy_j: float | None
    cpu_s: float
    ended_by: str
    warm: int = 0
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Write it as JSON has it."""
        found = asdict(self)
        found["best"] = None if self.best is None else self.best.number
        found["front"] = [trial.number for trial in self.front]
        return {"schema": "vatio.search/1", **found}


def front_of(trials: Sequence[TrialFound], metrics: tuple[Metric, ...]) -> tuple[TrialFound, ...]:
    """Give the finished trials that no other beats, the best first: as good in everything and better in something."""
    done = [(trial, losses_of(trial.values, metrics)) for trial in trials if trial.status == "finished" and trial.values]
    kept = [(trial, own) for trial, own in done if not any(_beats(other, own) for _, other in done)]
    return tuple(trial for trial, _ in sorted(kept, key=lambda each: (each[1], each[0].number)))


def losses_of(values: tuple[float, ...] | None, metrics: tuple[Metric, ...]) -> tuple[float, ...]:
    """Turn values so that less is better."""
    return tuple(metric.loss(value) for metric, value in zip(metrics, values or (), strict=True))


def best_of(front: Sequence[TrialFound], metrics: tuple[Metric, ...]) -> TrialFound | None:
    """Give the trial that is best in the first metric; of equals the cheapest."""
    return min(front, key=lambda trial: (losses_of(trial.values, metrics)[0], trial.cost), default=None)


def _beats(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a != b and all(one <= other for one, other in zip(a, b, strict=True))
