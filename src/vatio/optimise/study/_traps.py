"""Name the traps that a data-centric study falls into, where this table and these figures meet them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vatio.optimise.data import scales
from vatio.optimise.study._data_centric import DataStudy, Effect

# A loss of quality that nobody would call negligible.
_NEGLIGIBLE = 0.01
# Predicting matters where it changes how two algorithms compare by this much.
_TWICE = 2.0


class Trap(NamedTuple):
    """Hold one trap: its name, and what was met here."""

    name: str
    text: str


def traps(study: DataStudy) -> tuple[Trap, ...]:
    """Say which traps were met."""
    return tuple(trap for find in (_quoting, _sampler, _train_only, _selection, _rows, _scale) for trap in find(study))


def _quoting(study: DataStudy) -> Iterator[Trap]:
    if study.unread_rows:
        rows = study.table.x.shape[0]
        text = f"read with quotation marks as quotes, {study.unread_rows} rows are lost: {rows} of {rows + study.unread_rows}"
        yield Trap("quoting", text)


def _sampler(study: DataStudy) -> Iterator[Trap]:
    """Compare the label of a level with what was really trained on."""
    least = min(study.design.levels)
    trained = {cell.rows for cell in study.cells if cell.setting.axis == "rows" and cell.setting.level_ratio == least}
    if least < 1.0 and trained:
        text = (
            f"a level is told by the rows trained on ({100.0 * least:.0f} % is {max(trained)} rows here); "
            "the published sampler keeps the complement of its label (10 is 90 %)"
        )
        yield Trap("sampler", text)


def _train_only(study: DataStudy) -> Iterator[Trap]:
    alone = sorted((whole.train, whole.algorithm) for whole in study.wholes if whole.train is not None)
    both = {whole.algorithm: whole.both for whole in study.wholes if whole.both is not None}
    if len(alone) < 2 or not {alone[0][1], alone[1][1]} <= set(both):
        return
    (least, first), (next_least, second) = alone[:2]
    before, after = next_least / least, (both[second] or 0.0) / (both[first] or 1.0)
    if before > _TWICE * after:
        text = f"training alone, {first} costs {before:.3g} times less than {second}; with predicting, {after:.3g} times"
        yield Trap("train only", f"{text}; cheapest is then {min(both, key=lambda name: both[name] or 0.0)}")


def _selection(study: DataStudy) -> Iterator[Trap]:
    dearest = max(_known(study, "features"), key=lambda pair: pair[0] - pair[1], default=None)
    if dearest is not None and dearest[0] - dearest[1] > _NEGLIGIBLE:
        saved, net, effect = dearest
        text = f"selecting costs too: {effect.algorithm} saves {100.0 * net:.0f} % net, not {100.0 * saved:.0f} %"
        yield Trap("selection cost", text)
    missing = sum(cost is None for cell in study.cells for cost in cell.costs.values())
    if missing:
        yield Trap("selection cost", f"{missing} readings that had not moved are missing, not zero")


def _known(study: DataStudy, axis: str) -> Iterator[tuple[float, float, Effect]]:
    for effect in study.effects:
        saved, net = effect.train_saving_ratio, effect.net_saving_ratio
        if effect.axis == axis and saved is not None and net is not None:
            yield saved, net, effect


def _rows(study: DataStudy) -> Iterator[Trap]:
    lost = {
        axis: [e for e in study.effects if e.axis == axis and e.quality_change < -_NEGLIGIBLE] for axis in ("rows", "features")
    }
    for axis, effects in lost.items():
        if effects:
            told = ", ".join(f"{effect.algorithm} {effect.quality_change:+.2f}" for effect in effects)
            level = 100.0 * effects[0].level_ratio
            yield Trap("quality lost", f"{level:.0f} % of the {axis} cost {study.design.metric}: {told}")


def _scale(study: DataStudy) -> Iterator[Trap]:
    drowning = scales(study.table.x, study.table.columns).drowning
    if drowning and study.scaled_quality:
        told = ", ".join(f"{name} {before:.3f} to {after:.3f}" for name, (before, after) in study.scaled_quality.items())
        column, ratio = drowning[0]
        text = (
            f"column {column!r} spreads {ratio:.0f} times the typical column; scaling it takes {study.design.metric} of {told}"
        )
        yield Trap("unscaled column", text)
