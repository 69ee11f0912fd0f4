"""Hold a metric over seeds against the original's, within a margin: L2, by two one-sided tests."""

from __future__ import annotations

from dataclasses import replace

from vatio.errors import UsageError
from vatio.govern.reproduce._results import Results
from vatio.govern.reproduce._stage import Performance, Stage, perform
from vatio.records import Divergence, Replay

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def over_seeds(
    stage: Stage, verdict: Replay, truth: Results, performed: list[Performance], *, progress: Callable[[str], None]
) -> Replay:
    """Repeat the run with the seeds 1 to K and test whether their mean lies within the margin of the original's metric.

    A seed is given as the variable ``VATIO_SEED``, and wherever an argument says ``{seed}``.

    Raises:
        UsageError: there is no such metric, or several and none was named.
    """
    request = stage.request
    name, value = _metric(truth, request.metric)
    values: list[float] = []
    for seed in range(1, request.seeds + 1):
        progress(f"replaying with seed {seed} of {request.seeds}")
        one = perform(stage, seed=seed)
        performed.append(one)
        if name not in one.results.metrics:
            gone = Divergence(
                field=f"metrics.{name}",
                original=value,
                replay=None,
                reason=f"failure: with seed {seed} there is none: {_why(one)}",
            )
            return replace(verdict, diverged=(*verdict.diverged, gone))
        values.append(one.results.metrics[name])
    return _tested(verdict, name, value, values, request.margin or 0.0)


def _tested(verdict: Replay, name: str, value: float, values: list[float], margin: float) -> Replay:
    from vatio.analysis import equivalence

    notes = verdict.notes
    if len(set(values)) == 1:
        notes = (*notes, f"every seed gave the same {name}: does the workload read VATIO_SEED, or an argument with {{seed}}?")
    mean, count = sum(values) / len(values), len(values)
    found = equivalence((value,) * count, values, margin=margin)
    told = f"metric {name}: original {value:.6g}, mean over {count} seeds {mean:.6g}, margin {margin:g}, p {found.p:.2g} (TOST)"
    verdict = replace(verdict, compared=(*verdict.compared, told), notes=notes)
    if found.is_equivalent:
        return replace(verdict, tier="L2")
    reason = (
        f"metric: its mean over {count} seeds is not shown to lie within {margin:g} of the original's (TOST, p {found.p:.2g})"
    )
    return replace(
        verdict, diverged=(*verdict.diverged, Divergence(field=f"metrics.{name}", original=value, replay=mean, reason=reason))
    )


def _metric(truth: Results, asked: str | None) -> tuple[str, float]:
    if asked is None and len(truth.metrics) == 1:
        return next(iter(truth.metrics.items()))
    if asked is None:
        known = ", ".join(truth.metrics) or "none"
        raise UsageError("L2 is about one metric: which?", hint=f"--metric NAME; the run has {known}")
    return asked, truth.metrics[asked]


def _why(one: Performance) -> str:
    return one.repeated.stopped or one.repeated.said or f"exit code {one.repeated.exit_code}"
