"""Write a front's tables: the points of each batch, what was left and why, how it is known."""

from __future__ import annotations

from vatio.records import Front, FrontPoint, Rejected
from vatio.report._words import Words
from vatio.report.front import _say

Rows = list[tuple[str, ...]]


def head(front: Front, words: Words) -> tuple[str, ...]:
    """Name the columns of ``points``."""
    cost = words.say(f"front_cost_{front.unit.lower()}")
    keys = ("front_change", "front_size", "front_latency", "front_payback")
    before = (words.say("front_chain"), words.say("front_state"), cost, words.say("front_times_head"), front.metric)
    return (*before, *(words.say(key) for key in keys))


def points(front: Front, batch: int, words: Words) -> Rows:
    """Write the points of a batch, the baseline first, then the cheapest first."""
    return [_point(at, point, front, words) for at, point in enumerate(_say.ordered(front, batch))]


def _point(at: int, point: FrontPoint, front: Front, words: Words) -> tuple[str, ...]:
    found = point.quality.get(front.metric)
    state, chain = _say.state(point, front, words), _say.chain(point, words)
    return (
        f"{at}. {chain}" if at else chain,
        f"{state}: {point.reason}" if point.reason else state,
        _say.cost(front.cost_of(point), words),
        _say.interval(point.times, words),
        words.say("not_measured") if found is None else _say.quality(found, front.metric, words),
        _say.change(point.change, front.metric, words) if point.chain else "",
        "" if point.size_bytes is None else words.about(point.size_bytes, "bytes"),
        _say.latency(point, words),
        _say.payback(point, words),
    )


def rejected_head(front: Front, words: Words) -> tuple[str, ...]:
    """Name the columns of ``rejected``."""
    keys = ("front_chain", "front_state", "front_reason", "front_batch_head", f"front_cost_{front.unit.lower()}")
    return tuple(words.say(key) for key in keys)


def rejected(front: Front, words: Words, *, most: int) -> Rows:
    """Write what is not on the front, with its reason: what was tried first."""
    ranked = sorted(front.rejected, key=lambda each: each.batch is None)
    return [_rejected(each, front, words) for each in ranked[:most]]


def _rejected(each: Rejected, front: Front, words: Words) -> tuple[str, ...]:
    cost = front.cost_of(each)
    return (
        _say.chain(each, words),
        words.name(each.status),
        each.reason,
        "" if each.batch is None else str(each.batch),
        "" if cost.is_missing else _say.cost(cost, words),
    )


def rule(front: Front, words: Words) -> Rows:
    """Write how the front came about."""
    found = [
        ("front_rule_metric", front.metric),
        ("front_rule_loss", _say.loss(front, words)),
        ("front_rule_confidence", words.exact(front.confidence, "ratio")),
        ("front_rule_unit", "J" if front.unit == "J" else "CPU-s"),
        (
            "front_rule_search",
            f"{_say.search_cost(front, words)}, {words.say('front_tile_trials', trials=str(front.search.trials))}",
        ),
    ]
    if front.calls_per_day:
        values = {"rate": _say.count(front.calls_per_day, words), "days": words.count(front.days or 365.0)}
        found.append(("front_rule_calls", words.say("front_rule_calls_value", **values)))
    if front.run:
        found.append(("front_rule_run", front.run))
    return [(words.say(key), value) for key, value in found]
