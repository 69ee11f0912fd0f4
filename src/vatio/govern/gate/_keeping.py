"""Keep a verdict in the ledger, with the baseline that it approves, and find the verdicts before it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace

from vatio.errors import LedgerError, MeasureError, UnknownName
from vatio.govern.gate import _baseline, _verdict
from vatio.govern.gate._baseline import Baseline
from vatio.govern.gate._bench import Bench
from vatio.govern.gate._series import Method, fingerprint_of, series_of
from vatio.govern.gate._verdict import Basis, Place, earlier_verdicts
from vatio.govern.gate.arms import CANDIDATE, Repository
from vatio.ledger import open_keeper, open_to_read
from vatio.measure import surroundings
from vatio.records import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Hold what surrounds a candidate: its place among verdicts, the machine, the commit where the tree has no changes."""

    bench: Bench
    place: Place
    project: str
    fingerprint: dict[str, str]
    commit: str | None

    def history(self) -> tuple[tuple[str, Verdict], ...]:
        """Read the earlier verdicts of this place with their dates, the oldest first."""
        try:
            with open_to_read(self.bench.config, environ=self.bench.environ) as ledger:
                return earlier_verdicts(ledger.said(_verdict.KIND), self.place)
        except (UnknownName, LedgerError):  # none yet, or it cannot be read now: the verdict stands without it
            return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Hold a verdict as it was kept; ``entry`` is ``None`` where nothing could be written."""

    verdict: Verdict
    entry: str | None
    recorded_in: str | None
    saved: str | None


def place_of(method: Method, bench: Bench) -> Where:
    """Look around the candidate."""
    around, record = surroundings(bench.environ), bench.done[-1].record
    project = record.project if record is not None else ""
    branch, commit = None, None
    try:
        repository = Repository(bench.folder, bench.environ)
        branch, commit = repository.branch, None if repository.is_dirty else repository.head
    except MeasureError:
        pass  # without git there is neither
    place = Place(series=series_of(method, project), branch=branch, host=around.host)
    return Where(bench=bench, place=place, project=project, fingerprint=fingerprint_of(around), commit=commit)


def keep(verdict: Verdict, basis: Basis, *, where: Where, method: Method) -> Kept:
    """Append the verdict, and the candidate as a baseline where that was approved; what could not be kept is noted."""
    bench = where.bench
    keeper = open_keeper(bench.config, environ=bench.environ)
    saved = None
    try:
        entry = keeper.append(_verdict.KIND, verdict, run=verdict.run)
        if bench.request.save_baseline is not None:
            keeper.append(_baseline.KIND, baseline_of(verdict, basis, where=where, method=method), run=verdict.run)
            saved = bench.request.save_baseline
        return Kept(verdict=verdict, entry=entry.hash, recorded_in=keeper.recorded_in, saved=saved)
    except LedgerError as error:
        if bench.request.save_baseline is not None:
            raise
        return Kept(verdict=replace(verdict, notes=(*verdict.notes, str(error))), entry=None, recorded_in=None, saved=None)
    finally:
        keeper.close()


def baseline_of(verdict: Verdict, basis: Basis, *, where: Where, method: Method) -> Baseline:
    """Describe the candidate as a baseline for later gates."""
    request, metrics = where.bench.request, {}
    if request.metric is not None:
        logged = [each.metrics.get(request.metric) for each in basis.found.of(CANDIDATE) if each.ok]
        metrics = {request.metric: tuple(value for value in logged if value is not None)}
    return Baseline(
        name=request.save_baseline or "",
        branch=where.place.branch,
        project=where.project,
        fingerprint=where.fingerprint,
        method=method,
        costs=basis.candidate_costs,
        metrics=metrics,
        commit=where.commit,
        setup=request.setup,
        run=verdict.run,
        label=verdict.candidate or shlex.join(method.command),
    )
