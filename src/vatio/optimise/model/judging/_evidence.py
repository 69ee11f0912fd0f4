"""Weigh what labelled cases say of a change of quality: how low it may be, and how likely so large a loss is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any

from vatio.analysis import paired_share_low, paired_share_p
from vatio.optimise.model.judging._draws import Drawing, draws_of_anything, mean_of
from vatio.optimise.model.judging._quality import Quality
from vatio.optimise.model.metrics import decisions, mistaken, tables_of
from vatio.plugins import require

_CLASSES_TRIED, _FORESEEN = 8, 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Hold what paired cases say of a change, candidate less baseline.

    ``low(level)`` is what the true change undercuts with at most that probability; ``p(loss)`` that of seeing this were so
    much lost; ``foreseen(cases, level)`` is the low to expect of so many fresh cases.
    """

    value: float
    low: Callable[[float], float]
    p: Callable[[float], float]
    foreseen: Callable[[float, float], float]


def weigh(quality: Quality, y: Any, old: Any, new: Any, *, seed: int = 0) -> Evidence:
    """Weigh a change of a metric by what is known of its form.

    But for shares, which have a test of their own, whole cases get random weights, as in the Bayesian bootstrap, and one more
    case is put to them, which the candidate has lost: for a share that would be Clopper and Pearson's bound, for a mean
    Gaffke's. So the bound holds where no case, or hardly one, was seen to get worse.
    """
    if quality.kind == "share":
        worse, better = discordant(quality, y, old, new)
        return share_evidence(worse, better, len(y))
    value = quality.of(y, new) - quality.of(y, old)
    if quality.kind == "whole":
        return _rough_evidence(value, _draws_of_anything(quality, y, old, new, seed), len(y))
    makes = {"mean": _of_mean, "table": _of_tables, "weighted": _of_weighted}
    return _drawn_evidence(value, makes[quality.kind](quality, y, old, new), len(y), seed)


def discordant(quality: Quality, y: Any, old: Any, new: Any) -> tuple[int, int]:
    """Count the cases that only the baseline has right, and those that only the candidate has."""
    before, after = quality.per_case(y, old), quality.per_case(y, new)
    return int((before > after).sum()), int((after > before).sum())


def share_evidence(worse: int, better: int, of: int) -> Evidence:
    """Weigh the change of a share from its discordant cases."""
    return Evidence(
        value=(better - worse) / of + 0.0,
        low=lambda level: paired_share_low(worse, better, of, level=level),
        p=lambda loss: paired_share_p(worse, better, of, loss=min(loss, 1.0)),
        foreseen=lambda cases, level: paired_share_low(worse * cases / of, better * cases / of, cases, level=level),
    )


def _drawn_evidence(value: float, drawing: Drawing, cases: int, seed: int) -> Evidence:
    """Weigh draws of a change; the last of the drawing's counts is the case that was put to the others."""
    numpy = require("numpy", extra="optimise")

    @cache
    def draws() -> Any:
        return drawing.draws(seed)

    def foreseen(fresh: float, level: float) -> float:
        counts = drawing.counts * (fresh / cases)
        counts[-1] = drawing.counts[-1]
        again = drawing._replace(counts=counts).draws(seed, most=_FORESEEN)
        return min(float(numpy.quantile(again, level)), value)

    return Evidence(
        value=value,
        low=lambda level: min(float(numpy.quantile(draws(), level)), value),
        p=lambda loss: (1.0 + float((draws() <= -loss).sum())) / (1.0 + len(draws())),
        foreseen=foreseen,
    )


def _rough_evidence(value: float, draws: Any, cases: int) -> Evidence:
    """Weigh few draws: by their tail and by the normal one of their spread, whichever is the more cautious."""
    numpy = require("numpy", extra="optimise")
    middle, spread = min(value, float(draws.mean())), float(draws.std(ddof=1))
    normal = NormalDist(middle, spread) if spread > 0.0 else None

    def low(level: float) -> float:
        tail = normal.inv_cdf(level) if normal else middle
        return min(float(numpy.quantile(draws, level)), tail, value)

    def p(loss: float) -> float:
        tail = normal.cdf(-loss) if normal else float(middle <= -loss)
        return min(1.0, max(float((draws <= -loss).mean()), tail))

    return Evidence(
        value=value, low=low, p=p, foreseen=lambda fresh, level: value - (value - low(level)) * (cases / fresh) ** 0.5
    )


def _of_mean(quality: Quality, y: Any, old: Any, new: Any) -> Drawing:
    numpy = require("numpy", extra="optimise")
    change = quality.per_case(y, new) - quality.per_case(y, old)
    return mean_of(numpy.append(change, min(_lost_part(quality, y, old, new), float(change.min()))))


def _lost_part(quality: Quality, y: Any, old: Any, new: Any) -> float:
    """Give what the case that is put to the others loses: a right answer, or of values as much as the baseline errs."""
    before = quality.per_case(y, old)
    if not quality.classes:
        return -float((before**2).mean() ** 0.5)
    truth, was, told = _with_lost_case(quality, y, old, new)
    return float((quality.per_case(truth[-1:], told[-1:]) - quality.per_case(truth[-1:], was[-1:]))[0])


def _of_tables(quality: Quality, y: Any, old: Any, new: Any) -> Drawing:
    """Draw the metric's change from tables: cases of the same truth and the same two answers are alike."""
    numpy = require("numpy", extra="optimise")
    size = len(quality.classes)
    kinds, counts = numpy.unique((y * size + decisions(old)) * size + decisions(new), return_counts=True)
    kinds, counts = numpy.append(kinds, _worst_kind(quality, kinds, counts)), numpy.append(counts, 1)
    return Drawing(lambda weights: _change(quality, kinds, weights), counts.astype(float), size * size)


def _change(quality: Quality, kinds: Any, weights: Any) -> Any:
    """Give the metric's change for each row of weights of the kinds."""
    size = len(quality.classes)
    true, told_old, told_new = kinds // size**2, kinds // size % size, kinds % size
    before, after = (quality.function(tables_of(true, told, weights, size)) for told in (told_old, told_new))
    return after - before


def _worst_kind(quality: Quality, kinds: Any, counts: Any) -> Any:
    """Find the kind of case, right before and wrong after, that lowers the metric most."""
    numpy = require("numpy", extra="optimise")
    size = len(quality.classes)
    occurring = numpy.bincount(kinds // size**2, weights=counts, minlength=size)
    often = numpy.argsort(-occurring, kind="stable")
    # With many classes: from the frequent and the rare ones to the same; the others lie between.
    tried = often if size <= _CLASSES_TRIED * 2 else numpy.concatenate([often[:_CLASSES_TRIED], often[-_CLASSES_TRIED:]])
    options = [(true * size + true) * size + told for true in tried if occurring[true] for told in tried if told != true]
    together = numpy.concatenate([kinds, options])
    weights = numpy.zeros((len(options), len(together)))
    weights[:, : len(kinds)] = counts
    weights[numpy.arange(len(options)), len(kinds) + numpy.arange(len(options))] = 1.0
    return options[int(_change(quality, together, weights).argmin())]


def _of_weighted(quality: Quality, y: Any, old: Any, new: Any) -> Drawing:
    numpy = require("numpy", extra="optimise")
    y, old, new = _with_lost_case(quality, y, old, new)
    before, after = quality.function(y, old), quality.function(y, new)
    return Drawing(lambda weights: after(weights) - before(weights), numpy.ones(len(y)), old.size)


def _draws_of_anything(quality: Quality, y: Any, old: Any, new: Any, seed: int) -> Any:
    """Draw the change of a metric of which nothing is known."""
    y, old, new = _with_lost_case(quality, y, old, new)

    def score(rows: Any) -> float:
        return quality.raw(y[rows], new[rows]) - quality.raw(y[rows], old[rows])

    return draws_of_anything(score, len(y), seed=seed)


def _with_lost_case(quality: Quality, y: Any, old: Any, new: Any) -> tuple[Any, Any, Any]:
    """Put one more case to the others: the baseline answers it as well as any, the candidate as badly as any."""
    numpy = require("numpy", extra="optimise")
    found = []
    for at, answer in _lost_cases(y, old, new):
        found.append((numpy.append(y, y[at]), numpy.append(old, old[at : at + 1], axis=0), numpy.append(new, answer, axis=0)))
    changes = [quality.raw(truth, after) - quality.raw(truth, before) for truth, before, after in found]
    return found[int(numpy.nanargmin(changes))]


def _lost_cases(y: Any, old: Any, new: Any) -> list[tuple[int, Any]]:
    """Name cases that the baseline answers best, one of each frequent class, each with a bad answer."""
    numpy = require("numpy", extra="optimise")
    if old.ndim == 1:
        best = int(numpy.abs(old - y).argmin())
        reach = max(numpy.abs(old - y).max(), numpy.abs(new - y).max())
        return [(best, numpy.array([y[best] + side * reach])) for side in (-1.0, 1.0)]
    found = []
    counts = numpy.bincount(y, minlength=old.shape[1])
    for name in numpy.argsort(-counts, kind="stable")[:_CLASSES_TRIED]:
        if counts[name]:
            mine = numpy.flatnonzero(y == name)
            others = numpy.delete(old[mine], name, axis=1).max(axis=1)
            best = int(mine[(old[mine, name] - others).argmax()])
            found.append((best, mistaken(new[best], int(name))[None]))
    return found
