"""prove-01, prove-02, prove-07: what the gate's rule decides on recorded runs, of programs alike and of 5 % more work."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from benchmarks._row import Relation, Row
from benchmarks.prove._recorded import (
    CPU,
    ELAPSED,
    KINDS,
    PAIRS,
    Block,
    Decision,
    against_itself,
    against_more_work,
    as_recorded,
    blocks,
    cv_ratio,
    decisions,
    drawn_apart,
    drawn_log_normal,
    one_run_percent,
    share_percent,
    stretches,
    true_change_ratio,
    upper_percent,
)
from vatio.analysis import GateRule

RULE = GateRule()
COMMAND = "python -m benchmarks prove --only prove-01,prove-02,prove-07"
CALM_RATIO, NOISY_RATIO = 0.04, 0.30
_EACH = 60
NAIVE = "one run > 5 %"


def rows(peers: bool) -> list[Row]:
    """Decide on every stretch many times; the peer is the rule that one run decides."""
    every = stretches()
    alike = decisions(against_itself, every, each=_EACH, rule=RULE)
    return [
        *_false_alarms(every, alike),
        _undecided(every),
        *_found(every),
        _elapsed(every),
        _against_one_run(alike),
    ]


def _false_alarms(every: Sequence[tuple[Block, ...]], alike: Sequence[Decision]) -> list[Row]:
    share, plain = share_percent(alike, "fail"), decisions(as_recorded, every, each=1, rule=RULE)
    said = (
        f"{len(alike)} decisions on {len(every)} stretches of {PAIRS} blocks; {_runs()} runs of {len(KINDS)} programs on a"
        f" loaded machine, load {_load()}; level {RULE.level:.0%}, {share_percent(alike, 'pass'):.1f} % passed;"
        f" with the names as they were when recorded {sum(one.outcome == 'fail' for one in plain)} of {len(plain)} fail"
    )
    single = [
        _row(
            f"prove-01a-{kind}",
            f"A/A false alarms, {kind}",
            "<=",
            5.0,
            share_percent([one for one in alike if every[one.stretch][0].kind == kind], "fail"),
            "%",
        )
        for kind in KINDS
    ]
    return [
        _row("prove-01a", "A/A false alarms", "<=", 5.0, share, "%", why=said),
        *single,
        _row(
            "prove-01b",
            "A/A false alarms: upper 95 % bound, bootstrap over whole stretches",
            "<=",
            7.0,
            upper_percent(alike, "fail"),
            "%",
        ),
    ]


def _undecided(every: Sequence[tuple[Block, ...]]) -> Row:
    calm = _calm(every)
    found = decisions(against_itself, calm, each=_EACH, rule=RULE)
    why = f"{len(found)} decisions on the {len(calm)} stretches whose runs have a CV of 4 % or less"
    return _row(
        "prove-01d", "A/A, 30 pairs, resolution 5 %, CV <= 4 %: inconclusive", "<=", 20.0,
        share_percent(found, "inconclusive"), "%", why=why,
    )  # fmt: skip


def _found(every: Sequence[tuple[Block, ...]]) -> list[Row]:
    calm = _calm(every)
    found = decisions(against_more_work, calm, each=_EACH, rule=RULE)
    saved = 100.0 * (1.0 - statistics.fmean(one.pairs for one in found) / PAIRS)
    why = (
        f"an arm that does more of the same work, {true_change_ratio():+.2%} CPU-seconds by all blocks;"
        f" {len(found)} decisions on {len(calm)} stretches with CV <= 4 %; on all stretches"
        f" {share_percent(decisions(against_more_work, every, each=_EACH, rule=RULE), 'fail'):.1f} % are found"
    )
    return [
        _row("prove-02a", "a true +5 % found within 30 pairs", ">=", 90.0, share_percent(found, "fail"), "%", why=why),
        _row("prove-02b", "pairs saved by sequential stopping, mean", ">=", 30.0, saved, "%"),
    ]


def _elapsed(every: Sequence[tuple[Block, ...]]) -> Row:
    noisy = [stretch for stretch in every if cv_ratio(stretch, ELAPSED) >= NOISY_RATIO]
    recorded = [one for arm in ("a2", "b") for one in drawn_apart(arm, noisy, tries=200, rule=RULE)]
    normal = [one for change in (0.0, 0.05) for one in drawn_log_normal(NOISY_RATIO, change, tries=400, rule=RULE)]
    interleaved = [
        share_percent(decisions(pairing, noisy, each=10, rule=RULE, what=ELAPSED), "pass")
        for pairing in (against_itself, against_more_work)
    ]
    why = (
        f"{len(recorded)} decisions on elapsed seconds recorded under load (CV {_cv_range(noisy)}), drawn run by run, and"
        f" {len(normal)} on log-normal ones at CV 30 %, alike and +5 %; interleaved, pairs share most of such noise:"
        f" {interleaved[0]:.0f} % of alike pass then, and {interleaved[1]:.0f} % of +5 %;"
        " the gate itself takes joules or CPU-seconds and no elapsed time"
    )
    passes = float(sum(one.outcome == "pass" for one in [*recorded, *normal]))
    return _row("prove-02c", "wall-time-only inputs at CV 30 %: passes given", "==", 0.0, passes, "passes", why=why)


def _against_one_run(alike: Sequence[Decision]) -> Row:
    ours = share_percent(alike, "fail")
    kept, same = (one_run_percent(0.05, is_kept=is_kept) for is_kept in (True, False))
    return Row(
        id="prove-07",
        what='false alarms divided by those of "one run > 5 %", same runs',
        relation="<=",
        limit=0.3,
        got=round(ours / kept, 3),
        unit="ratio",
        peer=NAIVE,
        peer_got=f"{kept:.1f} % false alarms",
        command=COMMAND,
        why=f"ours {ours:.1f} %; a baseline's run kept from before; run in the same block it errs in {same:.1f} %",
    )


def _cv_range(chosen: Sequence[tuple[Block, ...]]) -> str:
    ratios = sorted(cv_ratio(stretch, ELAPSED) for stretch in chosen)
    return f"{ratios[0]:.0%} to {ratios[-1]:.0%}"


def _calm(every: Sequence[tuple[Block, ...]]) -> list[tuple[Block, ...]]:
    return [stretch for stretch in every if cv_ratio(stretch, CPU) <= CALM_RATIO]


def _runs() -> int:
    return sum(2 * len(blocks(kind)) for kind in KINDS)


def _load() -> str:
    loads = sorted(block.load for kind in KINDS for block in blocks(kind))
    return f"{loads[len(loads) // 10]:.1f} to {loads[-len(loads) // 10]:.1f}"


def _row(row_id: str, what: str, relation: Relation, limit: float, got: float, unit: str, *, why: str = "") -> Row:
    return Row(
        id=row_id, what=what, relation=relation, limit=limit, got=round(got, 2), unit=unit, command=COMMAND, why=why
    )  # fmt: skip
