"""Measure a function and its candidates in turn, less what loading them costs."""

from __future__ import annotations

import copy
import math
import os
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from vatio.analysis import student_quantile
from vatio.config import Config
from vatio.measure import Arm, PairedDesign, PairedMeasurement, PairedOptions, measure_paired
from vatio.optimise.code._found import Times
from vatio.optimise.code._loading import load_arguments, load_function
from vatio.optimise.code._source import Source

LOADING, FUNCTION = "loading alone", "the function as it is"
_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Call one text's function ``calls`` times; an arm of a comparison, run in a process of its own."""

    source: Source
    text: str
    arguments: str
    calls: int
    writes: bool

    def __call__(self) -> None:
        """Load, then call; arguments that are written into are copied for each call."""
        nothing = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(nothing, stream)
        sys.stdout = sys.stderr = open(nothing, "w", closefd=False, encoding="utf-8")  # noqa: SIM115  for as long as the process lives
        given = load_arguments(self.arguments, self.source.path)
        function = load_function(self.source.path, self.source.name, self.text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for _ in range(self.calls):
                now = copy.deepcopy(given) if self.writes else given
                function(*now.placed, **now.named)


def compare(
    arms: Sequence[tuple[str, Calls]], *, config: Config, options: PairedOptions, pairs: int, timeout_s: float
) -> PairedMeasurement:
    """Repeat loading alone, the function and each candidate in shuffled blocks."""
    first = arms[0][1]
    empty = Calls(source=first.source, text=first.text, arguments=first.arguments, calls=0, writes=False)
    design = PairedDesign(pairs=pairs, warm_up=1, timeout_s=timeout_s)
    made = [Arm(name=name, call=calls, isolated=True) for name, calls in ((LOADING, empty), *arms)]
    return measure_paired(made, design=design, config=config, options=options)


def costs_of(measured: PairedMeasurement, name: str, calls: int) -> tuple[float, ...]:
    """Give the cost of one call in each block, loading taken off; blocks in which it is not above 0 are left out."""
    loading, whole = measured.costs.of(LOADING), measured.costs.of(name)
    both = ((a, b) for a, b in zip(loading, whole, strict=True) if a is not None and b is not None)
    return tuple((b - a) / calls for a, b in both)


def times_of(function: Sequence[float], candidate: Sequence[float]) -> Times | None:
    """Give how many times cheaper the candidate is: geometric mean and Student's 95 % interval over the blocks.

    >>> times_of([2.0, 2.0, 2.0], [1.0, 1.0, 1.0])
    Times(value=2.0, low=2.0, high=2.0)
    """
    logs = [math.log(a / b) for a, b in zip(function, candidate, strict=True) if a > 0.0 and b > 0.0]
    if len(logs) < 3:
        return None
    mean = math.fsum(logs) / len(logs)
    spread = math.sqrt(math.fsum((one - mean) ** 2 for one in logs) / (len(logs) - 1))
    reach = student_quantile(1.0 - _LEVEL, len(logs) - 1) * spread / math.sqrt(len(logs))
    value, low, high = (math.exp(one) for one in (mean, mean - reach, mean + reach))
    return Times(value=value, low=low, high=high)
