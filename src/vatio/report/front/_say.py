"""Say a front in words: what is chosen, how sure that is, what the search cost and when it is repaid."""

from __future__ import annotations

import math

from vatio.records import Front, FrontPoint, Interval, Quantity, Rejected
from vatio.report._words import Words
from vatio.units import S_PER_DAY

# Metrics of which a hundredth is a point; others are written as they are.
_RATIOS = (
    "accuracy",
    "balanced_accuracy",
    "f1",
    "precision",
    "recall",
    "jaccard",
    "roc_auc",
    "top_k_accuracy",
    "average_precision",
)
_POINTS = 100.0


def headline(front: Front, words: Words) -> str:
    """Say how many times cheaper the chosen points are, or that nothing should change."""
    chosen = [point for point in chosen_points(front) if point.chain]
    if not chosen:
        return words.say("front_keep")
    if len(chosen) == 1 and len(front.batches) == 1:
        return words.say("front_times", times=times(chosen[0], words))
    said = [words.say("front_times_at", times=times(point, words), batch=str(point.batch)) for point in chosen]
    return words.names(said)


def reasons(front: Front, words: Words) -> list[str]:
    """Say what was certified, what costs are, and what the search itself cost."""
    values = {"metric": front.metric, "loss": loss(front, words), "confidence": words.exact(front.confidence, "ratio")}
    key = "front_keep_why" if not any(point.chain for point in chosen_points(front)) else "front_loss"
    if key == "front_loss" and front.max_loss == 0.0:
        key = "front_loss_none"
    return [words.say(key, **values), words.say(f"front_unit_{front.unit.lower()}"), search(front, words)]


def search(front: Front, words: Words) -> str:
    """Say what the search cost, and after how many answers that is repaid."""
    trials, cost = front.search.trials, search_cost(front, words)
    key = "front_search_one" if trials == 1 else "front_search"
    said = words.say(key, cost=cost, trials=words.count(trials))
    repaid = min((point for point in chosen_points(front) if point.payback_calls), key=_payback, default=None)
    if repaid is None or repaid.payback_calls is None:
        return f"{said}."
    values = {"calls": count(repaid.payback_calls, words), "batch": str(repaid.batch)}
    if not front.calls_per_day:
        return said + words.say("front_repaid", **values)
    time = words.duration(float(f"{repaid.payback_calls / front.calls_per_day * S_PER_DAY:.3g}"))
    return said + words.say("front_repaid_in", **values, time=time, rate=count(front.calls_per_day, words))


def search_cost(front: Front, words: Words) -> str:
    """Write what the search cost: joules where they were counted, else CPU-seconds."""
    if front.search.energy_j.provenance == "measured":
        return words.best(front.search.energy_j, "j")
    return f"{words.count(float(f'{front.search.cpu_s:.3g}'))}\u00a0CPU-s"


def chosen_points(front: Front) -> list[FrontPoint]:
    """List what is chosen, by batch."""
    return [point for batch in front.batches if (point := front.chosen_for(batch)) is not None]


def ordered(front: Front, batch: int) -> list[FrontPoint]:
    """List the points of a batch as they are numbered: the baseline first, then the cheapest first."""
    own = [point for point in front.points if point.batch == batch]
    base = [point for point in front.baseline if point.batch == batch]
    return [*base, *sorted(own, key=lambda point: front.cost_of(point).value or math.inf)]


def times(point: FrontPoint, words: Words) -> str:
    """Write how many times cheaper, with three digits and without the interval."""
    return words.count(float(f"{point.times.value:.3g}"))


def interval(found: Interval, words: Words, *, size: float = 1.0) -> str:
    """Write an estimate with its interval, with as many digits as that allows."""
    return words.quantity(_quantity(found, size), "").strip().rstrip("\u00a0")


def quality(found: Interval, metric: str, words: Words) -> str:
    """Write a quality with its interval."""
    if is_ratio(metric):
        return words.quantity(_quantity(found), "ratio")
    return interval(found, words)


def quality_value(value: float, metric: str, words: Words) -> str:
    """Write a quality without an interval."""
    return words.exact(float(f"{value:.4g}"), "ratio") if is_ratio(metric) else words.count(float(f"{value:.4g}"))


def change(found: Interval | None, metric: str, words: Words) -> str:
    """Write a change of quality with its sign and its interval, in points where that means something."""
    if found is None:
        return ""
    size = _POINTS if is_ratio(metric) else 1.0
    said = words.quantity(_quantity(found, size), "").strip().rstrip("\u00a0")
    said = f"+{said}" if found.value > 0.0 else said
    return words.say("front_points_unit", value=said).replace(" pt", "\u00a0pt") if is_ratio(metric) else said


def loss(front: Front, words: Words) -> str:
    """Write what may be lost."""
    if is_ratio(front.metric):
        return words.say("front_points_unit", value=words.count(float(f"{front.max_loss * _POINTS:.4g}"))).replace(
            " ", "\u00a0"
        )
    return words.count(front.max_loss)


def chain(point: FrontPoint | Rejected, words: Words) -> str:
    """Write a chain's steps, one after the other."""
    return " \u203a ".join(point.chain) or words.say("front_chain_none")


def state(point: FrontPoint, front: Front, words: Words) -> str:
    """Say whether a point is the baseline, chosen, certified or not."""
    is_chosen = front.chosen.get(str(point.batch)) == point.id
    if not point.chain:
        return words.say("front_baseline")
    if is_chosen:
        return words.say("front_chosen")
    return words.say("front_certified" if point.certified else "front_open")


def cost(quantity: Quantity, words: Words) -> str:
    """Write a cost with its interval, without its unit, which the head of the column has."""
    return words.say("not_measured") if quantity.is_missing else words.quantity(quantity, "").strip().rstrip("\u00a0")


def latency(point: FrontPoint, words: Words) -> str:
    """Write the median and the 99th percentile of a call."""
    if not point.latency_s:
        return ""
    return " / ".join(words.about(point.latency_s[name], "s") if name in point.latency_s else "-" for name in ("p50", "p99"))


def payback(point: FrontPoint, words: Words) -> str:
    """Write after how many answers the search is repaid."""
    if not point.chain:
        return ""
    return words.say("front_never") if point.payback_calls is None else count(point.payback_calls, words)


def count(number: float, words: Words) -> str:
    r"""Write a large number with three digits.

    >>> from vatio.report.front._words import words
    >>> count(1234.0, words("en")), count(5_678_901.0, words("en"))
    ('1230', '5.68\xa0M')
    """
    for size, name in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if number >= size:
            size = 1e3 if name == "k" else size
            return f"{words.count(float(f'{number / size:.3g}'))}\u00a0{name}"
    return words.count(float(f"{number:.3g}"))


def is_ratio(metric: str) -> bool:
    """Tell whether a hundredth of a metric is a point.

    >>> is_ratio("f1_macro"), is_ratio("r2")
    (True, False)
    """
    return metric.startswith(_RATIOS)


def _payback(point: FrontPoint) -> int:
    return point.payback_calls or 0


def _quantity(found: Interval, size: float = 1.0) -> Quantity:
    low, high = (found.value if end is None else end for end in (found.low, found.high))
    return Quantity.around(found.value * size, low * size, high * size, provenance="measured")
