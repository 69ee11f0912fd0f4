"""Choose slots where each resume after a pause burns energy: an exact dynamic program, O(slots x job).

The state is how much of the job is done, and whether it runs. With pauses that cost something a cheapest plan uses slots
whole, but for one, which is then followed by a pause: were two used in part, work could move from one to the other until
one is whole or empty and nothing would be dearer. So the work done is a number of usual slots plus a remainder, and there
are few remainders. Where a job's power changes as it goes on this choice among whole slots and one part is what is solved.

The job's first start is free; a resume is paid at the intensity of the slot in which it happens and takes no time.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

Used = tuple[int, int]
# What is done beyond whole slots, and whether a slot was used in part.
Part = tuple[int, bool]
# Costs by the whole slots done: while running, and while paused.
Costs = tuple[list[float], list[float]]
Layer = dict[Part, Costs]

_MOST_STEPS = 40_000_000
# Up to here every layer is kept; past it only every so many, and those between are computed twice.
_KEPT_STEPS = 1_000_000
_TIE_RATIO = 1e-13


class Question(NamedTuple):
    """Hold what is asked: slots, work, and energy: ``energy_of`` gives that of the first microseconds of the job.

    ``burnt`` is the energy of one resume; ``steady`` says that energy is proportional to work.
    """

    edges_us: Sequence[int]
    costs: Sequence[float]
    need_us: int
    energy_of: Callable[[int], float]
    burnt: float
    steady: bool


class _Grid(NamedTuple):
    question: Question
    usual_us: int
    most: int
    # The remainders that the slots from each on can add.
    later: list[frozenset[int]]


def fewest_pauses(question: Question) -> list[Used] | None:
    """Give the slots, with the microseconds used of each, that cost least with resumes; ``None`` where that is too large."""
    grid = _grid(question)
    slots = len(question.costs)
    if grid is None or slots * (grid.most + 1) * max(map(len, grid.later)) > _MOST_STEPS:
        return None
    stride = 1 if slots * (grid.most + 1) <= _KEPT_STEPS else math.isqrt(slots) + 1
    layer: Layer = {(0, False): _begin(grid.most)}
    kept = []
    for at in range(slots):
        if at % stride == 0:
            kept.append(layer)
        layer = _step(grid, layer, at)
    target, rest_us = divmod(question.need_us, grid.usual_us)
    ends = [
        (cost, (rest_us, part), on)
        for part in (False, True)
        for on in (0, 1)
        if (cost := _at(layer, (rest_us, part), target, on)) < math.inf
    ]
    if not ends:
        return None
    _, part, on = min(ends, key=lambda end: (end[0], end[1][1], end[2]))
    return _traced(grid, kept, stride, (part, target, on))


def _begin(most: int) -> Costs:
    return [math.inf] * (most + 1), [0.0] + [math.inf] * most


def _grid(question: Question) -> _Grid | None:
    lengths_us = [late - early for early, late in pairwise(question.edges_us)]
    usual_us = Counter(lengths_us).most_common(1)[0][0]
    later = [frozenset((0,))]
    for length_us in reversed(lengths_us):
        held = later[-1]
        later.append(held if length_us % usual_us == 0 else held | {(rest + length_us) % usual_us for rest in held})
        if len(later[-1]) > 1000:
            return None
    return _Grid(question, usual_us, question.need_us // usual_us, later[::-1])


def _at(layer: Layer, part: Part, whole: int, on: int) -> float:
    costs = layer.get(part)
    return math.inf if costs is None or whole < 0 else costs[on ^ 1][whole]


def _entered(grid: _Grid, part: Part, costs: Costs, cost: float) -> list[float]:
    """Give the least cost of running in a slot, before the slot itself: going on, or resuming after a pause."""
    on, off = costs
    burnt = cost * grid.question.burnt
    entered = [going if going <= paused + burnt else paused + burnt for going, paused in zip(on, off, strict=True)]
    if part == (0, False):
        entered[0] = off[0]  # the first start is no resume
    return entered


def _energies(grid: _Grid, rest_us: int, length_us: int) -> list[float] | float:
    """Give the energy of a slot's work by the whole slots that were done before it."""
    energy_of = grid.question.energy_of
    if grid.question.steady:
        return energy_of(length_us)
    dones = range(rest_us, rest_us + (grid.most + 1) * grid.usual_us, grid.usual_us)
    return [energy_of(done_us + length_us) - energy_of(done_us) for done_us in dones]


def _worked(grid: _Grid, part: Part, entered: list[float], *, cost: float, length_us: int) -> tuple[int, list[float]]:
    """Add the work of a slot: the remainder that is then done, and the costs."""
    shift, rest_us = divmod(part[0] + length_us, grid.usual_us)
    energy = _energies(grid, part[0], length_us)
    if isinstance(energy, float):
        paid = cost * energy
        worked = [before + paid for before in entered]
    else:
        worked = [before + cost * one for before, one in zip(entered, energy, strict=True)]
    return rest_us, ([math.inf] * shift + worked)[: grid.most + 1] if shift else worked


def _parts_us(grid: _Grid, part: Part, at: int) -> list[int]:
    """List the microseconds of a slot that may be used so that whole slots can do the rest."""
    if part[1]:
        return []
    length_us = grid.question.edges_us[at + 1] - grid.question.edges_us[at]
    rests_us = {(grid.question.need_us - part[0] - later) % grid.usual_us for later in grid.later[at + 1]}
    return [used for rest in sorted(rests_us) for used in range(rest, length_us, grid.usual_us) if used > 0]


def _step(grid: _Grid, layer: Layer, at: int) -> Layer:
    cost = grid.question.costs[at]
    length_us = grid.question.edges_us[at + 1] - grid.question.edges_us[at]
    on: dict[Part, list[float]] = {}
    off: dict[Part, list[float]] = {}
    for part, costs in layer.items():
        _least(off, part, [going if going < paused else paused for going, paused in zip(*costs, strict=True)])
        entered = _entered(grid, part, costs, cost)
        rest_us, worked = _worked(grid, part, entered, cost=cost, length_us=length_us)
        _least(on, (rest_us, part[1]), worked)
        for used_us in _parts_us(grid, part, at):
            rest_us, worked = _worked(grid, part, entered, cost=cost, length_us=used_us)
            _least(off, (rest_us, True), worked)
    nowhere = [math.inf] * (grid.most + 1)
    return {part: (on.get(part, nowhere), off.get(part, nowhere)) for part in {**on, **off}}


def _least(known: dict[Part, list[float]], part: Part, costs: list[float]) -> None:
    before = known.get(part)
    known[part] = costs if before is None else [a if a < b else b for a, b in zip(before, costs, strict=True)]


State = tuple[Part, int, int]


def _traced(grid: _Grid, kept: list[Layer], stride: int, end: State) -> list[Used]:
    """Walk back from the end; between the layers that were kept they are computed again."""
    used: list[Used] = []
    state, slots = end, len(grid.question.costs)
    for block in range(len(kept) - 1, -1, -1):
        first, last = block * stride, min(slots, (block + 1) * stride)
        layers = [kept[block]]
        for at in range(first, last - 1):
            layers.append(_step(grid, layers[-1], at))
        for at in range(last - 1, first - 1, -1):
            state, used_us = _before(grid, layers[at - first], at, state)
            if used_us:
                used.append((at, used_us))
    return used[::-1]


def _before(grid: _Grid, layer: Layer, at: int, state: State) -> tuple[State, int]:
    """Give the state before a slot and what was used of it: the cheapest way there, the earlier finish among equals."""
    part, whole, on = state
    ways: list[tuple[float, State, int]] = []
    if not on:
        ways += [(_at(layer, part, whole, was), (part, whole, was), 0) for was in (0, 1)]
    length_us = grid.question.edges_us[at + 1] - grid.question.edges_us[at]
    for before in layer:
        if before[1] != part[1] and not (part[1] and not on):
            continue
        for used_us in [length_us] if on else _parts_us(grid, before, at) if part[1] else []:
            shift, rest_us = divmod(before[0] + used_us, grid.usual_us)
            if rest_us == part[0] and whole >= shift:
                ways += _ways_in(grid, layer, at, (before, whole - shift), used_us)
    least = min(way[0] for way in ways)
    return next((way[1], way[2]) for way in ways if way[0] <= least + _TIE_RATIO * abs(least))


def _ways_in(grid: _Grid, layer: Layer, at: int, before: tuple[Part, int], used_us: int) -> list[tuple[float, State, int]]:
    part, whole = before
    cost = grid.question.costs[at]
    done_us = whole * grid.usual_us + part[0]
    paid = cost * (grid.question.energy_of(done_us + used_us) - grid.question.energy_of(done_us))
    burnt = cost * grid.question.burnt if done_us else 0.0
    return [
        (_at(layer, part, whole, 1) + paid, (part, whole, 1), used_us),
        (_at(layer, part, whole, 0) + burnt + paid, (part, whole, 0), used_us),
    ]
