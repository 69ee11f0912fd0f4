"""Measure what the data of a model can do without: candidates against the data as they are, on held-out cases."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vatio.analysis import student_quantile
from vatio.config import Config
from vatio.errors import MeasureError, UsageError
from vatio.measure import Arm, PairedDesign, PairedMeasurement, PairedOptions, Run, measure_paired, track
from vatio.optimise.data._advice import Advice, Advised, Saving, in_order, judged
from vatio.optimise.data._algorithms import SCALE_BOUND, build
from vatio.optimise.data._candidates import Candidate, candidates
from vatio.optimise.data._duplicates import Duplicates, duplicates, shared_rows
from vatio.optimise.data._quality import check_metric, quality_change, score
from vatio.optimise.data._scales import scales
from vatio.optimise.data._split import Prepared, Split, sample, split
from vatio.optimise.data._table import Table

AS_IT_IS = "as it is"
# Held out once for the verdict and once more for the learning curve.
_FEWEST_OF_CLASS = 8
_LEVELS = (0.1, 0.25, 0.5)
# Finding near duplicates costs by the row; past this the table is looked at for exact ones only by whoever has it.
_MOST_ROWS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Hold what is asked: which model is trained on the table, what counts as quality, and what may be lost of it.

    Raises:
        UsageError: a number cannot be.
    """

    algorithm: str = "svm"
    metric: str = "accuracy"
    max_loss: float = 0.01
    repetitions: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.0 <= self.max_loss < 1.0:
            raise UsageError(f"a loss of {self.max_loss}", hint="0.01 is one point")
        if self.repetitions < 3:
            raise UsageError(f"{self.repetitions} repetitions give no interval", hint="three or more")


def advise(
    table: Table, wish: Wish, *, config: Config, environ: Mapping[str, str], told: Callable[[str], None] | None = None
) -> Advised:
    """Say what of a table can be left out, what is wrong with it, and what that is worth. All runs lie within one.

    Raises:
        UsageError: the metric does not fit the labels.
        MeasureError: the model cannot be trained on the table as it is.
    """
    check_metric(wish.metric, table.y)
    build(wish.algorithm)
    rarest = min(Counter(table.y.tolist()).values())
    if rarest < _FEWEST_OF_CLASS:
        raise UsageError(f"{table.source} has a class of {rarest} rows", hint=f"{_FEWEST_OF_CLASS} of each class at least")
    held = split(table, seed=wish.seed)
    say = told or (lambda _: None)
    with track(name="optimise data", stage="data", config=config) as run:
        with run.phase("look"):
            repeated, findings = _look(held, wish)
        with run.phase("learning curve"):
            curve, knee_ratio = _curve(held, wish)
        found, skipped = candidates(held, wish.algorithm, repeated=repeated, knee_ratio=knee_ratio, seed=wish.seed)
        say(f"{len(found)} candidates, {wish.repetitions} times each")
        trial = _Trial(held, found, wish)
        measured = trial.measured(config, environ)
    return _advised(table, wish, trial, measured, run, findings=findings, curve=curve, skipped=skipped)


class _Trial:
    """Train a model on what each candidate prepares, and keep what it predicted."""

    def __init__(self, held: Split, found: tuple[Candidate, ...], wish: Wish) -> None:
        self.held, self.wish = held, wish
        as_it_is = Candidate(AS_IT_IS, "", lambda: Prepared(held.x_train, held.y_train, held.x_test))
        self.candidates = (as_it_is, *found)
        self.predicted: dict[str, Any] = {}

    def measured(self, config: Config, environ: Mapping[str, str]) -> PairedMeasurement:
        """Measure all candidates in shuffled blocks.

        Raises:
            MeasureError: the model cannot be trained on the data as they are.
        """
        arms = [Arm(name=each.name, call=lambda each=each: self._carried_out(each)) for each in self.candidates]  # type: ignore[misc]
        if len(arms) < 2:
            raise MeasureError("there is no candidate for so small a table", hint="four columns, or rows by the hundred")
        design = PairedDesign(pairs=self.wish.repetitions, pin=False, seed=self.wish.seed)
        options = PairedOptions(environ=environ, name="candidates of optimise data", stage="data")
        found = measure_paired(arms, design=design, config=config, options=options)
        if AS_IT_IS in found.failed:
            raise MeasureError(f"{self.wish.algorithm} cannot be trained on it: {found.failed[AS_IT_IS]}")
        return found

    def _carried_out(self, candidate: Candidate) -> None:
        prepared = candidate.prepare()
        model = build(self.wish.algorithm, seed=self.wish.seed).fit(prepared.x_train, prepared.y_train)
        self.predicted[candidate.name] = model.predict(prepared.x_test)

    def advice(self, candidate: Candidate, measured: PairedMeasurement) -> Advice:
        """Judge one candidate against the data as they are."""
        told, cost = self.predicted.get(candidate.name), _median(measured, candidate.name)
        if candidate.name in measured.failed or told is None:
            reason = measured.failed.get(candidate.name, "it was not measured")
            return Advice(
                name=candidate.name,
                what=candidate.what,
                cost=None,
                saving_ratio=None,
                quality=None,
                is_worth_it=False,
                reason=reason,
            )
        quality = quality_change(self.held.y_test, told, self.predicted[AS_IT_IS], self.wish.metric, seed=self.wish.seed)
        saving = _saving(measured.pairs(AS_IT_IS, candidate.name))
        return judged(candidate.name, candidate.what, cost=cost, saving=saving, quality=quality, max_loss=self.wish.max_loss)


def _look(held: Split, wish: Wish) -> tuple[Duplicates, tuple[str, ...]]:
    """Find what is wrong with the data, whatever a model makes of it."""
    findings = []
    for name, ratio in scales(held.x_train, held.columns).drowning[:5]:
        bound = "weighs" if wish.algorithm in SCALE_BOUND else "does not weigh"
        findings.append(
            f"column {name!r} spreads {ratio:.0f} times the typical column; {wish.algorithm} {bound} columns by size"
        )
    repeated = (
        duplicates(held.x_train, held.y_train)
        if len(held.y_train) <= _MOST_ROWS
        else Duplicates(exact=(), near=(), conflicts=0)
    )
    if len(held.y_train) > _MOST_ROWS:
        findings.append(f"duplicates were not looked for: more than {_MOST_ROWS} rows")
    leaked = len(shared_rows(held.x_test, held.x_train))
    if leaked:
        share = 100.0 * leaked / len(held.y_test)
        findings.append(
            f"{leaked} of the rows held out ({share:.1f} %) are also among those to learn from: quality is told too high"
        )
    if repeated.conflicts:
        findings.append(f"{repeated.conflicts} rows equal another row that has another label")
    return repeated, tuple(findings)


def _curve(held: Split, wish: Wish) -> tuple[tuple[tuple[float, float], ...], float | None]:
    """Follow the learning curve upwards on rows of the training side, and stop where the whole is not surely better."""
    inner = split(Table(source="training rows", columns=held.columns, x=held.x_train, y=held.y_train), seed=wish.seed)
    whole = build(wish.algorithm, seed=wish.seed).fit(inner.x_train, inner.y_train).predict(inner.x_test)
    points = []
    knee = None
    for level in _LEVELS:
        x, y = sample(inner.x_train, inner.y_train, level, seed=wish.seed)
        told = build(wish.algorithm, seed=wish.seed).fit(x, y).predict(inner.x_test)
        points.append((level, score(inner.y_test, told, wish.metric)))
        if quality_change(inner.y_test, told, whole, wish.metric, seed=wish.seed).value >= -wish.max_loss:
            knee = level
            break
    return (*points, (1.0, score(inner.y_test, whole, wish.metric))), knee


def _median(measured: PairedMeasurement, arm: str) -> float | None:
    known = [cost for cost in measured.costs.of(arm) if cost is not None]
    return statistics.median(known) if known else None


def _saving(ratios: tuple[float, ...]) -> Saving | None:
    """Give the saving from the pairs' cost ratios, with Student's interval of their logarithms."""
    logs = [math.log(ratio) for ratio in ratios if ratio > 0.0]
    if len(logs) < 2:
        return None
    middle = math.fsum(logs) / len(logs)
    reach = student_quantile(0.05, len(logs) - 1) * statistics.stdev(logs) / math.sqrt(len(logs))
    return Saving(1.0 - math.exp(middle), 1.0 - math.exp(middle + reach), 1.0 - math.exp(middle - reach))


def _advised(
    table: Table,
    wish: Wish,
    trial: _Trial,
    measured: PairedMeasurement,
    run: Run,
    *,
    findings: tuple[str, ...],
    curve: tuple[tuple[float, float], ...],
    skipped: tuple[str, ...],
) -> Advised:
    record = run.record
    advice = in_order([trial.advice(each, measured) for each in trial.candidates[1:]])
    spent = record.energy_j.value if measured.unit == "J" else record.cpu_s
    baseline = _median(measured, AS_IT_IS)
    best = next((each for each in advice if each.is_worth_it), None)
    saved = baseline - best.cost if best is not None and best.cost is not None and baseline is not None else 0.0
    return Advised(
        source=table.source,
        rows=int(table.x.shape[0]),
        columns=int(table.x.shape[1]),
        algorithm=wish.algorithm,
        metric=wish.metric,
        unit=measured.unit,
        cost=baseline,
        baseline_quality=score(trial.held.y_test, trial.predicted[AS_IT_IS], wish.metric),
        max_loss=wish.max_loss,
        advice=advice,
        findings=findings,
        curve=curve,
        run=record.id,
        energy_j=record.energy_j,
        cpu_s=record.cpu_s,
        pays_after=spent / saved if spent is not None and saved > 0.0 else None,
        notes=(*table.notes, *(f"not tried: {line}" for line in skipped), *measured.notes),
    )
