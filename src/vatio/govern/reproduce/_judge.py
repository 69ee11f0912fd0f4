"""Repeat a run as often as its verdict needs, and give the verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from vatio.errors import MeasureError, UsageError
from vatio.govern.reproduce._causes import differences, reason_of
from vatio.govern.reproduce._collect import results_of
from vatio.govern.reproduce._edited import edited_outputs
from vatio.govern.reproduce._energy import replayed_energy
from vatio.govern.reproduce._preparation import signed
from vatio.govern.reproduce._results import Comparison, Difference, Results, compare_results
from vatio.govern.reproduce._seeds import over_seeds
from vatio.govern.reproduce._stage import Performance, Stage, perform
from vatio.records import TIERS, Divergence, Replay, ReplayedEnergy, RunRecord

Progress = Callable[[str], None]
_NO_FILE = ("No such file or directory", "FileNotFoundError", "ModuleNotFoundError")


def judged(stage: Stage, *, progress: Progress) -> tuple[Replay, RunRecord | None]:
    """Repeat the run, compare, repeat it where that tells why, and over seeds where that is asked for.

    Raises:
        MeasureError: the code or a file could not be had, or nothing could be measured.
        UsageError: the metric that is asked for is not there.
    """
    request, original = stage.request, stage.preparation.original
    truth = results_of(
        original.record,
        stage.ledger,
        folder=original.folder,
        places={},
        veil=stage.veil,
        exit_code=_exit_code(original.record),
    )
    if request.metric is not None and request.metric not in truth.metrics:
        raise UsageError(f"the run has no metric {request.metric!r}", hint=f"it has {', '.join(truth.metrics) or 'none'}")
    by_seed_only = request.is_by_argument
    performed: list[Performance] = []
    verdict = _verdict(stage)
    if not by_seed_only:
        progress("replaying")
        performed.append(perform(stage))
        verdict = _compared(stage, verdict, truth, performed, progress)
    if request.seeds and (verdict.tier is None or by_seed_only):
        progress(f"replaying over {request.seeds} seeds")
        verdict = over_seeds(stage, verdict, truth, performed, progress=progress)
    records = [one.record for one in performed if one.record is not None]
    notes = tuple(dict.fromkeys((*verdict.notes, *(note for one in performed for note in one.notes))))
    verdict = replace(
        verdict,
        outcome="reached" if is_reached(verdict) else "diverged",
        replay=records[0].id if records else None,
        replays=tuple(record.id for record in records[1:]),
        energy=_energy(stage, records) if records else None,
        notes=notes,
    )
    return verdict, records[0] if records else None


def _energy(stage: Stage, records: Sequence[RunRecord]) -> ReplayedEnergy:
    is_fresh = stage.preparation.choice.lock is not None
    original, margin_ratio = stage.preparation.original.record, stage.request.energy_margin_ratio
    return replayed_energy(original, records, margin_ratio=margin_ratio, is_fresh=is_fresh)


def is_reached(verdict: Replay) -> bool:
    """Tell whether the best tier is at least the required one, and nothing contradicts the record itself."""
    good_enough = verdict.tier is not None and TIERS.index(verdict.tier) <= TIERS.index(verdict.required)
    return good_enough and not any(is_contradiction(one) for one in verdict.diverged)


def is_contradiction(divergence: Divergence) -> bool:
    """Tell a fault of the record, or of what lies here in its name, from a difference of results."""
    return not divergence.field.startswith(("outputs.", "metrics.", "exit_code", "limit")) or "edited by hand after" in (
        divergence.reason
    )


def _exit_code(record: RunRecord) -> int | None:
    """Give the code that the measuring command ended with; ``None`` of a block, which has none."""
    return record.exit_code if record.signal is None else 128 + record.signal


def _verdict(stage: Stage) -> Replay:
    choice, bundle = stage.preparation.choice, stage.preparation.original.bundle
    return Replay(
        outcome="diverged",
        tier=None,
        required=stage.request.tier,
        diverged=stage.preparation.contradictions,
        missing=(),
        energy=None,
        original=stage.preparation.original.record.id,
        replay=None,
        attestation=None,
        environment=choice.told,
        notes=choice.notes if bundle is None else (*choice.notes, f"code: that of the bundle, {signed(bundle)}"),
    )


def _compared(stage: Stage, verdict: Replay, truth: Results, performed: list[Performance], progress: Progress) -> Replay:
    """Compare the first repetition, and repeat once more where only that tells chance from an edited figure."""
    request, first = stage.request, performed[0]
    if first.repeated.stopped is not None:
        stopped = Divergence(
            field="limit",
            original=None,
            replay=first.repeated.stopped,
            reason=f"failure: {first.repeated.stopped}; it was ended",
        )
        return replace(verdict, diverged=(*verdict.diverged, stopped))
    if first.results.exit_code != truth.exit_code and any(word in first.repeated.said for word in _NO_FILE):
        hint = "a file that was neither declared (vatio run --input) nor kept with the code"
        raise MeasureError(f"{hint}: {first.repeated.said}")
    found = compare_results(truth, first.results, rtol=request.rtol, metric=request.metric)
    if not found.compared and not found.differences:
        nothing = Divergence(
            field="outputs", original=None, replay=None, reason="output: there is nothing to compare; declare it by --output"
        )
        return replace(verdict, diverged=(*verdict.diverged, nothing))
    around = _around(stage, first)
    repeats_itself = None
    causes = (*(one for one in verdict.diverged if one.field != "ledger"), *around)
    if _is_puzzling(found, causes) and not request.seeds:
        progress("replaying again: what differs, and nothing around it does")
        performed.append(perform(stage))
        again = compare_results(first.results, performed[1].results, rtol=0.0, metric=request.metric)
        repeats_itself = again.tier == "L0"
    return replace(
        verdict,
        tier=found.tier,
        diverged=(*verdict.diverged, *_diverged(found, causes, first, stage, repeats_itself), *edited_outputs(stage, first)),
        differences=around,
        compared=found.compared,
    )


def _is_puzzling(found: Comparison, around: Sequence[Divergence]) -> bool:
    """Tell whether results differ beyond the tolerance and nothing around them does."""
    beyond = [one for one in found.differences if one.is_beyond]
    causes = [one for one in around if not one.reason.startswith("system")]
    return bool(beyond) and not causes and beyond[0].field != "exit_code" and not beyond[0].is_of_nothing


def _around(stage: Stage, first: Performance) -> tuple[Divergence, ...]:
    if first.record is None or first.record.environment is None:
        return stage.preparation.differences
    return differences(stage.preparation.original.environment, first.record.environment)


def _diverged(
    found: Comparison, around: Sequence[Divergence], first: Performance, stage: Stage, repeats_itself: bool | None
) -> tuple[Divergence, ...]:
    environment = stage.preparation.original.environment
    seeded = bool(environment.seeds)

    def told(one: Difference) -> Divergence:
        reason = reason_of(one, found, around, repeats_itself=repeats_itself, seeded=seeded)
        said = f": {first.repeated.said}" if one.field == "exit_code" and first.repeated.said else ""
        remark = f" ({one.remark})" if one.remark else ""
        return Divergence(field=one.field, original=one.original, replay=one.replay, reason=f"{reason}{said}{remark}")

    return tuple(map(told, found.differences))
