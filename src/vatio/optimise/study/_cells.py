"""Train and test one algorithm on a share of the rows and of the features, each part a phase of the run around."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vatio.optimise.data import Table, build, score
from vatio.plugins import require
from vatio.records import Phase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure import Run

AXES = ("rows", "features")
PARTS = ("select", "train", "predict")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Hold what one cell is: an algorithm, what was reduced to which share, and which repetition."""

    algorithm: str
    axis: str
    level_ratio: float
    repetition: int

    def phase(self, part: str) -> str:
        """Name the phase of one part.

        >>> Setting(algorithm="svm", axis="rows", level_ratio=0.1, repetition=0).phase("train")
        'svm rows 10 % #0 train'
        """
        return f"{self.algorithm} {self.axis} {100.0 * self.level_ratio:.0f} % #{self.repetition} {part}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Hold one cell: what was trained on, how it scored, and what its parts cost in the study's unit.

    A cost is ``None`` where it was not measured: a counter that had not moved is no proof of nothing.
    """

    setting: Setting
    rows: int
    features: int
    quality: float
    costs: Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """Hold a cell before its costs are known."""

    setting: Setting
    rows: int
    features: int
    quality: float


def settings(algorithms: Sequence[str], levels: Sequence[float], repetitions: int, *, seed: int) -> list[Setting]:
    """Lay all cells out in an order drawn from the seed, so that a machine that warms up favours no level."""
    import random

    cells = [
        Setting(algorithm=algorithm, axis=axis, level_ratio=level, repetition=repetition)
        for repetition in range(repetitions)
        for algorithm in algorithms
        for axis in AXES
        for level in levels
        if level < 1.0 or axis == AXES[0]  # the whole is the same on both axes
    ]
    random.Random(seed).shuffle(cells)
    return cells


def train(setting: Setting, table: Table, run: Run, *, metric: str, seed: int) -> Trained:
    """Carry one cell out. Rows are drawn by class before the split, as published; features by chi2."""
    selection = require("sklearn.model_selection", extra="optimise")
    with run.phase(setting.phase("select")):
        x, y = _reduced(setting, table, seed=seed)
    kept = selection.train_test_split(x, y, test_size=0.3, stratify=y, random_state=101)
    x_train, x_test, y_train, y_test = kept
    model = build(setting.algorithm, seed=seed + setting.repetition)
    with run.phase(setting.phase("train")):
        model.fit(x_train, y_train)
    with run.phase(setting.phase("predict")):
        predicted = model.predict(x_test)
    rows, features = x_train.shape
    return Trained(setting=setting, rows=rows, features=features, quality=score(y_test, predicted, metric))


def _reduced(setting: Setting, table: Table, *, seed: int) -> tuple[Any, Any]:
    if setting.level_ratio >= 1.0:
        return table.x, table.y
    if setting.axis == "rows":
        selection = require("sklearn.model_selection", extra="optimise")
        # The share goes to what is kept: the published sampler gave it to what is left out.
        kept, _, y, _ = selection.train_test_split(
            table.x,
            table.y,
            train_size=setting.level_ratio,
            stratify=table.y,
            random_state=42 + seed + setting.repetition,
        )
        return kept, y
    found = require("sklearn.feature_selection", extra="optimise")
    x = table.x if hasattr(table.x, "tocsr") else table.x - table.x.min(axis=0)  # chi2 knows no negative values
    percent = round(100.0 * setting.level_ratio)
    mask = found.SelectPercentile(found.chi2, percentile=percent).fit(x, table.y).get_support()
    return table.x[:, mask], table.y


def cells(trained: Sequence[Trained], phases: Sequence[Phase]) -> tuple[str, tuple[Cell, ...]]:
    """Give every cell its costs and their unit: joules where counters measured all phases, else CPU-seconds."""
    by_name = {phase.name: phase for phase in phases}
    is_measured = all(phase.energy_j.provenance in ("measured", "missing") for phase in phases) and any(
        phase.energy_j.value for phase in phases
    )
    made = [
        Cell(
            setting=each.setting,
            rows=each.rows,
            features=each.features,
            quality=each.quality,
            costs={part: _cost(by_name.get(each.setting.phase(part)), is_measured) for part in PARTS},
        )
        for each in trained
    ]
    return ("J" if is_measured else "cpu_s"), tuple(made)


def _cost(phase: Phase | None, is_measured: bool) -> float | None:
    if phase is None:
        return None
    cost = phase.energy_j.value if is_measured else phase.cpu_s
    return cost if cost else None


def of(found: Sequence[Cell], *, algorithm: str, axis: str, level_ratio: float) -> Iterator[Cell]:
    """Give the repetitions of one level."""
    for cell in found:
        asked = cell.setting
        is_axis = asked.axis == (AXES[0] if level_ratio >= 1.0 else axis)
        if asked.algorithm == algorithm and is_axis and math.isclose(asked.level_ratio, level_ratio):
            yield cell
