"""Prepare a wrapped run before its child exists, in less than a second: meters, ledger, its first entry, its first sample."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from vatio.config import Config
from vatio.errors import Refused
from vatio.measure._compose import Order, compose
from vatio.measure._facts import facts_of
from vatio.measure._host import HostMeter
from vatio.measure._reading import Instruments
from vatio.measure._recording import Facts, Recording
from vatio.measure._rim import Rim
from vatio.measure._surroundings import Surroundings, surroundings
from vatio.measure._tree import ProcessTree
from vatio.measure.meters import Opened, open_meters
from vatio.measure.snapshot import Veil, local_salt
from vatio.measure.wrap._deadline import within
from vatio.measure.wrap._system import System, open_system
from vatio.records import Started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure.wrap._options import RunOptions

# Together less than the second by which a start may be delayed: the meters, the ledger's lock, its first entry or the outbox.
_METERS_S, _SALT_S, _LOCK_S, _OPEN_S, _KEEPER_S, _OUTBOX_S = 0.25, 0.05, 0.2, 0.25, 0.3, 0.1
_WITH_SCRIPT = ("python", "pypy", "bash", "sh", "node", "ruby", "perl", "Rscript", "julia")


def open_run_keeper(config: Config) -> Any:
    """Open what keeps this run: the ledger, else an outbox."""
    from vatio.ledger import open_keeper

    return open_keeper(config, lock_s=_LOCK_S)


def open_run_outbox(config: Config) -> Any:
    """Open what keeps this run where the ledger could not be opened in time."""
    from vatio.ledger import open_keeper

    return open_keeper(config, fault="the ledger could not be opened in time")


class Parts(NamedTuple):
    """Hold what a wrapped run is put together from, so that a test may put in something else."""

    look_around: Callable[[Mapping[str, str]], Surroundings] = surroundings
    open_meters: Callable[..., Opened] = open_meters
    open_keeper: Callable[[Config], Any] = open_run_keeper
    open_outbox: Callable[[Config], Any] = open_run_outbox
    record: Callable[..., Recording] = Recording
    open_system: Callable[[], System] = open_system


class Prepared(NamedTuple):
    """Hold a run that is about to begin. ``keeper`` is ``None`` where nothing can be written."""

    started: Started
    recording: Recording
    keeper: Any
    lock: Any
    folder: str | None
    veil: Veil
    around: Surroundings


def prepare(command: Sequence[str], *, config: Config, options: RunOptions, rim: Rim, parts: Parts) -> Prepared:
    """Open the meters and the ledger, write that the run starts, and take the first sample.

    Raises:
        Refused: what ``options.require`` asks for cannot be had.
    """
    around = parts.look_around(options.environ)
    none = Opened(meters=())
    opened = rim("the meters", lambda: within(_METERS_S, lambda: parts.open_meters(around, config.meters)), none)
    if "measured" in options.require:
        _check_measured(opened, around)
    salt = rim("the salt of pseudonyms", lambda: within(_SALT_S, lambda: local_salt(options.environ)), b"vatio")
    veil = Veil(options.environ, hostname=around.hostname, salt=salt, reveal=config.record.reveal)
    keeper = rim("the ledger", lambda: within(_OPEN_S, lambda: parts.open_keeper(config)), None)
    keeper = keeper or rim("the outbox", lambda: parts.open_outbox(config), None)
    facts = rim("the host's idle power", lambda: _facts(opened, around, config, keeper), Facts())
    parents = options.parents or rim("the earlier run", lambda: _retried(around, keeper), options.parents)
    order = Order(
        command=veil.argv(command),
        name=config.workload.name or veil.text(run_name(command)),
        within=around.run,
        parents=parents,
        plan=options.plan,
    )
    started = compose(order, config, around, opened.meters, id=options.id or new_run_id(), start_s=time.monotonic())
    folder, keeper = _begin(started, keeper, rim, lambda: parts.open_outbox(config))
    if keeper is None and "recorded" in options.require:
        opened.close()
        raise Refused("the run cannot be recorded", hint=_reason(rim, "see `vatio doctor`; --ledger names another file"))
    lock = rim("the owner's lock", lambda: _locked(folder), None) if folder else None
    instruments = Instruments(opened.meters, host=rim("the host", HostMeter, None), tree=ProcessTree(own=False))
    recording = parts.record(started, instruments, folder=folder, facts=facts)
    recording.rim = rim
    for name, error in opened.refused:
        if name in config.meters.use:
            recording.note(f"{name}: {error}")
    return Prepared(started, recording, keeper, lock, folder, veil, around)


def new_run_id() -> str:
    """Make the id of a run."""
    from vatio.ledger import new_id

    return new_id()


def run_name(command: Sequence[str]) -> str:
    """Name a run by its command: the script that an interpreter is given, else the program.

    >>> run_name(["/usr/bin/python3", "-u", "src/train.py", "--lr", "1"]), run_name(["sleep", "5"])
    ('train.py', 'sleep')
    """
    program = os.path.basename(command[0])
    if program.rstrip("0123456789.") in _WITH_SCRIPT:
        for at, word in enumerate(command[1:], 1):
            if word == "-m" and at + 1 < len(command):
                return command[at + 1]
            if not word.startswith("-"):
                return os.path.basename(word) if "." in word or "/" in word else program
            if word == "-c":
                break
    return program


def _retried(around: Surroundings, keeper: Any) -> tuple[str, ...]:
    """Find the run that this one is a retry of: the latest of the same job, where the scheduler has started it again."""
    ledger = keeper.ledger if keeper is not None else None
    if around.job is None or not around.job.requeues or ledger is None:
        return ()
    return tuple(run.id for run in ledger.runs(1, job=around.job.key))


def _facts(opened: Opened, around: Surroundings, config: Config, keeper: Any) -> Facts:
    ledger = keeper.ledger if keeper is not None else None
    baseline = {} if ledger is None else ledger.host_idle(around.host)
    return facts_of(around, opened.meters, baseline=baseline, total=config.meters.total)


def _begin(started: Started, keeper: Any, rim: Rim, open_outbox: Callable[[], Any]) -> tuple[str | None, Any]:
    """Write that the run starts: in time, or into an outbox. Where both fail nothing is recorded, and the workload starts
    all the same.
    """
    if keeper is None:
        return None, None
    written = rim("the ledger", lambda: within(_KEEPER_S, lambda: keeper.start(started)), None)
    if written is None:
        rim("the ledger", keeper.close, None)
        keeper = rim("the outbox", open_outbox, None)
        written = rim("the outbox", lambda: within(_OUTBOX_S, lambda: keeper.start(started)), None) if keeper else None
    # Asked after the entry is written: where the ledger failed, spools lie beside the outbox.
    return (keeper.spool_folder(started.id), keeper) if written is not None else (None, None)


def _locked(folder: str) -> Any:
    """Own the run's folder, and make the file of its events: a workload that finds none takes the run for ended."""
    from vatio.ledger import EVENTS, OwnerLock

    os.makedirs(folder, exist_ok=True)
    os.close(os.open(os.path.join(folder, EVENTS), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    lock = OwnerLock(folder)
    lock.acquire()
    return lock


def _check_measured(opened: Opened, around: Surroundings) -> None:
    """Refuse unless the CPU and every visible GPU, and DRAM where the CPU has a counter for it, are measured."""
    measured = [channel for channel in opened.channels if channel.component and channel.provenance == "measured"]
    modelled = [channel for channel in opened.channels if channel.component and channel.provenance != "measured"]
    kinds = {channel.component for channel in measured}
    if "platform" in kinds:
        return
    missing = [kind for kind in ("cpu",) if kind not in kinds]
    missing += sorted({channel.device for channel in modelled if channel.component == "gpu"})
    refused = dict(opened.refused)
    if around.nvidia and "gpu" not in kinds and "nvml" in refused:
        missing.append("gpu")
    if missing:
        opened.close()
        reasons = [f"{name}: {error}" for name, error in refused.items()]
        fix = next((error.hint for error in refused.values() if error.hint), "vatio doctor says what is missing")
        raise Refused(f"not measured: {', '.join(missing)}" + (f" ({'; '.join(reasons)})" if reasons else ""), hint=fix)


def _reason(rim: Rim, otherwise: str) -> str:
    return next((fault for fault in rim.faults if fault.startswith("the ledger")), otherwise)
