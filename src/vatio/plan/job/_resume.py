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
    """Hold what is asked: slots, work, and energy: ``energy_of`` gives that of the first nanoseconds of the job.

    ``burnt_j`` is the energy of one resume; ``steady`` says that energy is proportional to work.
    """

    edges_ns: Sequence[int]
    costs: Sequence[float]
    need_ns: int
    energy_of: Callable[[int], float]
    burnt_j: float
    steady: bool


class _Grid(NamedTuple):
    question: Question
    usual_ns: int
    most: int
    # The remainders that the slots from each on can add.
    later: list[frozenset[int]]


def fewest_pauses(question: Question) -> list[Used] | None:
    """Give the slots, with the nanoseconds used of each, that cost least with resumes; ``None`` where that is too large."""
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
    target, rest_ns = divmod(question.need_ns, grid.usual_ns)
    ends = [
        (cost, (rest_ns, part), on)
        for part in (False, True)
        for on in (0, 1)
        if (cost := _at(layer, (rest_ns, part), target, on)) < math.inf
    ]
    if not ends:
        return None
    _, part, on = min(ends, key=lambda end: (end[0], end[1][1], end[2]))
    return _traced(grid, kept, stride, (part, target, on))


def _begin(most: int) -> Costs:
    return [math.inf] * (most + 1), [0.0] + [math.inf] * most


def _grid(question: Question) -> _Grid | None:
    lengths_ns = [late - early for early, late in pairwise(question.edges_ns)]
    usual_ns = Counter(lengths_ns).most_common(1)[0][0]
    later = [frozenset((0,))]
    for length_ns in reversed(lengths_ns):
        held = later[-1]
        later.append(held if length_ns % usual_ns == 0 else held | {(rest + length_ns) % usual_ns for rest in held})
        if len(later[-1]) > 1000:
            return None
    return _Grid(question, usual_ns, question.need_ns // usual_ns, later[::-1])


def _at(layer: Layer, part: Part, whole: int, on: int) -> float:
    costs = layer.get(part)
    return math.inf if costs is None or whole < 0 else costs[on ^ 1][whole]


def _entered(grid: _Grid, part: Part, costs: Costs, cost: float) -> list[float]:
    """Give the least cost of running in a slot, before the slot itself: going on, or resuming after a pause."""
    on, off = costs
    burnt = cost * grid.question.burnt_j
    entered = [going if going <= paused + burnt else paused + burnt for going, paused in zip(on, off, strict=True)]
    if part == (0, False):
        entered[0] = off[0]  # the first start is no resume
    return entered


def _energies(grid: _Grid, rest_ns: int, length_ns: int) -> list[float] | float:
    """Give the energy of a slot's work by the whole slots that were done before it."""
    energy_of = grid.question.energy_of
    if grid.question.steady:
        return energy_of(length_ns)
    dones = range(rest_ns, rest_ns + (grid.most + 1) * grid.usual_ns, grid.usual_ns)
    return [energy_of(done_ns + length_ns) - energy_of(done_ns) for done_ns in dones]


def _worked(grid: _Grid, part: Part, entered: list[float], *, cost: float, length_ns: int) -> tuple[int, list[float]]:
    """Add the work of a slot: the remainder that is then done, and the costs."""
    shift, rest_ns = divmod(part[0] + length_ns, grid.usual_ns)
    energy = _energies(grid, part[0], length_ns)
    if isinstance(energy, float):
        paid = cost * energy
        worked = [before + paid for before in entered]
    else:
        worked = [before + cost * one for before, one in zip(entered, energy, strict=True)]
    return rest_ns, ([math.inf] * shift + worked)[: grid.most + 1] if shift else worked


def _parts_ns(grid: _Grid, part: Part, at: int) -> list[int]:
    """List the nanoseconds of a slot that may be used so that whole slots can do the rest."""
    if part[1]:
        return []
    length_ns = grid.question.edges_ns[at + 1] - grid.question.edges_ns[at]
    rests_ns = {(grid.question.need_ns - part[0] - later) % grid.usual_ns for later in grid.later[at + 1]}
    return [used for rest in sorted(rests_ns) for used in range(rest, length_ns, grid.usual_ns) if used > 0]


def _step(grid: _Grid, layer: Layer, at: int) -> Layer:
    cost = grid.question.costs[at]
    length_ns = grid.question.edges_ns[at + 1] - grid.question.edges_ns[at]
    on: dict[Part, list[float]] = {}
    off: dict[Part, list[float]] = {}
    for part, costs in layer.items():
        _least(off, part, [going if going < paused else paused for going, paused in zip(*costs, strict=True)])
        entered = _entered(grid, part, costs, cost)
        rest_ns, worked = _worked(grid, part, entered, cost=cost, length_ns=length_ns)
        _least(on, (rest_ns, part[1]), worked)
        for used_ns in _parts_ns(grid, part, at):
            rest_ns, worked = _worked(grid, part, entered, cost=cost, length_ns=used_ns)
            _least(off, (rest_ns, True), worked)
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
            state, used_ns = _before(grid, layers[at - first], at, state)
            if used_ns:
                used.append((at, used_ns))
    return used[::-1]


def _before(grid: _Grid, layer: Layer, at: int, state: State) -> tuple[State, int]:
    """Give the state before a slot and what was used of it: the cheapest way there, the earlier finish among equals."""
    part, whole, on = state
    ways: list[tuple[float, State, int]] = []
    if not on:
        ways += [(_at(layer, part, whole, was), (part, whole, was), 0) for was in (0, 1)]
    length_ns = grid.question.edges_ns[at + 1] - grid.question.edges_ns[at]
    for before in layer:
        if before[1] != part[1] and not (part[1] and not on):
            continue
        for used_ns in [length_ns] if on else _parts_ns(grid, before, at) if part[1] else []:
            shift, rest_ns = divmod(before[0] + used_ns, grid.usual_ns)
            if rest_ns == part[0] and whole >= shift:
                ways += _ways_in(grid, layer, at, (before, whole - shift), used_ns)
    least = min(way[0] for way in ways)
    return next((way[1], way[2]) for way in ways if way[0] <= least + _TIE_RATIO * abs(least))


def _ways_in(grid: _Grid, layer: Layer, at: int, before: tuple[Part, int], used_ns: int) -> list[tuple[float, State, int]]:
    part, whole = before
    cost = grid.question.costs[at]
    done_ns = whole * grid.usual_ns + part[0]
    paid = cost * (grid.question.energy_of(done_ns + used_ns) - grid.question.energy_of(done_ns))
    burnt = cost * grid.question.burnt_j if done_ns else 0.0
    return [
        (_at(layer, part, whole, 1) + paid, (part, whole, 1), used_ns),
        (_at(layer, part, whole, 0) + burnt + paid, (part, whole, 0), used_ns),
    ]
