"""Measure a call in turn with its alternative, in this process, and judge them as a gate does."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable

from vatio.analysis import GateRule, Judgement, judge, looks_for
from vatio.config import load_config
from vatio.errors import MeasureError
from vatio.measure import Arm, PairedCosts, PairedDesign, PairedMeasurement, PairedOptions, measure_paired
from vatio.records import Verdict
from vatio.testing._pytest_asked import Asked

BASELINE, CANDIDATE = "baseline", "candidate"
# One repetition lasts so long that reading the counters around it does not show in it.
_REPETITION_S = 0.25
_MOST_CALLS = 1_000_000


def compare_calls(
    call: Callable[[], object], asked: Asked, *, name: str, against: Callable[[], object], folder: str | None = None
) -> Verdict:
    """Compare two calls; both are made equally often in each repetition. ``folder`` is where configuration is looked for.

    Raises:
        MeasureError: one of them raised, so that they cannot be repeated, or their cost could not be read.
    """
    calls = calls_for(call)
    rule = GateRule(
        allowed_ratio=asked.max_regression_ratio, resolution_ratio=asked.resolution_ratio, looks=looks_for(asked.pairs)
    )
    arms = (Arm(name=BASELINE, call=repeated(against, calls)), Arm(name=CANDIDATE, call=repeated(call, calls)))
    found = measure_paired(
        arms,
        config=load_config(folder, environ=os.environ),
        options=PairedOptions(environ=os.environ, name=f"pytest: {name}"[:200], tags={"pytest": name[:200]}),
        design=PairedDesign(pairs=asked.pairs),
        stop=lambda costs: _decided(costs, rule),
    )
    if found.failed:
        arm, reason = next(iter(found.failed.items()))
        raise MeasureError(f"the {arm} cannot be repeated: {reason}", hint="a measured test gives the same when called again")
    ratios = found.pairs(BASELINE, CANDIDATE)
    if not ratios:
        raise MeasureError("no pair was measured", hint="`vatio doctor` says what can be measured here")
    return _verdict(found, judge(ratios, rule=rule, final=True), rule, name=name, calls=calls)


def calls_for(call: Callable[[], object]) -> int:
    """Find how many calls fill one repetition; the first one warms up."""
    calls = 1
    call()
    while True:
        begun_s = time.perf_counter()
        for _ in range(calls):
            call()
        lasted_s = time.perf_counter() - begun_s
        if lasted_s >= _REPETITION_S / 5.0 or calls >= _MOST_CALLS:
            return min(_MOST_CALLS, max(1, math.ceil(calls * _REPETITION_S / max(lasted_s, 1e-9))))
        calls *= 10


def repeated(call: Callable[[], object], calls: int) -> Callable[[], object]:
    """Make one call out of several."""

    def repeat() -> None:
        for _ in range(calls):
            call()

    return repeat


def _decided(costs: PairedCosts, rule: GateRule) -> bool:
    ratios = costs.pairs(BASELINE, CANDIDATE)
    return bool(ratios) and judge(ratios, rule=rule).outcome is not None


def _verdict(found: PairedMeasurement, judged: Judgement, rule: GateRule, *, name: str, calls: int) -> Verdict:
    medians = {arm: _median(found, arm) for arm in (BASELINE, CANDIDATE)}
    return Verdict(
        outcome=judged.outcome or "inconclusive",
        change_ratio=judged.change_ratio,
        allowed_ratio=rule.allowed_ratio,
        resolution_ratio=rule.resolution_ratio,
        mde_ratio=judged.mde_ratio,
        pairs=judged.pairs,
        more_pairs=judged.more_pairs,
        unit=found.unit,
        baseline=f"the alternative of {name}",
        candidate=name,
        energy_j=found.energy_j,
        run=found.run,
        test=judged.test,
        p=judged.p,
        level=judged.level,
        notes=(f"{calls} calls a repetition", *found.notes),
        baseline_value=medians[BASELINE],
        candidate_value=medians[CANDIDATE],
        ratios=found.pairs(BASELINE, CANDIDATE),
    )


def _median(found: PairedMeasurement, arm: str) -> float | None:
    from statistics import median

    known = [cost for cost in found.costs.of(arm) if cost is not None]
    return median(known) if known else None
