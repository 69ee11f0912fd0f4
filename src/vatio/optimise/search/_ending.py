"""When to give up: one trial against the others at the same step, or the whole search for what it still gains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from vatio.optimise.search._design import SearchDesign
from vatio.optimise.search._result import TrialFound, losses_of
from vatio.optimise.search._trial import Metric, Thresholds

# No trial is given up before this many others have come as far, nor a search ended before this many have finished.
_LEAST_TRIALS = 5


def thresholds_of(trials: Iterable[TrialFound], metrics: tuple[Metric, ...]) -> Thresholds:
    """Give the median loss of each metric after each step that enough finished trials have reported."""
    steps: dict[int, list[tuple[float, ...]]] = {}
    for trial in trials:
        if trial.status == "finished":
            for step, values in trial.reports.items():
                if len(values) == len(metrics):
                    steps.setdefault(step, []).append(losses_of(values, metrics))
    enough = {step: losses for step, losses in steps.items() if len(losses) >= _LEAST_TRIALS}
    return Thresholds(medians={step: tuple(map(median, zip(*losses, strict=True))) for step, losses in enough.items()})


def is_worth_it(trials: Sequence[TrialFound], design: SearchDesign) -> bool:
    """Tell whether the search still gains enough: what the last half of the spending has gained, for each unit of it.

    Past gain is taken for the gain to expect; the better a search has become, the less there is left, so this is no less
    than what is to come.
    """
    done = [trial for trial in trials if trial.status == "finished"]
    if design.least_gain_per_unit is None or len(done) < 2 * _LEAST_TRIALS:
        return True
    half, spent, split = sum(trial.cost for trial in trials) / 2.0, 0.0, 0
    while spent < half:
        spent += trials[split].cost
        split += 1
    before, after = _best(trials[:split], design), _best(trials, design)
    later = sum(trial.cost for trial in trials[split:])
    return before is None or after is None or later <= 0.0 or (before - after) / later >= design.least_gain_per_unit


def _best(trials: Iterable[TrialFound], design: SearchDesign) -> float | None:
    return min((losses_of(t.values, design.metrics)[0] for t in trials if t.status == "finished"), default=None)
