"""Repeat the study of data-centric green AI: six algorithms on 10 to 100 % of the rows and of the features."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from vatio.config import Config
from vatio.errors import UsageError
from vatio.measure import track
from vatio.optimise.data import ALGORITHMS, SCALE_BOUND, Table, brought_to_scale, check_metric, scales
from vatio.optimise.study._cells import AXES, Cell, Setting, Trained, cells, of, settings, train
from vatio.optimise.study._statistics import LevelTest, level_test
from vatio.records import Quantity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure import Run

LEVELS = tuple(percent / 100.0 for percent in range(10, 101, 10))
_FEWEST_ROWS = 200
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyDesign:
    """Hold what the study varies. ``levels`` are shares; the whole, 1.0, is among them.

    Raises:
        UsageError: a level is no share, or the whole is not among them, or nothing is repeated.
    """

    algorithms: tuple[str, ...] = ALGORITHMS
    levels: tuple[float, ...] = LEVELS
    repetitions: int = 3
    seed: int = 0
    metric: str = "f1"

    def __post_init__(self) -> None:
        if not self.levels or not all(0.0 < level <= 1.0 for level in self.levels) or 1.0 not in self.levels:
            raise UsageError(f"levels {self.levels!r}", hint="shares of 10 % and more, the whole among them: 10,50,100")
        if self.repetitions < 1 or not self.algorithms:
            raise UsageError(f"{self.repetitions} repetitions of {len(self.algorithms)} algorithms: nothing to do")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Hold what reducing one axis to its smallest level did to one algorithm: shares saved, and the change of quality.

    ``train_saving_ratio`` is of training alone, ``net_saving_ratio`` of training less what selecting cost.
    """

    algorithm: str
    axis: str
    level_ratio: float
    train_saving_ratio: float | None
    net_saving_ratio: float | None
    quality_change: float
    test: LevelTest


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Hold one algorithm on everything: medians of its costs, and of its quality."""

    algorithm: str
    train: float | None
    predict: float | None
    quality: float

    @property
    def both(self) -> float | None:
        """Give what training and predicting cost together."""
        return None if self.train is None or self.predict is None else self.train + self.predict


@dataclass(frozen=True, slots=True, kw_only=True)
class DataStudy:
    """Hold the study: every cell, what each algorithm costs on everything, and what reducing saves. Costs are in ``unit``."""

    table: Table
    design: StudyDesign
    unit: str
    cells: tuple[Cell, ...]
    wholes: tuple[Whole, ...]
    effects: tuple[Effect, ...]
    run: str
    energy_j: Quantity
    cpu_s: float | None
    scaled_quality: Mapping[str, tuple[float, float]]
    unread_rows: int = 0

    def effect(self, algorithm: str, axis: str) -> Effect:
        """Give the effect of one axis on one algorithm."""
        return next(each for each in self.effects if (each.algorithm, each.axis) == (algorithm, axis))

    def whole(self, algorithm: str) -> Whole:
        """Give what one algorithm costs on everything."""
        return next(each for each in self.wholes if each.algorithm == algorithm)


def data_centric(
    table: Table, *, config: Config, design: StudyDesign | None = None, told: Told | None = None, unread_rows: int = 0
) -> DataStudy:
    """Carry the study out, as one run of the ledger whose phases are its parts.

    ``unread_rows`` are those that another reading of the file has and this one lost.

    Raises:
        UsageError: the table is too small to be reduced, or the metric does not fit its labels.
    """
    design = design or StudyDesign()
    check_metric(design.metric, table.y)
    _check_size(table, design)
    asked = settings(design.algorithms, design.levels, design.repetitions, seed=design.seed)
    trained: list[Trained] = []
    with track(name="study data-centric", stage="experimentation", config=config) as run:
        for at, setting in enumerate(asked, start=1):
            trained.append(train(setting, table, run, metric=design.metric, seed=design.seed))
            if told is not None and at % 60 == 0:
                told(f"{at} of {len(asked)} trained")
        scaled = _scaled(table, run, design)
    unit, found = cells(trained, run.record.phases)
    return DataStudy(
        table=table,
        design=design,
        unit=unit,
        cells=found,
        wholes=tuple(_whole(found, algorithm) for algorithm in design.algorithms),
        effects=tuple(_effect(found, algorithm, axis, design) for axis in AXES for algorithm in design.algorithms),
        run=run.record.id,
        energy_j=run.record.energy_j,
        cpu_s=run.record.cpu_s,
        scaled_quality=scaled,
        unread_rows=unread_rows,
    )


def _check_size(table: Table, design: StudyDesign) -> None:
    least = min(Counter(table.y.tolist()).values()) * min(design.levels)
    if table.x.shape[0] < _FEWEST_ROWS or least < 5.0:
        raise UsageError(
            f"{table.source} is too small: at {100.0 * min(design.levels):.0f} % it has {least:.0f} rows of its rarest class",
            hint="five are needed: leave the smallest levels out, --levels 50,100",
        )


def _scaled(table: Table, run: Run, design: StudyDesign) -> dict[str, tuple[float, float]]:
    """Give the quality with columns as they are and brought to one scale, for the algorithms that weigh them by size."""
    if not scales(table.x, table.columns).drowning:
        return {}
    alike = replace(table, x=brought_to_scale(table.x, table.columns, like=table.x))
    found = {}
    for algorithm in (name for name in design.algorithms if name in SCALE_BOUND):
        setting = Setting(algorithm=algorithm, axis="scaled", level_ratio=1.0, repetition=0)
        both = [train(setting, each, run, metric=design.metric, seed=design.seed) for each in (table, alike)]
        found[algorithm] = (both[0].quality, both[1].quality)
    return found


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _whole(found: Sequence[Cell], algorithm: str) -> Whole:
    own = list(of(found, algorithm=algorithm, axis=AXES[0], level_ratio=1.0))
    return Whole(
        algorithm=algorithm,
        train=_median([cell.costs["train"] for cell in own]),
        predict=_median([cell.costs["predict"] for cell in own]),
        quality=statistics.median(cell.quality for cell in own),
    )


def _effect(found: Sequence[Cell], algorithm: str, axis: str, design: StudyDesign) -> Effect:
    level = min(design.levels)
    whole = list(of(found, algorithm=algorithm, axis=axis, level_ratio=1.0))
    least = list(of(found, algorithm=algorithm, axis=axis, level_ratio=level))
    before, after = (_median([cell.costs["train"] for cell in group]) for group in (whole, least))
    selecting = _median([cell.costs["select"] for cell in least])
    groups = []
    for each in design.levels:
        costs = [cell.costs["train"] for cell in of(found, algorithm=algorithm, axis=axis, level_ratio=each)]
        groups.append((each, [cost for cost in costs if cost is not None]))
    is_known = before is not None and after is not None
    return Effect(
        algorithm=algorithm,
        axis=axis,
        level_ratio=level,
        train_saving_ratio=1.0 - after / before if is_known and before and after is not None else None,
        net_saving_ratio=1.0 - (after + selecting) / before if is_known and before and after and selecting else None,
        quality_change=statistics.median(c.quality for c in least) - statistics.median(c.quality for c in whole),
        test=level_test(groups),
    )
