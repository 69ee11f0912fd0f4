"""What ``vatio optimise model`` is asked: the model, its cases, what may be lost, and what may be spent."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from vatio.errors import UsageError
from vatio.optimise.model._technique import REACHES
from vatio.optimise.search import Budget

_DAYS = 365
_HOUR_S = 3600.0
_SEEDS = 2**32  # what every library that draws takes


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """Hold what is asked.

    ``model`` is FILE.onnx, FILE.skops or MODULE:FACTORY; ``cases`` FILE.csv, FILE.npz or MODULE:FUNCTION, with ``target`` a
    CSV's column of labels. ``quality`` names a scikit-learn scorer or MODULE:FUNCTION; ``max_loss`` is what may be lost of
    it, certified with ``confidence``; ``max_class_loss`` what any class's recall may lose. ``calls_per_day`` over ``days``
    is what a saving is worth: none given, the search ends by its budget alone. ``reach`` says how much may change: the
    format, the network, or the algorithm. ``techniques`` are those to try, all where none is named. ``trust`` lets pickles
    and unknown types be loaded.

    Raises:
        UsageError: a number or a name cannot be.
    """

    model: str
    cases: str
    budget: Budget
    quality: str = "accuracy"
    target: str = ""
    max_loss: float = 0.01
    confidence: float = 0.95
    batches: tuple[int, ...] = (1, 32)
    calls_per_day: float | None = None
    days: float = _DAYS
    max_latency_s: float | None = None
    max_size_bytes: float | None = None
    max_class_loss: float | None = None
    reach: str = "algorithm"
    techniques: tuple[str, ...] = ()
    seed: int = 0
    trust: bool = False

    def __post_init__(self) -> None:
        if self.reach not in REACHES:
            raise UsageError(f"{self.reach!r} cannot be what may change", hint=f"--change is one of {', '.join(REACHES)}")
        if not 0 <= self.seed < _SEEDS:
            raise UsageError(f"a seed of {self.seed}", hint=f"a whole number from 0 to {_SEEDS - 1}")
        if not self.batches or any(not isinstance(batch, int) or not 1 <= batch <= 65536 for batch in self.batches):
            raise UsageError(f"batch sizes {list(self.batches)}", hint="whole numbers from 1: --batch 1,32")
        if len(set(self.batches)) < len(self.batches):
            raise UsageError(f"batch sizes {list(self.batches)}", hint="each once")
        if not 0.5 <= self.confidence < 1.0:
            raise UsageError(f"a confidence of {self.confidence:g}", hint="from 0.5 to below 1: 0.95")
        if not (math.isfinite(self.max_loss) and self.max_loss >= 0.0):
            raise UsageError(f"a loss of {self.max_loss:g}", hint="0 or more: 1pt, 0.01")
        above = {
            "calls a day": self.calls_per_day,
            "days": self.days,
            "latency": self.max_latency_s,
            "size": self.max_size_bytes,
        }
        for name, value in (*above.items(), ("loss of a class", self.max_class_loss)):
            if value is not None and not (math.isfinite(value) and value > 0.0):
                raise UsageError(f"{name}: {value:g}", hint="give a number above 0")

    @property
    def inferences(self) -> float:
        """Give how many calls are expected, infinitely many where nobody said."""
        return math.inf if self.calls_per_day is None else self.calls_per_day * self.days


class ModelProgress(NamedTuple):
    """Hold how far a search is: what has just been tried, the best so far by batch, and what is spent of the budget."""

    run: str
    latest: Any
    best: Mapping[int, Any]
    done: int
    waiting: int
    cost: float
    budget: Budget


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """Hold how the search is made. ``out`` is the folder of all that it keeps; ``environ`` what its trials get.

    ``resume`` names the run of a search to go on with, in the same folder. ``progress`` is told after every trial;
    ``timeout_s`` ends one.
    """

    out: Path
    environ: Mapping[str, str] | None = None
    resume: str | None = None
    progress: Callable[[ModelProgress], None] | None = None
    timeout_s: float = _HOUR_S
    tags: Mapping[str, str] | None = None
