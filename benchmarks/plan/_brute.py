"""Try everything: the cost of the best plan of a small job, without the library's solvers.

Lengths and times are whole seconds, costs of a slot grams for a second. Starts are the edges of slots.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, pairwise, product

Rate = tuple[float, float]


def integral(edges: Sequence[int], costs: Sequence[float], start: float, end: float) -> float:
    """Add up the costs from a start to an end."""
    return math.fsum(
        cost * (min(late, end) - max(early, start))
        for (early, late), cost in zip(pairwise(edges), costs, strict=True)
        if early < end and late > start
    )


def window(edges: Sequence[int], costs: Sequence[float], steps: Sequence[tuple[int, float]]) -> float:
    """Try every start of a job whose power goes through steps of (seconds, watts)."""
    need = sum(length for length, _ in steps)
    best = math.inf
    for start in edges:
        if start + need > edges[-1]:
            break
        cost, at = 0.0, start
        for length, power in steps:
            cost += power * integral(edges, costs, at, at + length)
            at += length
        best = min(best, cost)
    return best


def paused(edges: Sequence[int], costs: Sequence[float], need: int, burnt: float) -> float:
    """Try every set of slots used whole, with every slot used in part; each resume burns ``burnt`` seconds of energy."""
    lengths = [late - early for early, late in pairwise(edges)]
    best = math.inf
    for size in range(len(costs) + 1):
        for chosen in combinations(range(len(costs)), size):
            rest = need - sum(lengths[at] for at in chosen)
            if rest < 0:
                continue
            parts = [-1] if rest == 0 else [at for at in range(len(costs)) if at not in chosen and lengths[at] > rest]
            for part in parts:
                best = min(best, _with_resumes(costs, lengths, chosen, part, rest, burnt))
    return best


def _with_resumes(
    costs: Sequence[float], lengths: Sequence[int], chosen: Sequence[int], part: int, rest: int, burnt: float
) -> float:
    used = sorted((*chosen, *([part] if part >= 0 else [])))
    whole = math.fsum(costs[at] * (rest if at == part else lengths[at]) for at in used)
    # What was used in part ends before its slot does, so that the next slot is a resume.
    resumed = [late for early, late in pairwise(used) if late != early + 1 or early == part]
    return whole + math.fsum(costs[at] * burnt for at in resumed)


def elastic(edges: Sequence[int], costs: Sequence[float], rates: Sequence[Rate], need: float) -> float:
    """Try every rate in every slot but one, in which two rates share the time: a linear program's optimum is among these."""
    lengths = [late - early for early, late in pairwise(edges)]
    ways = [(0.0, 0.0), *rates]
    best = math.inf
    for mixed in range(len(costs)):
        others = [at for at in range(len(costs)) if at != mixed]
        for picks in product(ways, repeat=len(others)):
            rest = need - math.fsum(pick[0] * lengths[at] for pick, at in zip(picks, others, strict=True))
            fixed = math.fsum(pick[1] * lengths[at] * costs[at] for pick, at in zip(picks, others, strict=True))
            for low, high in combinations(ways, 2):
                if low[0] == high[0]:
                    continue
                share = (rest / lengths[mixed] - low[0]) / (high[0] - low[0])
                if -1e-12 <= share <= 1.0 + 1e-12:
                    power = low[1] + (high[1] - low[1]) * share
                    best = min(best, fixed + power * lengths[mixed] * costs[mixed])
    return best
