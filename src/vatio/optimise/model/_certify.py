"""Certify on cases that nothing has seen that a candidate loses no more than may be lost, several candidates together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any, NamedTuple

from vatio.analysis import holm, paired_share_p, share_upper
from vatio.errors import UsageError
from vatio.optimise.model._evidence import Evidence, share_evidence, weigh
from vatio.optimise.model._quality import Quality, check_shape
from vatio.optimise.model.metrics import decisions
from vatio.records import Interval

# How surely the foreseen number of labels shall be enough, and how many times as many are still worth naming.
_POWER_RATIO, _MOST_TIMES = 0.8, 1000.0


class Agreement(NamedTuple):
    """Hold on how many cases, labelled or not, a candidate decides as the baseline does."""

    agreed: int
    of: int


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


class _Asked(NamedTuple):
    """Hold what all candidates are judged by; ``level`` is one candidate's part of what may err."""

    y: Any
    baseline: Any
    quality: Quality
    max_loss: float
    max_class_loss: float | None
    level: float
    seed: int


class _Found(NamedTuple):
    """Hold what was found of one candidate, before the others are known; ``p`` is of all that is asked of it."""

    change: Interval
    p: float
    by: str
    reason: str
    more_labels: int | None
    class_losses: Mapping[str, Interval]


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
    asked = _Asked(y, baseline, quality, max_loss, max_class_loss, level, seed)
    found = {name: _judge(asked, scores, (agreements or {}).get(name)) for name, scores in candidates.items()}
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


def _judge(asked: _Asked, scores: Any, agreed: Agreement | tuple[int, int] | None) -> _Found:
    evidence = weigh(asked.quality, asked.y, asked.baseline, scores, seed=asked.seed)
    mirrored = weigh(asked.quality, asked.y, scores, asked.baseline, seed=asked.seed)
    by, p, low, more = "labels", evidence.p(asked.max_loss), evidence.low(asked.level), _more(evidence, asked, asked.max_loss)
    if agreed is not None and asked.quality.kind == "share":
        # Two ways to pass, so each may err half as often.
        low, p = evidence.low(asked.level / 2.0), min(1.0, 2.0 * p)
        told = _agreed(Agreement(*agreed), asked)
        by, p = min(("labels", p), ("agreement", told.p), key=lambda each: each[1])
        low = max(low, told.low)
    change = Interval(value=evidence.value, low=min(low, evidence.value), high=max(-mirrored.low(asked.level), evidence.value))
    found = _Found(change, p, by, _reason(change, asked, len(asked.y)), more, {})
    return found if asked.max_class_loss is None else _with_classes(found, asked, scores, asked.max_class_loss)


class _Told(NamedTuple):
    low: float
    p: float


def _agreed(agreed: Agreement, asked: _Asked) -> _Told:
    """Bound the change by how often the answers differ: no more right answers can be lost than answers have changed."""
    if not 0 <= agreed.agreed <= agreed.of or not agreed.of:
        raise UsageError(f"{agreed.agreed} of {agreed.of} cannot agree", hint="count cases, of at least one")
    differ = agreed.of - agreed.agreed
    p = paired_share_p(differ, 0, agreed.of, loss=min(asked.max_loss, 1.0))
    return _Told(-share_upper(differ, agreed.of, level=asked.level / 2.0), min(1.0, 2.0 * p))


def _more(evidence: Evidence, asked: _Asked, allowed: float) -> int | None:
    """Say how many more cases it takes, were they like these, to be certain four times of five."""
    cases = len(asked.y)
    if evidence.p(allowed) <= asked.level:
        return 0
    normal = NormalDist()
    level = normal.cdf(normal.inv_cdf(asked.level) - normal.inv_cdf(_POWER_RATIO))
    low, high = 1.0, _MOST_TIMES
    if evidence.value <= -allowed or evidence.foreseen(cases * high, level) < -allowed:
        return None
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if evidence.foreseen(cases * middle, level) >= -allowed else (middle, high)
    return max(1, round(cases * (high - 1.0)))


def _with_classes(found: _Found, asked: _Asked, scores: Any, allowed: float) -> _Found:
    """Judge the share of right answers in every class too: the candidate passes if it does everywhere."""
    old, new = decisions(asked.baseline), decisions(scores)
    for at, name in enumerate(asked.quality.classes):
        mine = asked.y == at
        cases = int(mine.sum())
        if not cases:
            reason = f"class {name} has no certifying case"
            found = found._replace(p=1.0, reason=found.reason or reason, more_labels=None)
            continue
        before, after = old[mine] == at, new[mine] == at
        evidence = share_evidence(int((before & ~after).sum()), int((after & ~before).sum()), cases)
        mirrored = share_evidence(int((after & ~before).sum()), int((before & ~after).sum()), cases)
        loss = Interval(value=0.0 - evidence.value, low=mirrored.low(asked.level), high=-evidence.low(asked.level))
        more = _more(evidence, asked._replace(y=asked.y[mine]), allowed)
        # Labels come in the classes' shares, so a rare class takes many of them.
        whole = None if more is None else round(more * len(asked.y) / cases)
        found = found._replace(
            p=max(found.p, evidence.p(allowed)),
            reason=found.reason or _reason(_negative(loss), asked._replace(max_loss=allowed), cases, f"class {name} "),
            more_labels=None if whole is None or found.more_labels is None else max(whole, found.more_labels),
            class_losses={**found.class_losses, str(name): loss},
        )
    return found


def _negative(loss: Interval) -> Interval:
    return Interval(value=0.0 - loss.value, low=-(loss.high or 0.0), high=-(loss.low or 0.0))


def _reason(change: Interval, asked: _Asked, cases: int, what: str = "") -> str:
    """Say why these cases do not certify a candidate; nothing where its own bound holds."""
    low, high, allowed = change.low or 0.0, change.high or 0.0, asked.max_loss
    if low >= -allowed > low - 1e-15 or low > -allowed:
        return ""
    if high < -allowed:
        return f"{what}loses {-change.value:.4g}, surely more than {-high:.4g}; {allowed:.4g} is allowed"
    if change.value <= -allowed and change.value < 0.0:
        return f"{what}loses {-change.value:.4g} on {cases} cases; {allowed:.4g} is allowed"
    return f"{what}may lose {-low:.4g} by {cases} cases; {allowed:.4g} is allowed"


def _certificate(asked: _Asked, found: _Found, p: float, confidence: float, candidates: int) -> Certificate:
    is_certified = p <= 1.0 - confidence
    change, reason, more = found.change, found.reason, found.more_labels
    if is_certified:
        # Holm certifies a little more than bounds at equal parts show; what it certifies holds for all of them together.
        change = Interval(value=change.value, low=max(change.low or 0.0, -asked.max_loss), high=change.high)
        return Certificate(change=change, p=p, is_certified=True, by=found.by, class_losses=found.class_losses)
    if not reason:
        reason = f"not certain together with the other {candidates - 1} candidates judged on the same cases"
    if more:
        reason += f": about {more} more labelled cases would tell"
    return Certificate(change=change, p=p, is_certified=False, reason=reason, more_labels=more, class_losses=found.class_losses)
