"""What was found for a function: each candidate with its check and its cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from vatio.records import Quantity

Verdict = Literal["cheaper", "kept", "unchecked", "nothing"]


class Times(NamedTuple):
    """Hold how many times cheaper a candidate is than the function, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Hold one candidate. ``reason`` says why it is out; ``cost`` and ``first_cpu_s`` are of one call and of the first.

    ``pays_after`` is the number of calls whose saving repays the first one's compiling; 0 where there is none.
    """

    name: str
    how: str
    diff: str
    text: str
    is_equal: bool = False
    reason: str = ""
    times: Times | None = None
    cost: float | None = None
    first_cpu_s: float | None = None
    pays_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFound:
    """Hold what came of a function. ``chosen`` is the cheapest candidate that gives equal results and is surely cheaper.

    ``cost`` is the function's own, in ``unit`` (J or cpu_s) a call; ``cases`` are the inputs on which results agree to
    ``tolerance_ratio``; ``reasons`` say which loops are kept and why; ``search_*`` is what finding it cost.
    """

    path: str
    name: str
    verdict: Verdict
    candidates: tuple[Candidate, ...] = ()
    chosen: Candidate | None = None
    cost: float | None = None
    unit: str = "cpu_s"
    basis: str = ""
    cases: tuple[str, ...] = ()
    tolerance_ratio: float = 0.0
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    run: str | None = None
    search_cpu_s: float | None = None
    search_energy_j: Quantity | None = None
