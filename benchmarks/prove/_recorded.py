"""The recorded runs, cut into stretches of thirty blocks, and what the gate decides on each of them.

A stretch keeps the order in which its blocks ran, with whatever the machine did meanwhile. Which of two runs of the same
program is called the candidate is dealt anew for each decision, as a shuffled order deals it. Stretches are the blocks of the
bootstrap: decisions on one of them are not independent, and an upper bound that took them for it would be too low.
"""

from __future__ import annotations

import csv
import math
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from benchmarks.prove._record import RECORDED
from vatio.analysis import GateRule, judge

PAIRS = 30
KINDS = ("loops", "arrays", "files")
CPU, ELAPSED = "cpu_s", "elapsed_s"
_RESAMPLES = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of one program: what each run cost, CPU-seconds and seconds, and the machine's load when it began."""

    kind: str
    load: float
    costs: dict[str, float]

    def of(self, arm: str, what: str) -> float:
        """Give what one run cost."""
        return self.costs[f"{arm}_{what}"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the gate said on one stretch, and after how many pairs."""

    stretch: int
    outcome: str
    pairs: int


@cache
def blocks(kind: str) -> tuple[Block, ...]:
    """Read the blocks of one program, in the order in which they ran."""
    with RECORDED.open(newline="") as file:
        rows = csv.DictReader(line for line in file if line[:1] != "#")
        return tuple(
            Block(
                kind=kind,
                load=float(row["load_1min"]),
                costs={name: float(row[name]) for name in row if name.endswith("_s") and row[name]},
            )
            for row in rows
            if row["kind"] == kind
        )


Pairing = Callable[[Sequence[Block], str, random.Random], list[float]]


def stretches() -> list[tuple[Block, ...]]:
    """Cut the blocks of every program into stretches of thirty, none of them in two."""
    return [blocks(kind)[at : at + PAIRS] for kind in KINDS for at in range(0, len(blocks(kind)) - PAIRS + 1, PAIRS)]


def cv_ratio(stretch: Sequence[Block], what: str) -> float:
    """Give the spread of the ordinary runs of a stretch over their mean."""
    costs = [block.of(arm, what) for block in stretch for arm in ("a1", "a2")]
    return statistics.stdev(costs) / statistics.fmean(costs)


def against_itself(stretch: Sequence[Block], what: str, rng: random.Random) -> list[float]:
    """Pair each run with the other of the same command, either of them the candidate."""
    return [
        block.of(candidate, what) / block.of(baseline, what)
        for block in stretch
        for baseline, candidate in [rng.sample(("a1", "a2"), 2)]
    ]


def as_recorded(stretch: Sequence[Block], what: str, rng: random.Random) -> list[float]:
    """Pair them under the names that they had when they ran; nothing is dealt."""
    return [block.of("a2", what) / block.of("a1", what) for block in stretch]


def against_more_work(stretch: Sequence[Block], what: str, rng: random.Random) -> list[float]:
    """Pair the run that does 5 % more work with one of the ordinary ones."""
    return [block.of("b", what) / block.of(rng.choice(("a1", "a2")), what) for block in stretch]


def drawn_apart(candidate_arm: str, chosen: Sequence[tuple[Block, ...]], *, tries: int, rule: GateRule) -> list[Decision]:
    """Decide on elapsed seconds drawn one by one from the blocks of a program: runs that were not interleaved."""
    rng, found = random.Random(11), []
    for number, kind in enumerate(KINDS):
        pool = [block for stretch in chosen for block in stretch if block.kind == kind]
        for _ in range(tries if pool else 0):
            pairs = [(rng.choice(pool), rng.choice(pool)) for _ in range(PAIRS)]
            ratios = [new.of(candidate_arm, ELAPSED) / old.of("a1", ELAPSED) for new, old in pairs]
            found.append(_decide(ratios, rule, number))
    return found


def drawn_log_normal(cv_ratio: float, change_ratio: float, *, tries: int, rule: GateRule) -> list[Decision]:
    """Decide on costs that vary log-normally by just that much."""
    rng, width = random.Random(12), math.sqrt(math.log1p(cv_ratio**2))
    return [
        _decide([(1.0 + change_ratio) * math.exp(rng.gauss(0.0, width) - rng.gauss(0.0, width)) for _ in range(PAIRS)], rule, 0)
        for _ in range(tries)
    ]


def decisions(
    pairing: Pairing,
    chosen: Sequence[tuple[Block, ...]],
    *,
    each: int,
    rule: GateRule,
    what: str = CPU,
) -> list[Decision]:
    """Let the gate decide so many times on each stretch, look after look, as it does while it measures."""
    rng = random.Random(20_26)
    return [_decide(pairing(stretch, what, rng), rule, number) for number, stretch in enumerate(chosen) for _ in range(each)]


def share_percent(found: Sequence[Decision], outcome: str) -> float:
    """Give the share of an outcome in percent."""
    return 100.0 * sum(one.outcome == outcome for one in found) / len(found)


def upper_percent(found: Sequence[Decision], outcome: str) -> float:
    """Give the upper end of the one-sided 95 % interval of a share: whole stretches are drawn, with replacement."""
    hits: dict[int, list[bool]] = {}
    for one in found:
        hits.setdefault(one.stretch, []).append(one.outcome == outcome)
    shares = [statistics.fmean(some) for some in hits.values()]
    rng = random.Random(5)
    drawn = sorted(statistics.fmean(rng.choices(shares, k=len(shares))) for _ in range(_RESAMPLES))
    return 100.0 * drawn[int(0.95 * _RESAMPLES)]


def one_run_percent(limit_ratio: float, *, is_kept: bool) -> float:
    """Give how often the rule "one run is more than so much worse" cries wolf on a program against itself.

    The baseline's run was kept from some other block, as a number in a repository is, or it ran in the same block.
    """
    rng, alarms, tries = random.Random(7), 0, 30_000
    for _ in range(tries):
        block = rng.choice(blocks(rng.choice(KINDS)))
        before = rng.choice(blocks(block.kind)) if is_kept else block
        baseline, candidate = rng.sample(("a1", "a2"), 2)
        alarms += block.of(candidate, CPU) / before.of(baseline, CPU) > 1.0 + limit_ratio
    return 100.0 * alarms / tries


def true_change_ratio(what: str = CPU) -> float:
    """Give what the additional work costs: the mean over all blocks of all programs."""
    every = [block for kind in KINDS for block in blocks(kind)]
    logs = [math.log(block.of("b", what)) - math.log(block.of("a1", what) * block.of("a2", what)) / 2.0 for block in every]
    return math.expm1(statistics.fmean(logs))


def _decide(ratios: Sequence[float], rule: GateRule, number: int) -> Decision:
    looks = (judge(ratios[:look], rule=rule) for look in rule.looks)
    found = next(judgement for judgement in looks if judgement.outcome is not None)
    return Decision(stretch=number, outcome=str(found.outcome), pairs=found.pairs)
