"""Put a verdict's figures into rows that a page and a comment share: names and values, nothing escaped."""

from __future__ import annotations

from collections.abc import Sequence

from vatio.records import Interval, Quantity, Verdict
from vatio.report._format import clean, plain
from vatio.report._words import Words
from vatio.report.verdict._say import amount, change, changes, cost, ends, own_energy, percent, share

Rows = list[tuple[str, ...]]
_PACKAGES = 100


def rule(verdict: Verdict, words: Words) -> Rows:
    """List what was asked and what came out, in the order in which it is read."""
    more = words.say("unknown_count") if verdict.more_pairs is None else words.count(verdict.more_pairs)
    named = [
        ("verdict_change", change(verdict, words)),
        ("verdict_unit", cost(verdict, words)),
        ("verdict_baseline", clean(verdict.baseline)),
        ("verdict_candidate", clean(verdict.candidate)),
        ("verdict_allowed", percent(verdict.allowed_ratio, words)),
        ("verdict_resolution", share(verdict.resolution_ratio, words)),
        ("verdict_pairs", words.count(verdict.pairs)),
        ("verdict_more", more if verdict.outcome == "inconclusive" else ""),
        ("verdict_mde", "" if verdict.mde_ratio is None else share(verdict.mde_ratio, words, decimals=1)),
        ("verdict_noise", "" if verdict.noise_ratio is None else share(verdict.noise_ratio, words, decimals=1)),
        ("verdict_medians", _medians(verdict, words)),
        ("verdict_test", _test(verdict, words)),
        ("verdict_energy", own_energy(verdict, words)),
        ("verdict_branch", clean(verdict.branch or "")),
        ("verdict_run", clean(verdict.run or "")),
    ]
    return [(words.say(key), value) for key, value in named if value]


def quality(verdict: Verdict, words: Words) -> Rows:
    """List the metrics that were judged beside the cost."""
    return [
        (clean(row.metric), _metric(row.change, words), words.count(row.max_loss), words.name(row.outcome))
        for row in verdict.quality
    ]


def tests(verdict: Verdict, words: Words) -> Rows:
    """List the tests that stand beside the one that decides."""
    return [
        (clean(name if found.name == name else f"{name}: {found.name}"), words.count(found.statistic), _p(found.p, words))
        for name, found in verdict.tests.items()
    ]


def packages(verdict: Verdict) -> Rows:
    """List the distributions that differ between two locks; a dash where one has it not."""
    return [(clean(one.name), clean(one.baseline or "-"), clean(one.candidate or "-")) for one in verdict.packages[:_PACKAGES]]


def pairs(ratios: Sequence[float], words: Words) -> Rows:
    """List each pair's change, in order."""
    return [(str(at + 1), percent(ratio, words, decimals=2)) for at, ratio in enumerate(changes(ratios))]


def remarks(verdict: Verdict, words: Words) -> list[str]:
    """Give the advice of an upgrade, the shift of earlier verdicts, and the notes."""
    advice = {"approve": "advice_approve", "roll back": "advice_rollback"}.get(verdict.advice or "")
    said = [words.say(advice)] if advice else []
    if verdict.shift is not None:
        found = verdict.shift
        moved = percent(found.change_ratio, words, decimals=1)
        said.append(words.say("shift", change=moved, since=clean(found.since), p=_p(found.p, words)))
    return [*said, *(clean(note) for note in verdict.notes)]


def _medians(verdict: Verdict, words: Words) -> str:
    if verdict.baseline_value is None or verdict.candidate_value is None:
        return ""
    unit = "j" if verdict.unit == "J" else "s"
    first, second = (words.best(Quantity.exact(value), unit) for value in (verdict.baseline_value, verdict.candidate_value))
    return words.say("median_pair", baseline=first, candidate=second)


def _test(verdict: Verdict, words: Words) -> str:
    parts = [clean(verdict.test)]
    parts += [] if verdict.p is None else [f"{words.say('verdict_p')} {_p(verdict.p, words)}"]
    parts += (
        [] if verdict.level is None else [f"{words.say('verdict_level').lower()} {share(verdict.level, words, decimals=2)}"]
    )
    return ", ".join(part for part in parts if part)


def _p(p: float, words: Words) -> str:
    return plain(float(f"{p:.2g}"), marks=words.marks)


def _metric(found: Interval, words: Words) -> str:
    low, high = ("" if end is None else amount(end, words) for end in (found.low, found.high))
    return f"{amount(found.value, words)} ({ends(low, high, words)})"
