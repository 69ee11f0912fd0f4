"""Measure what answering costs: all arms in this process, in turn, in shuffled rounds."""

from __future__ import annotations

import gc
import itertools
import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from vatio.analysis import student_quantile
from vatio.optimise.model._form import Predictor
from vatio.records import Interval

BASELINE = "baseline"
_LEVEL = 0.95
_INFERENCES = 1000.0
# Two calls before the first round: the first allocates, and the second shows how long one takes.
_WARM_UP = 2
_MOST_CALLS = 200_000
_FEWEST_CALLS = 20
# Latencies are timed for so long at most.
LONGEST_S = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Hold what 1 000 answers cost at one batch size: CPU-seconds, and joules where a sensor counted them.

    ``times`` says how many times cheaper than the baseline it is, in joules where they were counted for both, else in
    CPU-seconds. All are geometric means over the rounds with Student's 95 % interval of their logarithms.
    """

    batch: int
    cpu_s_per_1000: Interval
    times: Interval
    energy_per_1000_j: Interval | None = None
    rounds: int = 0


class Effort(NamedTuple):
    """Hold how thoroughly to measure: ``rounds``, and the seconds that each arm gets in each."""

    rounds: int = 5
    slice_s: float = 0.02


def compare(
    arms: Mapping[str, Predictor],
    x: Any,
    *,
    batch: int,
    effort: Effort,
    seed: int = 0,
    joules: Callable[[], float | None] | None = None,
) -> dict[str, Cost]:
    """Measure every arm at one batch size; the arm ``baseline`` is what they are compared with.

    ``joules`` reads the joules drawn so far, where a sensor counts them.
    """
    runners = {name: _Runner(predictor, x, batch, effort.slice_s, joules) for name, predictor in arms.items()}
    order, draws = list(runners), random.Random(seed)
    # A collection in the middle of a slice would be one arm's bad luck; one before would cost more than the slices.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        for _ in range(effort.rounds):
            draws.shuffle(order)
            for name in order:
                runners[name].round()
    finally:
        if was_enabled:
            gc.enable()
    base = runners[BASELINE]
    return {name: _cost(batch, runner, base) for name, runner in runners.items()}


def latency_s(predictor: Predictor, x: Any, *, batch: int, calls: int = 200) -> dict[str, float]:
    """Give the median and the 99th percentile of what a call takes on the clock, in seconds; of fewer where they are long."""
    took = []
    for piece in itertools.islice(itertools.cycle(pieces(x, batch)), calls + _WARM_UP):
        begun_s = time.perf_counter()
        predictor.scores(piece)
        took.append(time.perf_counter() - begun_s)
        if len(took) >= _FEWEST_CALLS and sum(took) > LONGEST_S:
            break
    ranked = sorted(took[_WARM_UP:])
    return {"p50": ranked[len(ranked) // 2], "p99": ranked[min(len(ranked) - 1, math.ceil(0.99 * len(ranked)) - 1)]}


def pieces(x: Any, batch: int) -> list[Any]:
    """Cut cases into calls, in their order; too few for one call are repeated.

    >>> pieces(["a", "b", "c"], 2), pieces(["a"], 2)
    ([['a', 'b']], [['a', 'a']])
    """
    if len(x) < batch:
        rows = [at % len(x) for at in range(batch)]
        return [[x[at] for at in rows] if isinstance(x, list) else x[rows]]
    return [x[at : at + batch] for at in range(0, len(x) - batch + 1, batch)]


class _Runner:
    """Call one arm for a slice of time, again and again; one that remembers answers forgets them before each slice."""

    def __init__(
        self, predictor: Predictor, x: Any, batch: int, slice_s: float, joules: Callable[[], float | None] | None
    ) -> None:
        self._call, self._joules = predictor.scores, joules
        self._forget: Callable[[], None] | None = getattr(predictor, "forget", None)
        self._pieces, self._batch = pieces(x, batch), batch
        self.cpu_s: list[float] = []
        self.energy_j: list[float | None] = []
        for piece in itertools.islice(itertools.cycle(self._pieces), _WARM_UP):
            begun_s = time.process_time()
            self._call(piece)
            took_s = time.process_time() - begun_s
        wanted = min(_MOST_CALLS, max(1, math.ceil(slice_s / max(took_s, 1e-7))))
        self._calls = min(wanted, len(self._pieces)) if self._forget else wanted
        self._at = 0

    def round(self) -> None:
        """Do one slice."""
        call, cases = self._call, self._calls * self._batch
        if self._forget:
            self._forget()
        now = list(itertools.islice(itertools.cycle(self._pieces), self._at, self._at + self._calls))
        self._at = (self._at + self._calls) % len(self._pieces)
        drawn_j = self._joules() if self._joules else None
        begun_s = time.process_time()
        for piece in now:
            call(piece)
        used_s = time.process_time() - begun_s
        after_j = self._joules() if self._joules else None
        self.cpu_s.append(max(used_s, 1e-9) / cases * _INFERENCES)
        is_known = drawn_j is not None and after_j is not None and after_j > drawn_j
        self.energy_j.append((after_j - drawn_j) / cases * _INFERENCES if is_known else None)  # type: ignore[operator]


def _cost(batch: int, own: _Runner, base: _Runner) -> Cost:
    own_j, base_j = _whole(own.energy_j), _whole(base.energy_j)
    pairs = zip(base_j, own_j, strict=True) if own_j and base_j else zip(base.cpu_s, own.cpu_s, strict=True)
    return Cost(
        batch=batch,
        cpu_s_per_1000=geometric(own.cpu_s),
        times=geometric([a / b for a, b in pairs]),
        energy_per_1000_j=geometric(own_j) if own_j else None,
        rounds=len(own.cpu_s),
    )


def _whole(values: Sequence[float | None]) -> list[float]:
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else []


def geometric(values: Sequence[float]) -> Interval:
    """Give the geometric mean with Student's 95 % interval of the logarithms; no ends for fewer than three values.

    >>> geometric([2.0, 2.0, 2.0])
    Interval(value=2.0, low=2.0, high=2.0)
    """
    logs = [math.log(value) for value in values]
    mean = math.fsum(logs) / len(logs)
    if len(logs) < 3:
        return Interval(value=math.exp(mean), low=None, high=None)
    spread = math.sqrt(math.fsum((one - mean) ** 2 for one in logs) / (len(logs) - 1))
    reach = student_quantile(1.0 - _LEVEL, len(logs) - 1) * spread / math.sqrt(len(logs))
    value, low, high = (math.exp(one) for one in (mean, mean - reach, mean + reach))
    return Interval(value=value, low=min(low, value), high=max(high, value))
