"""Say a verdict in words: what changed, by how much, why that passes or fails, and what the comparison itself drew."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vatio.records import Interval, QualityRow, Verdict
from vatio.report._format import clean, fit
from vatio.report._words import Words
from vatio.report.verdict._words import words as words_of

_MOST_DECIMALS = 3
_LONGEST_UNIT = 24
_MOST = 1e6  # a ratio past which no more is told than that it is past it


def headline(verdict: Verdict, *, language: str = "en") -> str:
    """Say a verdict in one sentence.

    Raises:
        UnknownName: the report is not written in that language.
    """
    return sentence(verdict, words_of(language))


def sentence(verdict: Verdict, words: Words) -> str:
    """Say what came out, and the change with its interval."""
    if not verdict.pairs:
        return words.say("verdict_unmeasured", outcome=words.name(verdict.outcome))
    lost = [row for row in verdict.quality if row.outcome == "fail"]
    decided = by_interval(verdict)
    if verdict.outcome == "fail" and decided != "fail":
        key = "verdict_fail_quality" if lost else "verdict_fail_other"
    else:
        key = f"verdict_{verdict.outcome}"
    metrics = ", ".join(quality(row, words) for row in lost)
    return words.say(key, cost=cost(verdict, words), change=change(verdict, words), metrics=metrics)


def reasons(verdict: Verdict, words: Words) -> tuple[str, ...]:
    """Say in a few sentences why, in what it was compared, and what comparing drew."""
    said = [_why(verdict, words)]
    if verdict.outcome == "inconclusive" and verdict.more_pairs:
        said.append(words.say("why_more", count=words.count(verdict.more_pairs)))
    if verdict.unit == "cpu_s":
        said.append(words.say("why_cpu_s"))
    missing = verdict.energy_j.is_missing
    said.append(words.say("own_energy_missing") if missing else words.say("own_energy", energy=own_energy(verdict, words)))
    return tuple(part for part in said if part)


def own_energy(verdict: Verdict, words: Words) -> str:
    """Write what the comparison itself drew, and where that comes from when no sensor read it."""
    own = verdict.energy_j
    note = "" if own.is_missing or own.provenance == "measured" else f", {words.name(own.provenance)}"
    return f"{words.quantity(own, 'j')}{note}"


def by_interval(verdict: Verdict) -> str:
    """Tell what the interval of the cost alone says: quality, noise and failures may say otherwise."""
    low, high = verdict.change_ratio.low, verdict.change_ratio.high
    if low is not None and low > verdict.allowed_ratio:
        return "fail"
    if high is not None and high <= limit_ratio(verdict):
        return "pass"
    return "inconclusive"


def limit_ratio(verdict: Verdict) -> float:
    """Give the change from which on a pass is refused: what is allowed and the resolution."""
    return verdict.allowed_ratio + verdict.resolution_ratio


def cost(verdict: Verdict, words: Words) -> str:
    """Name what was compared: energy or CPU time, for each unit of work where there is one."""
    name = words.say("cost_j" if verdict.unit == "J" else "cost_cpu_s")
    return words.say("cost_per", cost=name, unit=fit(clean(verdict.per), _LONGEST_UNIT)) if verdict.per else name


def change(verdict: Verdict, words: Words) -> str:
    """Write the change and its interval, in percent."""
    if not verdict.pairs:
        return words.say("verdict_none")
    value, _, _ = percents(verdict.change_ratio, words)
    return f"{value} ({span(verdict.change_ratio, words)})"


def span(interval: Interval, words: Words) -> str:
    """Write the two ends of an interval, in percent, rounded outwards."""
    _, low, high = percents(interval, words)
    return ends(low, high, words)


def ends(low: str, high: str, words: Words) -> str:
    """Write two ends that are written already; an empty one is not known."""
    key = "span" if low and high else "span_low" if low else "span_high" if high else "span_none"
    return words.say(key, low=low, high=high)


def percents(interval: Interval, words: Words) -> tuple[str, str, str]:
    """Write value, low and high in percent with the digits that the interval allows; an end that is not known is empty."""
    ends = [end for end in (interval.low, interval.high) if end is not None]
    decimals = _decimals(max((abs(end - interval.value) for end in ends), default=abs(interval.value)))
    low = "" if interval.low is None else percent(interval.low, words, decimals=decimals, up=-1)
    high = "" if interval.high is None else percent(interval.high, words, decimals=decimals, up=1)
    return percent(interval.value, words, decimals=decimals), low, high


def percent(ratio: float, words: Words, *, decimals: int | None = None, up: int = 0) -> str:
    """Write a signed change in percent: rounded to nearest, down (``up`` -1) or up (1); as short as it goes unless told.

    >>> ascii(percent(0.05, words_of("en"))), ascii(percent(-0.0231, words_of("es"), decimals=1))
    ("'+5\\\\xa0%'", "'\\\\u22122,3\\\\xa0%'")
    """
    text = share(ratio, words, decimals=decimals, up=up)
    return f"+{text}" if ratio > 0.0 and any(mark in text for mark in "123456789") else text


def share(ratio: float, words: Words, *, decimals: int | None = None, up: int = 0) -> str:
    """Write a size in percent, with a sign only when it is negative."""
    scaled = min(_MOST, max(-_MOST, ratio)) * 100.0
    if decimals is None:
        text = f"{scaled:.4g}" if abs(scaled) < 1e4 else f"{scaled:.0f}"
    else:
        steps = scaled * 10.0**decimals
        whole = round(steps) if up == 0 else math.ceil(steps - 1e-6) if up > 0 else math.floor(steps + 1e-6)
        text = f"{whole / 10.0**decimals:.{decimals}f}"
    text = text.lstrip("-") if not float(text) else text
    return text.replace("-", words.marks.minus).replace(".", words.marks.decimal) + "\u00a0%"


def quality(row: QualityRow, words: Words) -> str:
    """Write how one metric changed, in its own unit."""
    return words.say("quality_lost", metric=clean(row.metric), change=amount(row.change.value, words))


def amount(value: float, words: Words) -> str:
    """Write a signed amount of a metric, in its own unit."""
    return ("+" if value > 0 else "") + words.count(value)


def changes(ratios: Sequence[float]) -> tuple[float, ...]:
    """Turn the pairs' ratios, candidate over baseline, into changes; what is no ratio of two costs is left out."""
    return tuple(min(_MOST, ratio - 1.0) for ratio in ratios if math.isfinite(ratio) and ratio > 0.0)


def pairs_of(verdict: Verdict, ratios: Sequence[float] | None) -> Sequence[float]:
    """Choose the pairs to draw: those given, else those that the verdict keeps."""
    return verdict.ratios if ratios is None else ratios


def _decimals(half_ratio: float) -> int:
    """Count the decimals, in percent, of two significant digits of an interval's half."""
    if half_ratio <= 0.0:
        return 1
    return min(_MOST_DECIMALS, max(0, 1 - math.floor(math.log10(half_ratio * 100.0))))


def _why(verdict: Verdict, words: Words) -> str:
    allowed, limit = (percent(ratio, words) for ratio in (verdict.allowed_ratio, limit_ratio(verdict)))
    _, low, _ = percents(verdict.change_ratio, words)
    if verdict.outcome == "inconclusive":
        mde = verdict.mde_ratio
        return "" if mde is None else words.say("why_inconclusive", mde=share(mde, words, decimals=1))
    if verdict.outcome != by_interval(verdict):
        return words.say("why_reason") if verdict.notes else ""
    if verdict.outcome == "fail":
        return words.say("why_fail", low=low, allowed=allowed)
    return words.say("why_pass", limit=limit, allowed=allowed, resolution=share(verdict.resolution_ratio, words))
