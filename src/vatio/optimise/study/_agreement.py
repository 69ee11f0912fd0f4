"""Lay what was measured beside what was published, and say where both agree and where not."""

from __future__ import annotations

from typing import NamedTuple

from vatio.optimise.study._data_centric import DataStudy
from vatio.optimise.study._published import PUBLISHED, SHAPE

# Two of a study's medians on other hardware and another release: as close as a careful repetition came.
_SAVING_RATIO, _QUALITY = 0.10, 0.02


class Figure(NamedTuple):
    """Hold one figure: what it is, what was published, what was measured, and whether both agree."""

    what: str
    published_ratio: float
    measured_ratio: float
    agrees: bool


def is_published_table(study: DataStudy) -> bool:
    """Tell whether the study is of the published table, down to its shape, with the published metric."""
    return tuple(study.table.x.shape) == SHAPE and study.design.metric == "f1"


def agreement(study: DataStudy) -> tuple[Figure, ...]:
    """Compare savings at a tenth and qualities; nothing where the table is another one."""
    if not is_published_table(study) or min(study.design.levels) != 0.1:
        return ()
    found = []
    for algorithm in (name for name in study.design.algorithms if name in PUBLISHED):
        told = PUBLISHED[algorithm]
        pairs = (
            ("rows 10 %: training saved", told.rows_saving_ratio, study.effect(algorithm, "rows").train_saving_ratio),
            (
                "features 10 %: training saved",
                told.features_saving_ratio,
                study.effect(algorithm, "features").train_saving_ratio,
            ),
        )
        for what, published, measured in pairs:
            if measured is not None:
                close = abs(published - measured) <= _SAVING_RATIO
                found.append(Figure(f"{algorithm}, {what}", published, measured, close))
        quality = study.whole(algorithm).quality
        found.append(Figure(f"{algorithm}, f1 on everything", told.f1, quality, abs(told.f1 - quality) <= _QUALITY))
    return (*found, *_order(study))


def _order(study: DataStudy) -> list[Figure]:
    """Compare the order of the algorithms by what training costs (Spearman's correlation of ranks)."""
    known = [
        (whole.algorithm, whole.train) for whole in study.wholes if whole.train is not None and whole.algorithm in PUBLISHED
    ]
    size = len(known)
    if size < 3:
        return []
    mine = [name for name, _ in sorted(known, key=lambda pair: pair[1])]
    theirs = sorted(mine, key=lambda name: PUBLISHED[name].train_j)
    distance = sum((mine.index(name) - theirs.index(name)) ** 2 for name in mine)
    rho = 1.0 - 6.0 * distance / (size * (size**2 - 1))
    return [Figure("order of the algorithms by training", 1.0, rho, rho >= 0.9)]
