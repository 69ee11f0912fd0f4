"""Two runs side by side, or the runs of their kind, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from vatio.analysis import Comparison, GateRule, KeptJudgement, compare, judge_kept
from vatio.records import Quantity, RunRecord, Verdict, to_json
from vatio.report import clean, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.cli._rim import Rim
    from vatio.ledger import Ledger

HEADER = ("figure", "first", "second", "change")
RIGHT = (1, 2, 3)
# Names of units as the analysis writes them, and as the formatter knows them.
_UNITS = {"J": "j", "L": "l", "EUR": "eur"}
# More runs of one kind than these say no more, and reading them takes longer.
_MOST_RUNS = 200
_EXIT_CODES = {"pass": 0, "fail": 1, "inconclusive": 3}


def compare_runs(rim: Rim, first: str, second: str, *, as_json: bool) -> int:
    """Compare two runs figure by figure, and the runs of their kind by the gate's statistics; give the exit code."""
    from vatio.cli._terminal import put_json, put_lines, put_table

    gate = rim.config().gate
    rule = GateRule(allowed_ratio=gate.max_regression_ratio, resolution_ratio=gate.resolution_ratio)
    with rim.ledger() as ledger:
        before, after = ledger.run(first), ledger.run(second)
        groups = _groups(ledger, before, after)
    found, kept = compare(before, after), judge_kept(*groups, rule=rule)
    if as_json:
        put_json(comparison_json(found, kept, groups))
    else:
        put_table(HEADER, comparison_rows(found), right=RIGHT)
        put_lines([*judged(kept, groups), *remarks(found)])
    if min(map(len, groups)) < 2:
        return 0  # two runs were looked at, and nobody asked for a judgement
    return _EXIT_CODES[kept.verdict.outcome] if kept.verdict is not None else 3 if kept.refused else 0


def judged(kept: KeptJudgement, groups: Sequence[Sequence[RunRecord]]) -> list[str]:
    """Say what the runs of either kind come to together, or why nothing can be said."""
    if kept.verdict is not None:
        from vatio.report.verdict import headline

        said = [headline(kept.verdict), *_tests(kept.verdict, groups)]
    else:
        said = [f"no verdict: {reason}" for reason in kept.refused]
    return [clean(line) for line in (["", *said] if said else [])]


def _groups(ledger: Ledger, before: RunRecord, after: RunRecord) -> tuple[tuple[RunRecord, ...], tuple[RunRecord, ...]]:
    """Gather the runs of each one's kind; where both are of one kind, the second is held against all the others."""
    old = _kind(ledger, before)
    if after.id == before.id:
        return (before,), (after,)
    if after.id in {run.id for run in old}:
        return tuple(run for run in old if run.id != after.id), (after,)
    return old, _kind(ledger, after)


def _kind(ledger: Ledger, named: RunRecord) -> tuple[RunRecord, ...]:
    """Gather the runs of the same name and series, within the same run: repetitions of one thing."""
    runs = ledger.runs(_MOST_RUNS, name=named.name, series=named.series)
    alike = [run for run in runs if run.within == named.within and run.id != named.id]
    # The named one first: it has its environment.
    return (named, *alike)


def _tests(verdict: Verdict, groups: Sequence[Sequence[RunRecord]]) -> Iterator[str]:
    sizes = " and ".join(str(len(group)) for group in groups)
    more = f"; about {verdict.more_pairs} more of each would decide" if verdict.more_pairs and min(map(len, groups)) > 1 else ""
    yield f"{sizes} runs; {verdict.test} decides{'' if verdict.p is None else f', p {verdict.p:.2g}'}{more}"
    if verdict.effect_size is not None:
        yield f"effect size {verdict.effect_size:+.1f} (the change in units of its spread)"
    if verdict.tests:
        yield f"beside it {', '.join(f'{name} p {found.p:.2g}' for name, found in verdict.tests.items())}"


def comparison_rows(found: Comparison) -> list[tuple[str, ...]]:
    """Give a row for each figure; what is missing in one of the runs is said."""
    return [
        (row.name, _value(row.before, row.unit), _value(row.after, row.unit), _change(row.change_ratio)) for row in found.rows
    ]


def remarks(found: Comparison) -> list[str]:
    """Say what makes the figures hard to compare, and what differs around the runs."""
    lines = [f"caution: {caveat}" for caveat in found.caveats]
    lines += [f"differs: {item.field}: {item.before} -> {item.after}" for item in found.differences]
    return [clean(line) for line in (["", *lines] if lines else [])]


def comparison_json(found: Comparison, kept: KeptJudgement, groups: Sequence[Sequence[RunRecord]]) -> dict[str, Any]:
    """Give ``vatio.comparison/1``: the two runs, the ids of those of their kind, and the verdict on them if there is one."""
    value: dict[str, Any] = to_json(found)
    runs = [[run.id for run in group] for group in groups]
    return {"schema": "vatio.comparison/1", **value, "runs": runs, "verdict": to_json(kept.verdict), "refused": [*kept.refused]}


def _value(quantity: Quantity, unit: str) -> str:
    return told(quantity, _UNITS.get(unit, unit))


def _change(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:+.1%}"
