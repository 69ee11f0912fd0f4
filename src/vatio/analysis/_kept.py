"""Judge kept runs as the gate judges new ones: the same statistics where the runs are comparable, a reason where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from vatio.analysis._differences import environment_differences
from vatio.analysis.gate import GateRule, Judgement, judge, judge_groups
from vatio.analysis.hypotheses import tests_beside
from vatio.records import Quantity, RunRecord, Verdict

# Of two machines that are alike in these, one still costs more than the other: `hosts` is compared too.
_HARDWARE = ("cpu.model", "cpu.cores", "cpu.cpus_granted", "gpus.", "memory_bytes", "container")
_NO_COST = "neither joules from a meter nor CPU-seconds are known of all runs, and elapsed time decides nothing"
# Nothing was measured for it.
_OWN_ENERGY = Quantity.absent("comparison", source="kept runs were compared, and none made")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptJudgement:
    """Hold the verdict on kept runs; it is ``None`` where they are too few, or not comparable, which ``refused`` says."""

    verdict: Verdict | None
    refused: tuple[str, ...]


def judge_kept(baseline: Sequence[RunRecord], candidate: Sequence[RunRecord], *, rule: GateRule) -> KeptJudgement:
    """Judge two groups of kept runs, in pairs where they are repetitions of one comparison.

    Runs that did not finish and warm-ups are left out. With one run on either side there is no spread and no verdict. The
    hardware is told by the environments of those runs that carry one.
    """
    old, new = ([run for run in group if run.status == "finished" and not _is_warm_up(run)] for group in (baseline, candidate))
    if not old or not new or len(old) + len(new) < 3:
        return KeptJudgement(verdict=None, refused=())
    refused = tuple(dict.fromkeys(_differing(old, new)))
    unit = _unit([*old, *new])
    if refused or unit is None:
        return KeptJudgement(verdict=None, refused=refused or (_NO_COST,))
    per = _work_unit([*old, *new])
    pairs = _paired(old, new)
    costs = _costs(unit, per)
    before, after = [costs(run) for run in old], [costs(run) for run in new]
    ratios = tuple(costs(then) / costs(now) for now, then in pairs) if len(pairs) > 1 else ()
    judgement = judge(ratios, rule=_in_one_look(rule, len(ratios))) if ratios else judge_groups(after, before, rule=rule)
    verdict = _verdict(judgement, rule, unit=unit, per=per, runs=(old, new), costs=(before, after))
    return KeptJudgement(verdict=replace(verdict, ratios=ratios), refused=())


def _differing(old: Sequence[RunRecord], new: Sequence[RunRecord]) -> Iterator[str]:
    """Name what makes costs incomparable: another machine, other meters, another basis."""
    facts: dict[str, Callable[[RunRecord], str]] = {
        "host": lambda run: ", ".join(sorted(host.host for host in run.hosts)),
        "meters": lambda run: ", ".join(sorted({f"{part.device} by {part.meter}" for part in run.components})),
        "basis": lambda run: run.basis,
    }
    for name, fact in facts.items():
        kinds = list(dict.fromkeys(fact(run) or "none" for run in (*old, *new)))
        if len(kinds) > 1:
            yield f"other {name}: {'; '.join(kinds)}"
    known = [run.environment for run in (*old, *new) if run.environment is not None]
    for environment in known[1:]:
        for item in environment_differences(known[0], environment):
            if item.field.startswith(_HARDWARE):
                yield f"other hardware: {item.field} {item.before or 'not known'}; {item.after or 'not known'}"


def _unit(runs: Sequence[RunRecord]) -> str | None:
    """Choose joules where a meter read them in every run, else CPU-seconds: a model's joules are CPU-seconds in disguise."""
    energies = [run.own_energy_j for run in runs]
    if all(energy.provenance == "measured" and energy.is_complete and (energy.value or 0.0) > 0.0 for energy in energies):
        return "J"
    return "cpu_s" if all((run.cpu_s or 0.0) > 0.0 for run in runs) else None


def _work_unit(runs: Sequence[RunRecord]) -> str | None:
    """Give the unit of work that every run counted, where it is the only one."""
    counted = [{unit for unit, count in run.work.items() if count > 0.0} for run in runs]
    common = set.intersection(*counted)
    return common.pop() if len(common) == 1 else None


def _costs(unit: str, per: str | None) -> Callable[[RunRecord], float]:
    def cost(run: RunRecord) -> float:
        whole = run.own_energy_j.value if unit == "J" else run.cpu_s
        return (whole or 0.0) / (run.work[per] if per else 1.0)

    return cost


def _paired(old: Sequence[RunRecord], new: Sequence[RunRecord]) -> list[tuple[RunRecord, RunRecord]]:
    """Pair repetitions that ran in the same block of the same comparison, in the order of the blocks."""
    before, after = ({(run.within, run.tags["block"]): run for run in group if _block(run)} for group in (old, new))
    if len(before) < len(old) or len(after) < len(new):
        return []
    return [(before[block], after[block]) for block in sorted(before.keys() & after.keys(), key=lambda key: int(key[1]))]


def _is_warm_up(run: RunRecord) -> bool:
    """Tell by the tag that a comparison gives the repetitions that do not count: `w0`."""
    return run.within is not None and run.tags.get("block", "").startswith("w")


def _block(run: RunRecord) -> bool:
    return run.within is not None and run.tags.get("block", "").isdecimal()


def _in_one_look(rule: GateRule, pairs: int) -> GateRule:
    """Look once, at all pairs there are: nobody looked before."""
    return replace(rule, looks=(pairs,))


def _verdict(
    judgement: Judgement,
    rule: GateRule,
    *,
    unit: str,
    per: str | None,
    runs: tuple[Sequence[RunRecord], Sequence[RunRecord]],
    costs: tuple[Sequence[float], Sequence[float]],
) -> Verdict:
    old, new = runs
    return Verdict(
        outcome=judgement.outcome or "inconclusive",
        change_ratio=judgement.change_ratio,
        allowed_ratio=rule.allowed_ratio,
        resolution_ratio=rule.resolution_ratio,
        mde_ratio=judgement.mde_ratio,
        pairs=judgement.pairs,
        more_pairs=judgement.more_pairs,
        unit=unit,
        baseline=_named(old),
        candidate=_named(new),
        tests=tests_beside(costs[1], costs[0]),
        energy_j=_OWN_ENERGY,
        per=per,
        test=judgement.test,
        p=judgement.p,
        level=judgement.level,
        effect_size=judgement.effect_size,
        baseline_value=median(costs[0]),
        candidate_value=median(costs[1]),
    )


def _named(runs: Sequence[RunRecord]) -> str:
    return f"run:{runs[0].id}" if len(runs) == 1 else f"{len(runs)} runs {runs[0].name!r}"
