"""Keep a wrapped run that has ended: environment, footprint, seal, and the record that is shown."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, NamedTuple, cast

from vatio.config import Config
from vatio.files import write_whole
from vatio.measure._budgets import Told, told_of_budgets
from vatio.measure._events import artifacts_of
from vatio.measure._rim import Rim
from vatio.measure.snapshot import Snapshot
from vatio.measure.wrap._prepare import Prepared
from vatio.measure.wrap._signals import asked_to_stop
from vatio.records import Ended, Environment, Footprint, RunRecord, dumps


class Kept(NamedTuple):
    """Hold a run as it is kept: where, and the head of the chain after it. Without a place ``recorded_in`` is ``None``.

    ``remarks`` is what there is to say of its budgets.
    """

    record: RunRecord | None
    recorded_in: str | None
    head: str | None
    remarks: tuple[str, ...] = ()


def keep(ended: Ended, ready: Prepared, *, snapshot: Snapshot | None, config: Config, rim: Rim) -> Kept:
    """Finish the snapshot, account the run and seal it; what fails is left out, and said."""
    keeper, run = ready.keeper, ready.started.id
    environment, notes, helpers_cpu_s = None, ended.notes, 0.0
    if snapshot is not None:
        snapshot.artifacts = rim("the artifacts", lambda: artifacts_of(ready.recording.events.events()), ())
        environment = rim("the environment snapshot", lambda: snapshot.finish(stop=asked_to_stop), None)
        rim("the environment snapshot", snapshot.close, None)
        notes, helpers_cpu_s = tuple(dict.fromkeys((*notes, *snapshot.notes))), snapshot.helpers_cpu_s
    # From the interpreter's start to here, and the git processes: all that this run cost beside its workload.
    overhead_cpu_s = max(ended.overhead_cpu_s, time.process_time()) + helpers_cpu_s
    ended = replace(ended, notes=notes, overhead_cpu_s=overhead_cpu_s)
    footprint = rim("the footprint", lambda: _footprint(ended, run, config, environment), None)
    ledger = getattr(keeper, "ledger", None)
    told = rim(
        "the budgets",
        lambda: told_of_budgets(ready.started, ended, footprint, config=config, ledger=ledger),
        Told((), ()),
    )
    ended = replace(ended, notes=(*ended.notes, *told.marks))
    if keeper is None:
        return Kept(rim("the record", lambda: view(ready, ended, footprint, environment), None), None, None, told.remarks)
    if snapshot is not None and snapshot.code is not None:
        code = snapshot.code
        rim("the code copy", lambda: keeper.blob(code), None)
    entry = rim("the ledger", lambda: _sealed(ended, ready, footprint, environment), None)
    if ready.lock is not None:
        rim("the owner's lock", ready.lock.release, None)
    shown = rim("the record", lambda: _read_back(ready) if entry is not None else None, None)
    record = shown or rim("the record", lambda: view(ready, ended, footprint, environment), None)
    head = rim("the ledger's head", lambda: _head(keeper), None)
    if keeper.fault:
        rim.fault(f"kept in {keeper.recorded_in}: {keeper.fault}")
    rim("the outbox", keeper.settle, 0)
    rim("the ledger", keeper.close, None)
    return Kept(record, keeper.recorded_in if entry is not None else None, head, told.remarks)


def view(ready: Prepared, ended: Ended, footprint: Footprint | None, environment: Environment | None) -> RunRecord:
    """Show the run from its facts, without asking the ledger again."""
    from vatio.ledger import run_record

    return run_record(ready.started, ended, footprint=footprint, environment=environment, sealed=ready.keeper is not None)


def write_record(path: str, record: RunRecord, *, rim: Rim) -> None:
    """Write the run as JSON, the whole file or nothing of it."""
    rim(f"--record {path}", lambda: write_whole(path, dumps(record) + b"\n"), None)


def _footprint(ended: Ended, run: str, config: Config, environment: Environment | None) -> Footprint:
    from vatio.account import footprint

    return footprint(ended, site=config.site, run=run, environment=environment)


def _sealed(ended: Ended, ready: Prepared, footprint: Footprint | None, environment: Environment | None) -> Any:
    return ready.keeper.seal(
        ready.started.id,
        ended,
        spool_folder=ready.folder,
        footprint=footprint,
        environment=None if environment is None else dumps(environment),
    )


def _read_back(ready: Prepared) -> RunRecord | None:
    """Read the run as the ledger shows it, with its entries; ``None`` where it went to an outbox."""
    ledger = ready.keeper.ledger
    return None if ledger is None else cast("RunRecord", ledger.run(ready.started.id))


def _head(keeper: Any) -> str | None:
    head = keeper.ledger.head() if keeper.ledger is not None else None
    return None if head is None else head.hash
