"""Start a tracked run: look around, open meters and ledger, and begin; what fails leaves a run that measures less."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from types import FrameType

from vatio.measure._compose import Order, compose
from vatio.measure._current import open_blocks, outside, within
from vatio.measure._facts import busy_of
from vatio.measure._host import HostMeter
from vatio.measure._keep import Keeping
from vatio.measure._reading import Instruments
from vatio.measure._recording import Clocks, Facts, Recording
from vatio.measure._rim import Rim
from vatio.measure._run import Run
from vatio.measure._surroundings import Surroundings, environment, surroundings
from vatio.measure._tree import ProcessTree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config
    from vatio.measure._beside import SnapshotBeside
    from vatio.measure._meter import Meter
    from vatio.measure._sampler import Sampler
    from vatio.measure._track import Wish

# Inside a `vatio run`, which samples every second, a run within needs its two ends and little more.
_WITHIN_INTERVAL_S = 10.0


def start(wish: Wish, *, begun_s: float, frame: FrameType) -> Run:
    """Start the run of a block that is about to begin.

    Raises:
        UsageError: the configuration is wrong.
    """
    rim = Rim()
    config = wish.config if wish.config is not None else _configured()
    _end_former_cell(frame)
    around = rim("looking around", surroundings, Surroundings())
    meters = wish.meters or _opened(config, around, rim)
    replayed = wish.clock is not None or (bool(meters) and all(getattr(meter, "replays", False) for meter in meters))
    keeping = Keeping(config, None if replayed and wish.ledger is True else wish.ledger, rim)
    facts = rim("the facts of the host", lambda: _facts(config, around, meters, keeping, replayed=replayed), Facts())
    clocks = Clocks() if wish.clock is None else Clocks(wish.clock, lambda: 0.0)
    started = compose(_order(wish, around), config, around, meters, id=_new_id(), start_s=clocks.now_s())
    keeping.start(started)
    instruments = Instruments(meters) if replayed else _instruments(meters, around, rim)
    recording = Recording(started, instruments, folder=keeping.folder, facts=facts, clocks=clocks, rim=rim)
    recording.reader.spent_s += time.thread_time() - begun_s
    run = Run(
        recording,
        keeping=keeping,
        config=config,
        sampler=None if replayed else _sampler(),
        snapshot=None if replayed else rim("the snapshot", lambda: _snapshot(config, around, recording, keeping), None),
        cell=_cell(frame),
    )
    rim("the begin", run.begin, None)
    return run


def _configured() -> Config:
    from vatio.config import load_config

    return load_config(environ=environment())


def _opened(config: Config, around: Surroundings, rim: Rim) -> tuple[Meter, ...]:
    from vatio.measure.meters import open_meters

    opened = rim("opening the meters", lambda: open_meters(around, config.meters), None)
    return () if opened is None else opened.meters


def _facts(config: Config, around: Surroundings, meters: Sequence[Meter], keeping: Keeping, *, replayed: bool) -> Facts:
    if replayed:
        return Facts()
    from vatio.measure._facts import facts_of

    return facts_of(around, meters, baseline=keeping.idle_w(around.host), total=config.meters.total)


def _instruments(meters: Sequence[Meter], around: Surroundings, rim: Rim) -> Instruments:
    """Open what is read beside the meters; on systems without /proc there is neither."""
    proc, sys_folder = around.path("proc"), around.path("sys")
    host = rim("the host", lambda: HostMeter(proc=proc, sys=sys_folder), None)
    tree = rim("the process tree", lambda: ProcessTree(proc=proc), None)
    return Instruments(meters, host=host, tree=tree, busy=busy_of(around, meters))


def _order(wish: Wish, around: Surroundings) -> Order:
    inside = outside() is not None
    return Order(
        command=_command(around),
        name=wish.name,
        project=wish.project,
        stage=wish.stage,
        tags=wish.tags,
        interval_s=wish.interval_s or (_WITHIN_INTERVAL_S if inside else None),
        within=within() or (around.run if inside else None),
    )


def _command(around: Surroundings) -> tuple[str, ...]:
    """Give this process's command line without secrets and names; a notebook's kernel has none that means anything."""
    argv = list(sys.orig_argv)
    if "ipykernel" in sys.modules:
        return ("notebook",)
    from vatio.measure._veil import Veil, local_salt

    known = environment()
    return Veil(known, hostname=around.hostname, salt=local_salt(known)).argv(argv)


def _snapshot(config: Config, around: Surroundings, recording: Recording, keeping: Keeping) -> SnapshotBeside | None:
    if config.record.environment != "full" or keeping.recorded_in is None:
        return None
    from os import getcwd

    from vatio.measure._beside import SnapshotBeside
    from vatio.measure._snapshot import Snapshot, Subject
    from vatio.measure._veil import Veil, local_salt

    known = environment()
    veil = Veil(known, hostname=around.hostname, salt=local_salt(known), reveal=config.record.reveal)
    subject = Subject(
        argv=tuple(sys.orig_argv),
        cwd=getcwd(),
        root=config.root,
        environ=known,
        inputs=config.workload.inputs,
        outputs=config.workload.outputs,
    )
    return SnapshotBeside(Snapshot(subject, wishes=config.record, around=around, veil=veil), recording)


def _sampler() -> Sampler:
    """Give the sampler of the open run around, whose thread serves both, else a new one."""
    from vatio.measure._sampler import Sampler

    around = next((block.sampler for block in reversed(open_blocks()) if isinstance(block, Run) and block.sampler), None)
    return around or Sampler()


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
