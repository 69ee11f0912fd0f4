"""Write the verdict of a gate: what was judged, what it stands on, and what came before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from vatio.analysis import Control, Judgement, change_point, tests_beside
from vatio.errors import InvalidRecord
from vatio.govern.gate._bench import Bench
from vatio.govern.gate._judging import lost_notes, middle, noise_notes, outcome_of, quality_of, unlogged_notes
from vatio.govern.gate.arms import BASELINE, CANDIDATE, Sides
from vatio.measure import PairedMeasurement
from vatio.records import HistoryShift, QualityRow, Verdict, from_json, rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger import Said

KIND = "verdict"
_ADVICE = {"pass": "approve", "fail": "roll back"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Say where verdicts of one comparison are found again."""

    series: str
    branch: str | None
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Hold what a verdict stands on; ``baseline_costs`` and ``candidate_costs`` were judged, as ``ratios`` if paired."""

    found: PairedMeasurement
    judgement: Judgement
    baseline_costs: tuple[float, ...]
    candidate_costs: tuple[float, ...]
    noise: Control | None
    quality: tuple[QualityRow, ...]
    notes: tuple[str, ...]
    ratios: tuple[float, ...] = ()


def basis_of_pairs(
    found: PairedMeasurement, judgement: Judgement, bench: Bench, *, noise: Control | None, notes: Sequence[str]
) -> Basis:
    """Lay out what pairs have shown."""
    both = found.costs.both(BASELINE, CANDIDATE)
    return Basis(
        found=found,
        judgement=judgement,
        baseline_costs=tuple(before for before, _ in both),
        candidate_costs=tuple(now for _, now in both),
        noise=noise,
        quality=quality_of(found, bench.request),
        notes=(*notes, *noise_notes(noise), *lost_notes(found), *unlogged_notes(found, bench.request)),
        ratios=found.pairs(BASELINE, CANDIDATE),
    )


def verdict_of(basis: Basis, bench: Bench, sides: Sides, *, place: Place, history: Sequence[tuple[str, Verdict]]) -> Verdict:
    """Write the verdict; ``history`` are the earlier ones of its place with their dates, the oldest first."""
    request, judgement, found = bench.request, basis.judgement, basis.found
    outcome = outcome_of(judgement, basis.quality, basis.noise)
    candidate_value = middle(basis.candidate_costs)
    return Verdict(
        outcome=outcome,
        change_ratio=judgement.change_ratio,
        allowed_ratio=request.max_regression_ratio,
        resolution_ratio=request.resolution_ratio,
        mde_ratio=judgement.mde_ratio,
        pairs=judgement.pairs,
        more_pairs=_more_pairs(basis, outcome),
        unit=found.unit,
        baseline=sides.baseline.label,
        candidate=sides.candidate.label,
        quality=basis.quality,
        tests=tests_beside(basis.candidate_costs, basis.baseline_costs),
        energy_j=bench.energy_j,
        run=found.run,
        per=request.work_unit,
        test=judgement.test,
        p=judgement.p,
        level=judgement.level,
        effect_size=judgement.effect_size,
        notes=tuple(dict.fromkeys((*sides.notes, *basis.notes, *found.notes))),
        baseline_value=middle(basis.baseline_costs),
        candidate_value=candidate_value,
        noise_ratio=basis.noise.cv_ratio if basis.noise is not None else None,
        shift=shift_of(history, candidate_value),
        advice=_ADVICE.get(outcome) if request.lock is not None else None,
        packages=sides.packages,
        series=place.series,
        branch=place.branch,
        host=place.host,
        ratios=basis.ratios,
    )


def earlier_verdicts(said: Sequence[Said], place: Place) -> tuple[tuple[str, Verdict], ...]:
    """Read the verdicts of one place with their dates, the oldest first; what this vatio cannot read is left out."""
    found = []
    for entry in said:
        if any(entry.payload.get(name) != getattr(place, name) for name in ("series", "branch", "host")):
            continue
        try:
            found.append((entry.at, from_json(Verdict, dict(entry.payload))))
        except InvalidRecord:
            continue
    return tuple(found)


def _more_pairs(basis: Basis, outcome: str) -> int | None:
    """Say how many more pairs would decide: none where it is decided, and what the noise asks where that is in the way."""
    if outcome != "inconclusive":
        return 0
    if basis.noise is not None and basis.noise.is_too_noisy:
        return max(1, basis.noise.needed_pairs - basis.judgement.pairs)
    return basis.judgement.more_pairs if basis.judgement.outcome == "inconclusive" else None


def shift_of(history: Sequence[tuple[str, Verdict]], candidate_value: float | None) -> HistoryShift | None:
    """Test the candidates' costs of all verdicts, this one included, for a change that has lasted."""
    known = [(at, verdict.candidate_value) for at, verdict in history if verdict.candidate_value]
    values = [value for _, value in known if value is not None]
    if not candidate_value or not values:
        return None
    found = change_point([*values, candidate_value])
    if found is None or found.change_ratio is None:
        return None
    since = known[found.at][0] if found.at < len(known) else rfc3339(datetime.now(UTC))
    return HistoryShift(since=since, change_ratio=found.change_ratio, p=found.p, verdicts=len(values) + 1)
