"""Start a tracked run: look around, open meters and ledger, and begin; what fails leaves a run that measures less."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from types import FrameType

from vatio.measure._compose import Order, compose
from vatio.measure._facts import busy_of
from vatio.measure._host import HostMeter
from vatio.measure._reading import Instruments
from vatio.measure._recording import Clocks, Facts, Recording
from vatio.measure._rim import Rim
from vatio.measure._surroundings import Surroundings, environment, surroundings
from vatio.measure._tree import ProcessTree
from vatio.measure.block._current import innermost, next_place, open_blocks, outside, within
from vatio.measure.block._keep import Keeping
from vatio.measure.block._run import Run
from vatio.measure.block._session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config
    from vatio.measure._job import Job
    from vatio.measure._meter import Meter
    from vatio.measure.block._beside import SnapshotBeside
    from vatio.measure.block._member import Member
    from vatio.measure.block._sampler import Sampler
    from vatio.measure.block._wish import Wish

# Inside a `vatio run`, which samples every second, a run within needs its two ends and little more.
_WITHIN_INTERVAL_S = 10.0
# How long to look for files that a block has written.
_SEARCH_S = 0.1


def start(wish: Wish, *, begun_s: float, frame: FrameType) -> Run:
    """Start the run of a block that is about to begin.

    Raises:
        UsageError: the configuration is wrong.
    """
    config = wish.config if wish.config is not None else _configured()
    _end_former_cell(frame)
    ready = _Ready(wish, config, begun_s)
    place = next_place(innermost())
    measured = _joined(ready, place) or ready.session()
    run = Run(measured, place=place, cell=_cell(frame))
    ready.rim("the begin", run.begin, None)
    return run


class _Ready:
    """Hold what a run is started with, and make its session, or one that goes on with another process's."""

    def __init__(self, wish: Wish, config: Config, begun_s: float) -> None:
        self.wish, self.config, self._begun_s = wish, config, begun_s
        self.rim = Rim()
        self.around = self.rim("looking around", surroundings, Surroundings())
        self.replayed = wish.clock is not None or _replays(wish.meters)
        self.job = None if self.replayed or outside() is not None else self.around.job
        ledger = None if self.replayed and wish.ledger is True else wish.ledger
        self.keeping = Keeping(config, ledger, self.rim, part=None if self.job is None else os.getpid())
        self.sampler = None if self.replayed else _sampler()
        self._clocks = Clocks() if wish.clock is None else Clocks(wish.clock, lambda: 0.0)

    def session(self, *, folder: str | None = None, measures: bool = True) -> Session:
        """Make the session of a new run; ``folder`` is where its samples go when there is no ledger."""
        meters = self._meters() if measures else ()
        nameless: tuple[str, ...] = ("python",)
        command = self.rim("the command line", lambda: _command(self.around), nameless)
        order = _order(self.wish, self.around, command)
        started = compose(order, self.config, self.around, meters, id=_new_id(), start_s=self._clocks.now_s())
        facts = self._facts(meters)
        self.keeping.start(started)
        recording = Recording(
            started,
            Instruments(meters) if self.replayed else _instruments(meters, self.around, self.rim),
            folder=self.keeping.folder or folder,
            facts=facts,
            clocks=self._clocks,
            rim=self.rim,
        )
        recording.reader.spent_s += time.thread_time() - self._begun_s
        snapshot = None
        if not self.replayed:
            snapshot = self.rim("the snapshot", lambda: _snapshot(self.config, self.around, recording, self.keeping), None)
        return Session(recording, keeping=self.keeping, config=self.config, sampler=self.sampler, snapshot=snapshot)

    def resumed(self, folder: str) -> Session:
        """Make the session that goes on with the run whose spool lies in ``folder``."""
        from vatio.ledger import open_spool

        header, meters = open_spool(folder)[0], self._meters()
        facts = self._facts(meters)._replace(idle_w=header.idle_w, reserved_ratio=header.reserved_ratio, notes=())
        instruments = _instruments(meters, self.around, self.rim)
        recording = Recording(header.started, instruments, folder=folder, facts=facts, rim=self.rim, resume=True)
        return Session(recording, keeping=self.keeping, config=self.config, sampler=self.sampler)

    def _meters(self) -> tuple[Meter, ...]:
        if self.wish.meters:
            return self.wish.meters
        from vatio.measure.meters import open_meters

        opened = self.rim("opening the meters", lambda: open_meters(self.around, self.config.meters), None)
        return () if opened is None else opened.meters

    def _facts(self, meters: Sequence[Meter]) -> Facts:
        if self.replayed:
            return Facts()
        from vatio.measure._facts import facts_of

        def gather() -> Facts:
            baseline = self.keeping.idle_w(self.around.host)
            return facts_of(self.around, meters, baseline=baseline, total=self.config.meters.total)

        return self.rim("the facts of the host", gather, Facts())


def _replays(meters: Sequence[Meter]) -> bool:
    return bool(meters) and all(getattr(meter, "replays", False) for meter in meters)


def _joined(ready: _Ready, place: str) -> Member | Session | None:
    """Take part in the job's run on this host. Where the processes cannot agree, the first of the host measures alone."""
    job = ready.job
    if job is None:
        return None
    member = ready.rim("the election among the job's processes", lambda: _join(ready, job, place), None)
    return member or ready.session(measures=job.local_rank == 0)


def _join(ready: _Ready, job: Job, place: str) -> Member | None:
    """Join the run that the job has on this host, or found it.

    Raises:
        MeasureError: the processes of the job cannot agree.
    """
    from vatio.measure.block._elect import Election
    from vatio.measure.block._member import Member

    if ready.sampler is None:
        return None
    election = Election(f"{job.key} {ready.around.boot} {place}")
    election.enter()
    with election.mutex():
        election.join()
        found = election.run if election.others() else None
        session = None
        if found is None:
            election.clear()
            election.try_measuring()
            session = ready.session(folder=os.path.join(election.folder, "spool"))
            # The others join a spool: it has to lie there before they are told.
            session.begin()
            election.publish({"folder": session.recording.events.folder, "recorded_in": ready.keeping.recorded_in})
        else:
            ready.keeping.join(str(found["folder"]), recorded_in=found.get("recorded_in"))
    return Member(election, ready, session=session, sampler=ready.sampler)


def _configured() -> Config:
    from vatio.config import load_config

    return load_config(environ=environment())


def _instruments(meters: Sequence[Meter], around: Surroundings, rim: Rim) -> Instruments:
    """Open what is read beside the meters; on systems without /proc there is neither."""
    proc, sys_folder = around.path("proc"), around.path("sys")
    host = rim("the host", lambda: HostMeter(proc=proc, sys=sys_folder), None)
    tree = rim("the process tree", lambda: ProcessTree(proc=proc), None)
    return Instruments(meters, host=host, tree=tree, busy=busy_of(around, meters))


def _order(wish: Wish, around: Surroundings, command: tuple[str, ...]) -> Order:
    inside = outside() is not None
    return Order(
        command=command,
        name=wish.name,
        project=wish.project,
        stage=wish.stage,
        tags=wish.tags,
        interval_s=wish.interval_s or (_WITHIN_INTERVAL_S if inside else None),
        within=wish.within or within() or (around.run if inside else None),
        parents=wish.parents,
    )


def _command(around: Surroundings) -> tuple[str, ...]:
    """Give this process's command line without secrets and names; a notebook's kernel has none that means anything."""
    argv = list(sys.orig_argv)
    if "ipykernel" in sys.modules:
        return ("notebook",)
    from vatio.measure.snapshot import Veil, local_salt

    known = environment()
    return Veil(known, hostname=around.hostname, salt=local_salt(known)).argv(argv)


def _snapshot(config: Config, around: Surroundings, recording: Recording, keeping: Keeping) -> SnapshotBeside | None:
    if config.record.environment != "full" or keeping.recorded_in is None:
        return None
    from vatio.measure.block._beside import SnapshotBeside
    from vatio.measure.snapshot import Snapshot, Subject, Veil, local_salt, working_folder

    known = environment()
    veil = Veil(known, hostname=around.hostname, salt=local_salt(known), reveal=config.record.reveal)
    subject = Subject(
        argv=tuple(sys.orig_argv),
        cwd=working_folder(),
        root=config.root,
        environ=known,
        inputs=config.workload.inputs,
        outputs=config.workload.outputs,
        search_s=0.0 if around.run else _SEARCH_S,
        ours=tuple(os.path.abspath(path) for path in (os.path.dirname(keeping.folder or ""), keeping.recorded_in) if path),
    )
    return SnapshotBeside(Snapshot(subject, wishes=config.record, around=around, veil=veil), recording)


def _sampler() -> Sampler:
    """Give the sampler of the open run around, whose thread serves both, else a new one."""
    from vatio.measure.block._sampler import Sampler

    shared = (block.measured.sampler for block in reversed(open_blocks()) if isinstance(block, Run))
    return next((sampler for sampler in shared if sampler is not None), None) or Sampler()


def _new_id() -> str:
    from vatio.ledger import new_id

    return new_id()


def _cell(frame: FrameType) -> tuple[bytes, int] | None:
    """Name the place in a notebook where a block was opened; ``None`` outside of one. IPython is looked for, not imported."""
    if "IPython" not in sys.modules or frame.f_code.co_name != "<module>":
        return None
    return frame.f_code.co_code, frame.f_lineno


def _end_former_cell(frame: FrameType) -> None:
    """End the run that this cell of a notebook left open when it was run before."""
    cell = _cell(frame)
    if cell is None:
        return
    for block in open_blocks():
        if isinstance(block, Run) and block.cell == cell:
            block.end("interrupted", note="left open; its cell was run again")
