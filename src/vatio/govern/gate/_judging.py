"""Judge what was measured: cost first, quality beside it, and never a pass where the machine is too noisy to see."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace

from vatio.analysis import Control, GateRule, Judgement, judge, judge_quality, looks_for
from vatio.errors import MeasureError
from vatio.govern.gate._request import GateRequest
from vatio.govern.gate.arms import BASELINE, CANDIDATE
from vatio.measure import PairedCosts, PairedMeasurement, Repetition
from vatio.records import QualityRow


def rule_of(request: GateRequest) -> GateRule:
    """Give the rule of a request."""
    return GateRule(
        allowed_ratio=request.max_regression_ratio, resolution_ratio=request.resolution_ratio, looks=looks_for(request.pairs)
    )


def until_decided(rule: GateRule) -> Callable[[PairedCosts], bool]:
    """Give what stops a comparison: its cost is decided at one of the looks."""

    def is_decided(costs: PairedCosts) -> bool:
        ratios = costs.pairs(BASELINE, CANDIDATE)
        return len(ratios) in rule.looks and judge(ratios, rule=rule).outcome is not None

    return is_decided


def quality_of(
    found: PairedMeasurement, request: GateRequest, *, kept: Sequence[float] | None = None
) -> tuple[QualityRow, ...]:
    """Judge the metric of a request in the pairs in which both arms have logged it; ``kept`` are the baseline's of earlier.

    Raises:
        MeasureError: no pair has it.
    """
    if request.metric is None:
        return ()
    new = _by_block(found.of(CANDIDATE), request.metric)
    old = _by_block(found.of(BASELINE), request.metric) if kept is None else list(kept)
    # Kept values are paired as they come: independent ones lose nothing by it but a few degrees of freedom.
    pairs = [(before, now) for before, now in zip(old, new, strict=False) if before is not None and now is not None]
    if not pairs:
        raise MeasureError(f"{request.metric} was not kept with the baseline", hint="keep it anew with --save-baseline")
    row = judge_quality(
        [now for _, now in pairs],
        [before for before, _ in pairs],
        max_loss=request.max_loss,
        metric=request.metric,
        less_is_better=request.lower_is_better,
    )
    # A run that says nothing of its quality may be the one that lost it.
    is_open = row.outcome == "pass" and bool(unlogged_notes(found, request))
    return (replace(row, outcome="inconclusive") if is_open else row,)


def unlogged_notes(found: PairedMeasurement, request: GateRequest) -> tuple[str, ...]:
    """Say which arm has ended well and logged nothing of the metric that is asked for, and how often."""
    notes = []
    for arm in found.arms if request.metric is not None else ():
        done = [each for each in found.of(arm) if each.ok]
        silent = sum(request.metric not in each.metrics for each in done)
        if silent:
            notes.append(f"the {arm} logged no {request.metric} in {silent} of {len(done)} repetitions")
    return tuple(notes)


def outcome_of(judgement: Judgement, quality: Sequence[QualityRow], noise: Control | None) -> str:
    """Join what was judged: one fail fails, and nothing passes unless all of it does and the machine is quiet enough."""
    outcomes = {judgement.outcome or "inconclusive", *(row.outcome for row in quality)}
    if "fail" in outcomes:
        return "fail"
    is_certain = outcomes == {"pass"} and not (noise is not None and noise.is_too_noisy)
    return "pass" if is_certain else "inconclusive"


def noise_notes(noise: Control | None) -> tuple[str, ...]:
    """Say what the baseline against itself has shown, where that matters."""
    if noise is None:
        return ("there was no time to compare the baseline with itself first",)
    if noise.is_too_noisy:
        return (
            f"this machine is too noisy: the baseline against itself varies by {noise.cv_ratio:.0%} a run; a pass would take"
            f" about {noise.needed_pairs} pairs, or a quieter machine",
        )
    if noise.is_biased:
        return ("the baseline differs from itself more than by chance: something beside it loads this machine unevenly",)
    return ()


def lost_notes(found: PairedMeasurement) -> tuple[str, ...]:
    """Say how many repetitions of which arm failed and were left out."""
    notes = []
    for arm, reason in found.failed.items():
        own = found.of(arm)
        failed = sum(not each.ok for each in own)
        if failed:
            notes.append(f"the {arm} failed in {failed} of {len(own)} repetitions, whose pairs are left out: {reason}")
    return tuple(notes)


def middle(costs: Sequence[float | None]) -> float | None:
    """Give the median of the costs that are known."""
    known = [cost for cost in costs if cost is not None]
    return statistics.median(known) if known else None


def _by_block(repetitions: Sequence[Repetition], metric: str) -> list[float | None]:
    return [each.metrics.get(metric) if each.ok else None for each in repetitions]
