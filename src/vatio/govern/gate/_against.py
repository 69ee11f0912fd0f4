"""Find what `--against` names, and make its arm: measured anew where that can be, else its kept repetitions."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from vatio.errors import LedgerError, MeasureError, UnknownName
from vatio.govern.gate._baseline import KIND, Baseline, differences, find_baseline
from vatio.govern.gate._bench import Bench
from vatio.govern.gate._reference import Reference
from vatio.govern.gate._series import fingerprint_of
from vatio.govern.gate.arms import (
    Commit,
    Repository,
    Sides,
    Work,
    sides_of_commands,
    sides_of_itself,
    sides_of_trees,
)
from vatio.ledger import Ledger, Said, open_to_read
from vatio.measure import surroundings
from vatio.records import RunRecord

# Of a run only what was measured within its series can be compared with; fewer say nothing of their spread.
_FEWEST_KEPT = 5
_MOST_KEPT = 30
_MOST_SEEN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Opposed:
    """Hold the arms, and of a baseline that cannot be measured again the runs or costs that were kept."""

    sides: Sides
    kept_runs: tuple[RunRecord, ...] = ()
    kept_costs: tuple[float, ...] = ()
    baseline: Baseline | None = None

    @property
    def is_kept(self) -> bool:
        """Tell whether the baseline's repetitions were measured at another time."""
        return bool(self.kept_runs or self.kept_costs)


@contextmanager
def opposed(bench: Bench, reference: Reference | None) -> Iterator[Opposed]:
    """Make the arms that a reference asks for; trees and environments go when they are no longer needed.

    Raises:
        UnknownName: nothing has that name.
        MeasureError: an arm cannot be made, or what was kept is not comparable.
    """
    request, folder = bench.request, bench.folder
    work = Work(request.command, setup=request.setup, folder=folder, environ=bench.environ, tell=bench.tell)
    if reference is None:
        with sides_of_itself(work) as sides:
            yield Opposed(sides=sides)
    elif reference.form == "cmd":
        with sides_of_commands(reference.text, request.command, folder=folder, environ=bench.environ) as sides:
            yield Opposed(sides=sides)
    elif reference.form == "lock":
        from vatio.govern.gate.arms import sides_of_locks

        with sides_of_locks(reference.text, request.lock or "", work) as sides:
            yield Opposed(sides=sides)
    elif reference.form == "run":
        with _against_run(bench, work, reference.text) as found:
            yield found
    else:
        with _against_name(bench, work, reference) as found:
            yield found


@contextmanager
def _against_name(bench: Bench, work: Work, reference: Reference) -> Iterator[Opposed]:
    """Take a git ref; a bare word that is none, or where there is no git, names a baseline."""
    if reference.form != "baseline":
        try:
            repository = Repository(work.folder, bench.environ)
            commit = repository.find(reference.text)
        except MeasureError:
            if reference.form == "git":
                raise
            commit = None
        if commit is not None:
            with sides_of_trees(repository, commit, work) as sides:
                yield Opposed(sides=sides)
            return
        if reference.form == "git" or not _names(bench, reference.text):
            raise _unknown(bench, work, reference)
    with _against_baseline(bench, work, reference.text) as found:
        yield found


@contextmanager
def _against_baseline(bench: Bench, work: Work, name: str) -> Iterator[Opposed]:
    around = surroundings(bench.environ)
    baseline = find_baseline(_said(bench), name, branch=_branch(work), fingerprint=fingerprint_of(around))
    commit = _commit(work, baseline.commit)
    if commit is not None:
        label = f"baseline {name} ({commit.sha[:9]})"
        with sides_of_trees(Repository(work.folder, work.environ), commit, work, label=label, setup=baseline.setup) as sides:
            yield Opposed(sides=sides, baseline=baseline)
        return
    with sides_of_itself(work, label=f"baseline {name}, as it was kept") as sides:
        yield Opposed(sides=sides, kept_costs=baseline.costs, baseline=baseline)


@contextmanager
def _against_run(bench: Bench, work: Work, ref: str) -> Iterator[Opposed]:
    with _ledger(bench) as ledger:
        record = ledger.run(ref)
        _check_host(record, surroundings(bench.environ).host)
        runs = ledger.runs(_MOST_SEEN, series=record.series)
    git = record.environment.git if record.environment is not None else None
    commit = _commit(work, git.commit) if git is not None and git.dirty_sha256 is None else None
    if commit is not None:
        with sides_of_trees(
            Repository(work.folder, work.environ), commit, work, label=f"run {record.name} ({commit.sha[:9]})"
        ) as sides:
            yield Opposed(sides=sides)
        return
    # Repetitions of other comparisons are of the same command and series, but of whatever code those compared.
    kept = tuple(run for run in runs if run.status == "finished" and run.within == record.within)[:_MOST_KEPT]
    if len(kept) < _FEWEST_KEPT:
        raise MeasureError(
            f"run {record.name} cannot be measured again (its code is in no commit), and its series has only {len(kept)} runs",
            hint=f"commit before you run, or run it {_FEWEST_KEPT} times; then its kept runs are compared",
        )
    if record.command and tuple(record.command) != work.command:
        bench.tell(f"comparing with runs of: {shlex.join(record.command)}")
    with sides_of_itself(work, label=f"run {record.name} and {len(kept) - 1} of its series, as they were kept") as sides:
        yield Opposed(sides=sides, kept_runs=kept)


def _check_host(record: RunRecord, host: str) -> None:
    hosts = {each.host for each in record.hosts}
    if hosts != {host}:
        found = "; ".join(differences({"host": ", ".join(sorted(hosts)) or "unknown"}, {"host": host}))
        raise MeasureError(f"run {record.name} was measured on another machine: {found}", hint="compare with git:REF")


def _commit(work: Work, sha: str | None) -> Commit | None:
    """Find a kept commit; a repository that has it no more (or is not there) has nothing to measure again."""
    if not sha:
        return None
    try:
        return Repository(work.folder, work.environ).find(sha)
    except MeasureError:
        return None


def _branch(work: Work) -> str | None:
    try:
        return Repository(work.folder, work.environ).branch
    except MeasureError:
        return None


def _ledger(bench: Bench) -> Ledger:
    return open_to_read(bench.config, environ=bench.environ)


def _said(bench: Bench) -> Sequence[Said]:
    try:
        with _ledger(bench) as ledger:
            return ledger.said(KIND)
    except UnknownName:  # there is no ledger yet
        return ()


def _names(bench: Bench, name: str) -> bool:
    try:
        return any(entry.payload.get("name") == name for entry in _said(bench))
    except LedgerError:
        return False


def _unknown(bench: Bench, work: Work, reference: Reference) -> Exception:
    try:
        Repository(work.folder, bench.environ).resolve(reference.text)
    except UnknownName as error:
        baselines = sorted({str(entry.payload.get("name")) for entry in _said(bench)})
        hint = error.hint or (f"baselines: {', '.join(baselines[:8])}" if baselines else "git fetch brings what others pushed")
        what = "is no git ref" if reference.form == "git" else "is neither a git ref nor a baseline"
        return UnknownName(f"{reference.text!r} {what}", hint=hint)
    except MeasureError as error:
        return error
    return UnknownName(f"{reference.text!r} is no git ref")
