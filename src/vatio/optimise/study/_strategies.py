"""Repeat the comparison of search strategies: rounds and cost until grid, random and Bayesian search are near the best.

Published: T. Yarally et al., "Uncovering Energy-Efficient Practices in Deep Learning Training", CAIN 2023: rounds of 64 on
FashionMNIST and CIFAR-10 (GTX 1080). Here a network with one hidden layer is trained once at each of 64 points, measured,
and the strategies are replayed on what was measured, so that chance in training cannot favour one.
"""

from __future__ import annotations

import itertools
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from vatio.config import Config
from vatio.errors import UsageError
from vatio.measure import track
from vatio.optimise.data import Table, check_metric, score
from vatio.optimise.search import Asking, Space, space_of
from vatio.optimise.study._repeated import Claim, Curves, Grid, Repeated, costs_of
from vatio.plugins import require

SEARCHES = ("grid", "random", "tpe", "gp")
BAYESIAN = ("tpe", "gp")
_SPACE: Mapping[str, tuple[float, ...]] = {
    "rate": tuple(round(10.0 ** (-4.0 + 3.0 * at / 7.0), 6) for at in range(8)),
    "width": (8, 32, 64, 128),
    "alpha": (1e-5, 1.0),
}
_EPOCHS, _BATCH, _HELD_OUT_RATIO = 10, 64, 0.4
_FEWEST_ROWS = 100
# Two medians of rounds, as shares of all: as close as another model on another table can be held to.
_ROUNDS_RATIO, _PUBLISHED_ROUNDS, _PUBLISHED_OF, _LEVEL = 0.15, 27, 64, 0.05

Point = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyDesign:
    """Hold how the strategies are compared. ``margin`` is how far below the best counts as there; ``most_rows`` are drawn.

    Raises:
        UsageError: a number cannot be.
    """

    metric: str = "accuracy"
    margin: float = 0.005
    seeds: int = 15
    most_rows: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.0 <= self.margin < 1.0 or self.seeds < 3 or self.most_rows < _FEWEST_ROWS:
            raise UsageError(
                f"a margin of {self.margin}, {self.seeds} seeds, {self.most_rows} rows",
                hint=f"a margin from 0 to 1, 3 seeds or more, {_FEWEST_ROWS} rows or more",
            )


class Replayed(NamedTuple):
    """Hold one search: rounds and cost until it was near the best, what asking took, and the best after each round."""

    rounds: int
    cost: float
    asking_cpu_s: float
    best: tuple[float, ...]


def search_strategies(
    table: Table, *, config: Config, design: StrategyDesign | None = None, told: Callable[[str], None] | None = None
) -> Repeated:
    """Train all 64 points as phases of one run, and replay each strategy on them from several seeds.

    Raises:
        UsageError: the table is too small, or the metric does not fit its labels.
    """
    design = design or StrategyDesign()
    check_metric(design.metric, table.y)
    if table.x.shape[0] < _FEWEST_ROWS:
        raise UsageError(f"{table.x.shape[0]} rows are too few to compare searches on", hint=f"{_FEWEST_ROWS} or more")
    points = list(itertools.product(*_SPACE.values()))
    parts = _parts(table, design)
    qualities: dict[Point, float] = {}
    with track(name="study search-strategies", stage="experimentation", config=config) as run:
        for at, point in enumerate(random.Random(design.seed).sample(points, len(points)), start=1):
            with run.phase(_phase(point)):
                qualities[point] = _quality(point, parts, design)
            if told is not None and at % 16 == 0:
                told(f"{at} of {len(points)} trained")
    unit, costs = costs_of(run.record.phases)
    known = {point: (qualities[point], costs.get(_phase(point), 0.0)) for point in points}
    found = {name: [_replayed(name, known, seed, design) for seed in range(design.seeds)] for name in SEARCHES}
    near = sum(quality >= max(qualities.values()) - design.margin for quality in qualities.values())
    rows, columns = table.x.shape
    return Repeated(
        name="search-strategies",
        headline=f"search strategies on {rows} rows x {columns} columns, {len(points)} settings, {design.seeds} seeds",
        unit=unit,
        tables=(_table(found, unit),),
        curves=(_curves(found, design),),
        claims=_claims(found),
        notes=_notes(near, qualities, design, table),
        run=run.record.id,
        energy_j=run.record.energy_j,
        cpu_s=run.record.cpu_s,
    )


def _parts(table: Table, design: StrategyDesign) -> Sequence[Any]:
    selection = require("sklearn.model_selection", extra="optimise")
    scaling = require("sklearn.preprocessing", extra="optimise")
    x, y = table.x, table.y
    if x.shape[0] > design.most_rows:
        x, _, y, _ = selection.train_test_split(x, y, train_size=design.most_rows, stratify=y, random_state=design.seed)
    x_train, x_test, y_train, y_test = selection.train_test_split(
        x, y, test_size=_HELD_OUT_RATIO, stratify=y, random_state=design.seed
    )
    scale = scaling.StandardScaler(with_mean=not hasattr(x, "tocsr")).fit(x_train)
    return scale.transform(x_train), scale.transform(x_test), y_train, y_test


def _quality(point: Point, parts: Sequence[Any], design: StrategyDesign) -> float:
    import warnings

    networks = require("sklearn.neural_network", extra="optimise")
    x_train, x_test, y_train, y_test = parts
    rate, width, alpha = point
    model = networks.MLPClassifier(
        hidden_layer_sizes=(int(width),),
        learning_rate_init=rate,
        alpha=alpha,
        max_iter=_EPOCHS,
        batch_size=min(_BATCH, x_train.shape[0]),
        random_state=design.seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that so few epochs do not converge
        model.fit(x_train, y_train)
    return score(y_test, model.predict(x_test), design.metric)


def _replayed(name: str, known: Mapping[Point, tuple[float, float]], seed: int, design: StrategyDesign) -> Replayed:
    target = max(quality for quality, _ in known.values()) - design.margin
    cost, best, asking_s, rounds = 0.0, [-1.0], 0.0, 0
    asked = _in_order(seed) if name == "grid" else _asked(name, known, seed)
    while True:
        begun_s = time.process_time()
        point = next(asked, None)
        if point is None:
            break
        if not rounds:
            asking_s += time.process_time() - begun_s
            cost += known[point][1]
        best.append(max(best[-1], known[point][0]))
        if not rounds and known[point][0] >= target:
            rounds = len(best) - 1
    return Replayed(rounds, cost, asking_s, tuple(best[1:]))


def _in_order(seed: int) -> Iterator[Point]:
    """Walk the grid as loops do; which parameter turns fastest, and from which end, is drawn."""
    draws, names = random.Random(seed), list(_SPACE)
    order = draws.sample(range(len(names)), len(names))
    axes = [list(_SPACE[names[at]])[:: draws.choice((1, -1))] for at in order]
    for values in itertools.product(*axes):
        yield tuple(values[order.index(at)] for at in range(len(names)))


def _asked(name: str, known: Mapping[Point, tuple[float, float]], seed: int) -> Iterator[Point]:
    """Ask as ``vatio optimise search`` does: each point by what those before the last one came to."""
    space: Space = space_of({key: {"choices": list(values)} for key, values in _SPACE.items()})
    asking = Asking(space, strategy=name, seed=seed, objectives=1)
    points: list[Point] = []
    for number in range(len(known)):
        if number >= 2:
            asking.tell(number - 2, (-known[points[number - 2]][0],))
        params = asking.ask(number)
        if params is None:
            return
        points.append(tuple(float(params[key]) for key in _SPACE))
        yield points[-1]


def _phase(point: Point) -> str:
    return " ".join(f"{name} {value:g}" for name, value in zip(_SPACE, point, strict=True))


def _table(found: Mapping[str, Sequence[Replayed]], unit: str) -> Grid:
    columns = ("strategy", "rounds, median", "least", "most", "cost to the target", "of random's", "asking, cpu_s")
    base = statistics.median(each.cost for each in found["random"])
    rows = []
    for name, each in found.items():
        rounds, cost = [one.rounds for one in each], statistics.median(one.cost for one in each)
        asking = statistics.median(one.asking_cpu_s for one in each)
        share = cost / base if base else None
        rows.append((name, float(statistics.median(rounds)), min(rounds), max(rounds), cost, share, asking))
    return Grid("Until near the best", columns, tuple(rows))


def _curves(found: Mapping[str, Sequence[Replayed]], design: StrategyDesign) -> Curves:
    series = {}
    for name, each in found.items():
        length = min(len(one.best) for one in each)
        series[name] = tuple((at + 1.0, statistics.median(one.best[at] for one in each)) for at in range(length))
    return Curves(f"Best {design.metric} so far, median over the seeds", "rounds", series)


def _claims(found: Mapping[str, Sequence[Replayed]]) -> tuple[Claim, ...]:
    stats = require("scipy.stats", extra="optimise")
    rounds = {name: [each.rounds for each in own] for name, own in found.items()}
    median = {name: statistics.median(own) for name, own in rounds.items()}
    best = min(BAYESIAN, key=lambda name: median[name])
    whole = len(next(iter(found.values()))[0].best)
    near = abs(median[best] / whole - _PUBLISHED_ROUNDS / _PUBLISHED_OF) <= _ROUNDS_RATIO
    p = float(stats.mannwhitneyu(rounds["grid"], rounds["random"]).pvalue)
    ahead = float(stats.mannwhitneyu(rounds[best], rounds["random"]).pvalue)
    others = min(median["grid"], median["random"])
    said = f"{median['grid']:g} against {median['random']:g} rounds, p = {p:.2g}"
    led = f"{best} {median[best]:g}, the better of both {others:g} rounds; against random p = {ahead:.2g}"
    return (
        Claim("Bayesian: rounds until it converges", f"{_PUBLISHED_ROUNDS} of 64", f"{best} {median[best]:g} of {whole}", near),
        Claim("grid against random", "no winner", said, p >= _LEVEL),
        Claim("Bayesian against both", "first in most of 12 panels", led, median[best] <= others),
    )


def _notes(near: int, qualities: Mapping[Point, float], design: StrategyDesign, table: Table) -> tuple[str, ...]:
    notes = [
        f"{near} of {len(qualities)} settings come within {design.margin:g} of the best, {max(qualities.values()):.4f}",
        "the target counts as reached by the best found on the part that it is searched on: no claim about new cases",
        "published are FashionMNIST and CIFAR-10 on a GPU: a table here is smaller, and few rounds decide less",
    ]
    return (*notes, *table.notes)
