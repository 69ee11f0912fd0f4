"""Read sampled stacks, and add up what each function and line cost."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Place(NamedTuple):
    """Name one line of a function of a file."""

    file: str
    function: str
    line: int


class Stack(NamedTuple):
    """Hold a stack, the outermost place first, and the CPU-seconds that were spent in its innermost."""

    places: tuple[Place, ...]
    cpu_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Hold what one function or line (``line`` is 0 for a function) spent itself and with all that it called."""

    file: str
    function: str
    line: int
    self_cpu_s: float
    total_cpu_s: float


def read_stacks(folder: str) -> tuple[Stack, ...]:
    """Read what the sampled processes left; a line that was cut short is left out."""
    found: dict[tuple[Place, ...], float] = defaultdict(float)
    for name in sorted(os.listdir(folder)):
        if name.endswith(".txt"):
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                for stack in _parsed(file):
                    found[stack.places] += stack.cpu_s
    return tuple(Stack(places, cpu_s) for places, cpu_s in found.items())


def by_function(stacks: Iterable[Stack]) -> tuple[Spent, ...]:
    """Add up by function, the dearest itself first; a function that calls itself counts once.

    >>> stacks = [Stack((Place("a.py", "f", 1), Place("a.py", "f", 1)), 2.0)]
    >>> [(one.self_cpu_s, one.total_cpu_s) for one in by_function(stacks)]
    [(2.0, 2.0)]
    """
    return _added(Stack(tuple(place._replace(line=0) for place in one.places), one.cpu_s) for one in stacks)


def by_line(stacks: Iterable[Stack]) -> tuple[Spent, ...]:
    """Add up by line, the dearest itself first."""
    return _added(stacks)


def _added(stacks: Iterable[Stack]) -> tuple[Spent, ...]:
    own: dict[Place, float] = defaultdict(float)
    whole: dict[Place, float] = defaultdict(float)
    for stack in stacks:
        own[stack.places[-1]] += stack.cpu_s
        for place in set(stack.places):
            whole[place] += stack.cpu_s
    made = (Spent(**place._asdict(), self_cpu_s=own.get(place, 0.0), total_cpu_s=total) for place, total in whole.items())
    return tuple(sorted(made, key=lambda one: (-one.self_cpu_s, -one.total_cpu_s, one.file, one.line)))


def _parsed(lines: Iterable[str]) -> Iterator[Stack]:
    for line in lines:
        amount, *places = line.rstrip("\n").split("\t")
        try:
            found = tuple(Place(file, function, int(at)) for file, function, at in (one.split("\x1f") for one in places))
            cpu_s = float(amount)
        except ValueError:
            continue
        if found and cpu_s > 0.0:
            yield Stack(found, cpu_s)
