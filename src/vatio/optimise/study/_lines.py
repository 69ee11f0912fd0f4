"""Write the study for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vatio.optimise.study._agreement import agreement
from vatio.optimise.study._cells import AXES
from vatio.optimise.study._data_centric import DataStudy, Effect
from vatio.optimise.study._traps import traps


def study_lines(study: DataStudy) -> tuple[str, ...]:
    """Write the study as lines."""
    return tuple(_lines(study))


def _lines(study: DataStudy) -> Iterator[str]:
    yield headline(study)
    yield ""
    yield f"{'on everything':<14}{'train':>11}{'predict':>11}{study.design.metric:>10}   cost in {study.unit}"
    for whole in study.wholes:
        yield f"{whole.algorithm:<14}{cost(whole.train):>11}{cost(whole.predict):>11}{whole.quality:>10.3f}"
    for axis in AXES:
        yield ""
        level = 100.0 * min(study.design.levels)
        head = f"{level:.0f} % of {axis}"
        yield f"{head:<18}{'saved':>9}{'net':>9}{study.design.metric:>9}{'Kruskal p':>11}{'eta2':>7}{'normal p':>10}"
        yield from (_effect_line(effect) for effect in study.effects if effect.axis == axis)
    yield from _told("traps", [f"{trap.name}: {trap.text}" for trap in traps(study)])
    yield from _told("against the published figures", [_figure(*figure) for figure in agreement(study)])
    yield from _told("notes", study.table.notes)
    yield ""
    spent = study.energy_j.value
    joules = f", {spent:.3g} J ({study.energy_j.provenance})" if spent is not None else ""
    yield f"the study cost {study.cpu_s or 0.0:.3g} CPU-s{joules}; run {study.run}"


def _told(name: str, told: Sequence[str]) -> Iterator[str]:
    if told:
        yield ""
        yield name
        yield from (f"  {line}" for line in told)


def headline(study: DataStudy) -> str:
    """Say what was studied."""
    rows, columns = study.table.x.shape
    return f"data-centric study of {rows} rows x {columns} columns, {len(study.cells)} trainings"


def cost(amount: float | None) -> str:
    """Write a cost; what is not known is a dash."""
    return "-" if amount is None else f"{amount:.4g}"


def percent(ratio: float | None) -> str:
    """Write a share."""
    return "-" if ratio is None else f"{100.0 * ratio:.1f} %"


def number(value: float | None, digits: int = 3) -> str:
    """Write a number of a test."""
    return "-" if value is None else f"{value:.{digits}g}"


def _effect_line(effect: Effect) -> str:
    test = effect.test
    saved = f"{percent(effect.train_saving_ratio):>9}{percent(effect.net_saving_ratio):>9}{effect.quality_change:>+9.3f}"
    told = f"{number(test.kruskal_p, 2):>11}{number(test.eta_squared, 2):>7}{number(test.normal_p, 2):>10}"
    return f"{effect.algorithm:<18}{saved}{told}"


def _figure(what: str, published_ratio: float, measured_ratio: float, agrees: bool) -> str:
    return f"{'agrees' if agrees else 'DIFFERS':<8}{what}: published {published_ratio:.3f}, here {measured_ratio:.3f}"
