"""Certify on cases that nothing has seen that a candidate loses no more than may be lost, several candidates together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vatio.analysis import holm
from vatio.errors import UsageError
from vatio.optimise.model.judging._evidence import weigh
from vatio.optimise.model.judging._judge import Agreement, Asked, Found, judge
from vatio.optimise.model.judging._quality import Quality, check_shape
from vatio.optimise.model.metrics import decisions
from vatio.records import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Hold whether a candidate certainly loses no more than may be lost, and what is known of the change.

    The bounds of ``change`` each hold with the confidence asked for, for all candidates of the same call together; both
    sides together therefore with less. ``p`` is corrected by Holm for all candidates. ``by`` says what it rests on.
    ``more_labels`` is about how many more it takes, 0 where it is certified, ``None`` where no number would do.
    ``class_losses`` is what the share of right answers falls by in each class, where that was asked.
    """

    change: Interval
    p: float
    is_certified: bool
    by: str = "labels"
    reason: str = ""
    more_labels: int | None = 0
    class_losses: Mapping[str, Interval] = field(default_factory=dict)


def certify(
    y: Any,
    baseline: Any,
    candidates: Mapping[str, Any],
    *,
    quality: Quality,
    max_loss: float,
    confidence: float = 0.95,
    max_class_loss: float | None = None,
    agreements: Mapping[str, Agreement | tuple[int, int]] | None = None,
    seed: int = 0,
) -> dict[str, Certificate]:
    """Judge candidates by their scores on the certifying cases, ``y`` their labels; all of them at once, and only once.

    That no candidate is certified that loses more holds with the confidence asked for, however many there are (Holm). With
    ``max_class_loss`` a candidate must pass for the metric and for every class, so that its largest p counts. ``agreements``
    are of candidates that claim to decide as the baseline does: for a metric that is a share of right answers, cases without
    labels speak for them too.

    Raises:
        UsageError: there is no certifying case, scores do not belong to the labels, or a limit cannot be.
    """
    _check(y, baseline, candidates, quality, max_loss, confidence, max_class_loss)
    level = (1.0 - confidence) / max(1, len(candidates))
    asked = Asked(y, baseline, quality, max_loss, max_class_loss, level, seed)
    found = {name: judge(asked, scores, (agreements or {}).get(name)) for name, scores in candidates.items()}
    together = holm({name: each.p for name, each in found.items()})
    return {name: _certificate(asked, each, together[name], confidence, len(found)) for name, each in found.items()}


def foreseen_low(
    y: Any, baseline: Any, candidate: Any, *, quality: Quality, cases: int, confidence: float = 0.95, seed: int = 0
) -> float:
    """Give the lower bound of a candidate's change that is to be expected on so many fresh cases, from these.

    Raises:
        UsageError: there is no case, or scores do not belong to the labels.
    """
    _check(y, baseline, {"": candidate}, quality, 0.0, confidence, None)
    return weigh(quality, y, baseline, candidate, seed=seed).foreseen(max(1, cases), 1.0 - confidence)


def agreement(baseline: Any, candidate: Any) -> Agreement:
    """Count the cases in which two models decide for the same class."""
    return Agreement(int((decisions(baseline) == decisions(candidate)).sum()), len(baseline))


def _check(
    y: Any,
    baseline: Any,
    candidates: Mapping[str, Any],
    quality: Quality,
    max_loss: float,
    confidence: float,
    max_class_loss: float | None,
) -> None:
    if not len(y):
        raise UsageError("there is no labelled case to certify on", hint="give more labelled cases")
    if not 0.5 <= confidence < 1.0:
        raise UsageError(f"a confidence of {confidence}", hint="at least 0.5 and below 1, as 0.95")
    for limit in (max_loss, max_class_loss):
        if limit is not None and not 0.0 <= limit < float("inf"):
            raise UsageError(f"a loss of {limit} cannot be allowed", hint="0 or more, as 0.01")
    if max_class_loss is not None and not quality.classes:
        raise UsageError("a loss by class is asked, and values are told", hint="leave --max-class-loss out")
    for scores in (baseline, *candidates.values()):
        check_shape(y, scores, quality.classes)


def _certificate(asked: Asked, found: Found, p: float, confidence: float, candidates: int) -> Certificate:
    value, low, high = found.change.value, found.change.low or 0.0, found.change.high
    if p <= 1.0 - confidence:
        # Holm certifies a little more than bounds at equal parts show; what it certifies holds for all of them together.
        change = Interval(value=value, low=min(max(low, -asked.max_loss), value), high=high)
        return Certificate(change=change, p=p, is_certified=True, by=found.by, class_losses=found.class_losses)
    reason = found.reason or f"not certain together with the other {candidates - 1} candidates judged on the same cases"
    return Certificate(
        change=found.change,
        p=p,
        is_certified=False,
        reason=reason,
        more_labels=found.more_labels,
        class_losses=found.class_losses,
    )
