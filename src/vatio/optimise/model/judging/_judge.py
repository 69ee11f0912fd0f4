"""Judge one candidate on the certifying cases: what it loses, in every class too, and how many more labels would tell."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any, NamedTuple

from vatio.analysis import paired_share_p, share_upper
from vatio.errors import UsageError
from vatio.optimise.model.judging._evidence import Evidence, share_evidence, weigh
from vatio.optimise.model.judging._quality import Quality
from vatio.optimise.model.metrics import decisions
from vatio.records import Interval

# How surely the foreseen number of labels shall be enough, and how many times as many are still worth naming.
_POWER_RATIO, _MOST_TIMES = 0.8, 1000.0


class Agreement(NamedTuple):
    """Hold on how many cases, labelled or not, a candidate decides as the baseline does."""

    agreed: int
    of: int


class Asked(NamedTuple):
    """Hold what all candidates are judged by; ``level`` is one candidate's part of what may err."""

    y: Any
    baseline: Any
    quality: Quality
    max_loss: float
    max_class_loss: float | None
    level: float
    seed: int


class Found(NamedTuple):
    """Hold what was found of one candidate, before the others are known; ``p`` is of all that is asked of it."""

    change: Interval
    p: float
    by: str
    reason: str
    more_labels: int | None
    class_losses: Mapping[str, Interval]


def judge(asked: Asked, scores: Any, agreed: Agreement | tuple[int, int] | None) -> Found:
    evidence = weigh(asked.quality, asked.y, asked.baseline, scores, seed=asked.seed)
    mirrored = weigh(asked.quality, asked.y, scores, asked.baseline, seed=asked.seed)
    by, p, low, more = "labels", evidence.p(asked.max_loss), evidence.low(asked.level), _more(evidence, asked)
    if agreed is not None and asked.quality.kind == "share":
        # Two ways to pass, so each may err half as often.
        low, p = evidence.low(asked.level / 2.0), min(1.0, 2.0 * p)
        told = _agreed(Agreement(*agreed), asked)
        by, p = min(("labels", p), ("agreement", told.p), key=lambda each: each[1])
        low = max(low, told.low)
    change = Interval(value=evidence.value, low=min(low, evidence.value), high=max(-mirrored.low(asked.level), evidence.value))
    found = Found(change, p, by, "" if p <= asked.level else _reason(change, asked, len(asked.y), more), more, {})
    return found if asked.max_class_loss is None else _with_classes(found, asked, scores, asked.max_class_loss)


class _Told(NamedTuple):
    low: float
    p: float


def _agreed(agreed: Agreement, asked: Asked) -> _Told:
    """Bound the change by how often the answers differ: no more right answers can be lost than answers have changed."""
    if not 0 <= agreed.agreed <= agreed.of or not agreed.of:
        raise UsageError(f"{agreed.agreed} of {agreed.of} cannot agree", hint="count cases, of at least one")
    differ = agreed.of - agreed.agreed
    p = paired_share_p(differ, 0, agreed.of, loss=min(asked.max_loss, 1.0))
    return _Told(-share_upper(differ, agreed.of, level=asked.level / 2.0), min(1.0, 2.0 * p))


def _more(evidence: Evidence, asked: Asked) -> int | None:
    """Say how many more cases it takes, were they like these, to be certain four times of five."""
    cases, allowed = len(asked.y), asked.max_loss
    if evidence.p(allowed) <= asked.level:
        return 0
    normal = NormalDist()
    level = normal.cdf(normal.inv_cdf(asked.level) - normal.inv_cdf(_POWER_RATIO))
    low, high = 1.0, _MOST_TIMES
    if evidence.value <= -allowed or evidence.foreseen(cases * high, level) < -allowed:
        return None
    while high / low > 1.03:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if evidence.foreseen(cases * middle, level) >= -allowed else (middle, high)
    return max(1, round(cases * (high - 1.0)))


def _with_classes(found: Found, asked: Asked, scores: Any, allowed: float) -> Found:
    """Judge the share of right answers in every class too: the candidate passes if it does everywhere."""
    old, new = decisions(asked.baseline), decisions(scores)
    for at, name in enumerate(asked.quality.classes):
        mine = asked.y == at
        if mine.any():
            of_class = asked._replace(y=asked.y[mine], max_loss=allowed)
            found = _with_class(found, of_class, (old[mine] == at, new[mine] == at), str(name), len(asked.y))
        else:
            reason = found.reason or f"class {name} has no certifying case"
            found = found._replace(p=1.0, reason=reason, more_labels=None)
    return found


def _with_class(found: Found, asked: Asked, right: tuple[Any, Any], name: str, cases: int) -> Found:
    """Add one class, from which of its cases were right before and are after."""
    before, after = right
    worse, better = int((before & ~after).sum()), int((after & ~before).sum())
    evidence, mirrored = share_evidence(worse, better, len(asked.y)), share_evidence(better, worse, len(asked.y))
    change = Interval(value=evidence.value, low=evidence.low(asked.level), high=-mirrored.low(asked.level))
    p, more = evidence.p(asked.max_loss), _more(evidence, asked)
    # Labels come in the classes' shares, so a rare class takes many of them.
    whole = None if more is None else round(more * cases / len(asked.y))
    reason = "" if p <= asked.level else _reason(change, asked, len(asked.y), whole, f"class {name} ")
    return found._replace(
        p=max(found.p, p),
        reason=found.reason or reason,
        more_labels=None if whole is None or found.more_labels is None else max(whole, found.more_labels),
        class_losses={**found.class_losses, name: _loss(change)},
    )


def _loss(change: Interval) -> Interval:
    return Interval(value=0.0 - change.value, low=-(change.high or 0.0), high=-(change.low or 0.0))


def _reason(change: Interval, asked: Asked, cases: int, more: int | None, what: str = "") -> str:
    """Say why these cases do not certify a candidate."""
    low, high, allowed = change.low or 0.0, change.high or 0.0, asked.max_loss
    if high < -allowed:
        return f"{what}loses {-change.value:.4g}, surely more than {-high:.4g}; {allowed:.4g} is allowed"
    if change.value <= -allowed and change.value < 0.0:
        return f"{what}loses {-change.value:.4g} on {cases} cases; {allowed:.4g} is allowed"
    missing = "no number of such cases would tell" if more is None else f"about {more} more labelled cases would tell"
    return f"{what}may lose {-low:.4g} by {cases} cases, {allowed:.4g} is allowed: {missing}"
