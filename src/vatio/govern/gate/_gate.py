"""Gate a change: make the arms, look where they load their code from, measure, judge, keep the verdict."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import FrameType

from vatio.analysis import control, judge, judge_groups
from vatio.errors import MeasureError, UsageError
from vatio.govern.gate._against import Opposed, opposed
from vatio.govern.gate._baseline import check_method
from vatio.govern.gate._bench import Bench, against_itself, compare
from vatio.govern.gate._judging import quality_of, rule_of, until_decided
from vatio.govern.gate._keeping import Kept, keep, place_of
from vatio.govern.gate._looking import look_through
from vatio.govern.gate._outcome import GateOutcome, GateProgress
from vatio.govern.gate._reason import reason_of
from vatio.govern.gate._request import GateRequest
from vatio.govern.gate._series import kept_costs, method_of
from vatio.govern.gate._verdict import Basis, basis_of_pairs, verdict_of
from vatio.govern.gate.arms import BASELINE, CANDIDATE, WITHIN
from vatio.records import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config

_ENDING = ("SIGTERM", "SIGHUP")


def run_gate(
    request: GateRequest,
    *,
    config: Config,
    environ: Mapping[str, str],
    progress: Callable[[GateProgress], None] | None = None,
) -> GateOutcome:
    """Compare a candidate with its baseline on this machine, judge, and keep the verdict in the ledger.

    The candidate is the working tree as it is; the baseline is measured beside it, in turn. A failed or undecided gate is an
    outcome, not an error. Whatever ends it, the baseline's tree is removed, by the next gate where this one was killed.

    Raises:
        UsageError: the request cannot mean anything, or the command is a gate itself.
        MeasureError: an arm cannot be made, fails, or loads the other's code; or what was kept is not comparable.
        LedgerError: a baseline or a run cannot be read.
    """
    if environ.get(WITHIN):
        raise UsageError("a gate is going on already, and its command starts another", hint="look at `command` of [gate]")
    bench = Bench(request=request, config=config, environ=environ, progress=progress)
    with _tidy_end(), opposed(bench, request.against) as against:
        if request.max_time_s is not None:
            bench = replace(bench, until_s=time.monotonic() + request.max_time_s)
        remarks = look_through(bench, against.sides)
        method = method_of(bench.done[-1], CANDIDATE, request.command)
        if against.baseline is not None:
            check_method(against.baseline, method)
        basis = _kept(bench, against, remarks) if against.is_kept else _paired(bench, against, remarks)
        where = place_of(method, bench)
        history = where.history()
        verdict = verdict_of(basis, bench, against.sides, place=where.place, history=history)
        kept = keep(verdict, basis, where=where, method=method)
    return _outcome(basis, kept, history=tuple(one for _, one in history))


def _paired(bench: Bench, against: Opposed, remarks: tuple[str, ...]) -> Basis:
    """Measure the baseline against itself, then both in turn."""
    rule = rule_of(bench.request)
    noise = against_itself(bench, against.sides, rule)
    found = compare(bench, against.sides, stop=until_decided(rule))
    ratios = found.pairs(BASELINE, CANDIDATE)
    if not ratios:
        raise MeasureError("no pair was measured whole", hint="give it more time with --max-time, or a shorter command")
    return basis_of_pairs(found, judge(ratios, rule=rule, final=True), bench, noise=noise, notes=remarks)


def _kept(bench: Bench, against: Opposed, remarks: tuple[str, ...]) -> Basis:
    """Measure the candidate alone, twice in each block, and hold it against what was kept."""
    rule = rule_of(bench.request)
    found = compare(bench, against.sides, stop=lambda costs: False, most_pairs=max(5, bench.request.pairs // 2))
    ratios, own = found.pairs(BASELINE, CANDIDATE), found.costs
    new = tuple(cost for pair in own.both(BASELINE, CANDIDATE) for cost in pair)
    if against.kept_runs:
        old, new = kept_costs(against.kept_runs, found, bench.request.work_unit)
    else:
        old = against.kept_costs
    if len(new) < 2 or not old:
        raise MeasureError("too few repetitions to compare with what was kept", hint="give it more time with --max-time")
    said = "the baseline's repetitions were kept, not measured again: how this machine has drifted since is in the change"
    return Basis(
        found=found,
        judgement=judge_groups(new, old, rule=rule),
        baseline_costs=old,
        candidate_costs=new,
        noise=control(ratios, rule=rule) if len(ratios) > 1 else None,
        quality=quality_of(found, bench.request, kept=_kept_metric(against, bench.request)),
        notes=(*remarks, said),
    )


def _kept_metric(against: Opposed, request: GateRequest) -> tuple[float, ...]:
    metric = request.metric or ""
    if against.baseline is not None:
        return against.baseline.metrics.get(metric, ())
    return tuple(run.metrics[metric] for run in against.kept_runs if metric in run.metrics)


def _outcome(basis: Basis, kept: Kept, *, history: tuple[Verdict, ...]) -> GateOutcome:
    return GateOutcome(
        verdict=kept.verdict,
        measurement=basis.found,
        ratios=basis.ratios,
        reason=reason_of(kept.verdict, basis.noise),
        history=history,
        saved=kept.saved,
        recorded_in=kept.recorded_in,
        entry=kept.entry,
    )


@contextmanager
def _tidy_end() -> Iterator[None]:
    """Let what would end this process at once end it after its folders are removed."""
    heard: list[int] = []

    def answer(number: int, _frame: FrameType | None) -> None:
        if not heard:
            heard.append(number)
            raise KeyboardInterrupt

    before = {}
    for number in (getattr(signal, name, None) for name in _ENDING):
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            with suppress(ValueError):  # not on the main thread: then nothing is taken over
                before[number] = signal.signal(number, answer)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if heard:
            os.kill(os.getpid(), heard[0])
