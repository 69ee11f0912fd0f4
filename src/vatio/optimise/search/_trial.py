"""One trial as its objective sees it: the parameters, and a way to say how it goes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from vatio.errors import UsageError
from vatio.measure import log_metric
from vatio.optimise.search._space import Params, Value

# The names of the metrics by which a trial's run tells how it went.
VALUE, REPORT, PRUNED = "objective_", "report_", "pruned"
Objective = Callable[["Trial"], "float | tuple[float, ...]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """Hold one of the things that are sought: its name, and whether more of it is better."""

    name: str
    maximise: bool = True

    def loss(self, value: float) -> float:
        """Turn a value so that less is better."""
        return -value if self.maximise else value


def read_metric(text: str) -> Metric:
    """Read a metric: ``accuracy``, ``loss:min``.

    >>> read_metric("loss:min").maximise
    False

    Raises:
        UsageError: it has no name, or another ending.
    """
    name, colon, way = text.partition(":")
    if not name.strip() or (colon and way not in ("min", "max")):
        raise UsageError(f"metric {text!r:.60}", hint="a name, with :min where less is better: loss:min")
    return Metric(name=name.strip(), maximise=way != "min")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Hold, for each step that enough trials have reported, the median loss of each metric."""

    medians: Mapping[int, tuple[float, ...]] = field(default_factory=dict)

    def is_hopeless(self, step: int, losses: tuple[float, ...]) -> bool:
        """Tell whether a trial is worse than half of the others in everything that is sought.

        >>> Thresholds(medians={1: (0.5, 2.0)}).is_hopeless(1, (0.6, 1.0))
        False
        """
        known = self.medians.get(step)
        return known is not None and len(known) == len(losses) and all(a > b for a, b in zip(losses, known, strict=True))


class Trial(Mapping[str, Value]):
    """Be what an objective is called with: ``trial["lr"]`` gives a parameter, ``report`` says how it goes.

    >>> Trial(3, {"lr": 0.1})["lr"]
    0.1
    """

    def __init__(
        self, number: int, params: Params, *, metrics: tuple[Metric, ...] = (), thresholds: Thresholds | None = None
    ) -> None:
        self.number, self.params = number, dict(params)
        self._metrics, self._thresholds = metrics, thresholds or Thresholds()
        self.is_hopeless = False

    def __getitem__(self, name: str) -> Value:
        return self.params[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.params)

    def __len__(self) -> int:
        return len(self.params)

    def report(self, step: int, *values: float) -> bool:
        """Say how far it is after a step; tells whether to give up, because most others were better in everything by then."""
        numbers = _finite(values)
        for at, number in enumerate(numbers):
            log_metric(f"{REPORT}{step}_{at}", number)
        if len(numbers) == len(self._metrics):
            losses = tuple(metric.loss(number) for metric, number in zip(self._metrics, numbers, strict=True))
            self.is_hopeless = self.is_hopeless or self._thresholds.is_hopeless(step, losses)
        return self.is_hopeless


def attempt(objective: Objective, trial: Trial, *, count: int) -> None:
    """Call the objective and log what it gives; ``count`` values are expected.

    Raises:
        UsageError: it gives something else.
    """
    given = objective(trial)
    values = _finite(given if isinstance(given, (tuple, list)) else (given,))
    if len(values) != count:
        raise UsageError(f"the objective gives {len(values)} values, and {count} metrics are sought")
    for at, value in enumerate(values):
        log_metric(f"{VALUE}{at}", value)
    if trial.is_hopeless:
        log_metric(PRUNED, 1.0)


def _finite(values: tuple[object, ...] | list[object] | tuple[float, ...]) -> tuple[float, ...]:
    numbers = []
    for value in values:
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise UsageError(f"the objective gives {value!r:.60}, which is no number") from None
        if not math.isfinite(number):
            raise UsageError(f"the objective gives {number}: a metric must be finite")
        numbers.append(number)
    return tuple(numbers)
