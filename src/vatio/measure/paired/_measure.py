"""Measure two or more arms in turn: the comparison is a run, every repetition is a run within it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from vatio.config import Config
from vatio.errors import Refused, UsageError
from vatio.measure._surroundings import Surroundings, surroundings
from vatio.measure.block import Run, Wish, start
from vatio.measure.paired._comparison import Asked, Comparison, Progress, Stop
from vatio.measure.paired._costs import failures
from vatio.measure.paired._design import Arm, PairedDesign, checked_arms
from vatio.measure.paired._earlier import TAG, Earlier, read_earlier
from vatio.measure.paired._identity import Words, identity
from vatio.measure.paired._measurement import PairedMeasurement
from vatio.measure.paired._options import PairedOptions
from vatio.measure.paired._yardstick import CPU_TIME
from vatio.measure.paired.repeat import Setting, Stopping
from vatio.measure.snapshot import Veil, local_salt
from vatio.measure.wrap import adopt_orphans
from vatio.records import total

_DESIGN = PairedDesign()


def measure_paired(
    arms: Sequence[Arm],
    *,
    config: Config,
    options: PairedOptions,
    design: PairedDesign = _DESIGN,
    stop: Stop | None = None,
    progress: Progress | None = None,
) -> PairedMeasurement:
    """Repeat the arms in shuffled blocks and give their costs: joules where counters can be read, else CPU-seconds.

    ``stop`` is asked after every whole counted block, ``progress`` told after every repetition. A repetition that fails is
    told with its reason and leaves its block out; nothing is averaged away. Ctrl-C ends the workload, seals what there is
    and then raises KeyboardInterrupt; ``options.resume`` goes on from there.

    Raises:
        UsageError: the arms cannot be compared, or are others than those of the comparison to go on with.
        MeasureError: that comparison still goes on.
        LedgerUnavailable: there is no ledger to read it from.
        Refused: the folder for outputs cannot be written.
    """
    asked = Asked(checked_arms(tuple(arms)), design, stop, progress)
    return compare(asked, config=config, options=options)


def compare(
    asked: Asked, *, config: Config, options: PairedOptions, open_meters: Callable[..., Any] | None = None
) -> PairedMeasurement:
    """Carry a comparison out; ``open_meters`` stands for the machine's meters."""
    _check(asked, options)
    around = surroundings(options.environ)
    said = _said(asked, around, options)
    earlier, tag = _kept(said, config, options)
    stopping = Stopping()
    with stopping.listening(), _adopting():
        run = _started(asked, config, options, tag=tag, earlier=earlier, open_meters=open_meters)
        setting = Setting(
            run=run.id,
            config=config,
            environ=options.environ,
            stopping=stopping,
            stage=run.started.stage,
            timeout_s=asked.design.timeout_s,
            outputs=options.outputs,
            open_meters=open_meters,
        )
        comparison = Comparison(asked, setting, earlier=earlier.repetitions)
        try:
            ended_by = comparison.run()
            for note in comparison.notes:
                run.target.log({"e": "note", "text": note})
        except BaseException:
            run.end("failed")
            raise
        number = stopping.heard[0] if stopping.heard else None
        run.end("failed" if number else "finished", signal=number)
    stopping.again()
    return _measurement(asked, comparison, run, earlier, ended_by)


def _check(asked: Asked, options: PairedOptions) -> None:
    if any(arm.isolated for arm in asked.arms) and not hasattr(os, "fork"):
        raise UsageError("this system cannot fork: no call can be isolated", hint="give a command")
    folder = options.outputs
    if folder is not None and not (os.path.isdir(folder) and os.access(folder, os.W_OK)):
        raise Refused(f"outputs cannot be written to {folder}", hint="name a folder that is there")


def _said(asked: Asked, around: Surroundings, options: PairedOptions) -> bytes:
    from vatio.digest import sha256

    salt = local_salt(options.environ)
    veil = Veil(options.environ, hostname=around.hostname, salt=salt)
    words = Words(veil.argv, veil.text, lambda word: sha256(salt + word.encode("utf-8", "surrogateescape")).hexdigest()[:16])
    return identity(asked.arms, asked.design, host=around.host, words=words)


def _kept(said: bytes, config: Config, options: PairedOptions) -> tuple[Earlier, str]:
    """Read what is to be gone on with, and keep what this comparison is; give that and the digest of this."""
    from vatio.digest import sha256
    from vatio.errors import LedgerError
    from vatio.ledger import open_keeper

    keeper = open_keeper(config)
    try:
        earlier = Earlier() if options.resume is None else read_earlier(keeper.ledger, options.resume, now=said)
        with suppress(LedgerError, OSError):  # without it a comparison is told apart by its digest all the same
            if keeper.ledger is not None:
                keeper.ledger.blob(said)
    finally:
        keeper.close()
    return earlier, sha256(said).hexdigest()


def _started(
    asked: Asked,
    config: Config,
    options: PairedOptions,
    *,
    tag: str,
    earlier: Earlier,
    open_meters: Callable[..., Any] | None,
) -> Run:
    meters = () if open_meters is None else tuple(open_meters(surroundings(options.environ), config.meters).meters)
    wish = Wish(
        meters=meters,
        name=options.name,
        stage=options.stage or config.workload.stage,
        tags={**options.tags, TAG: tag, "arms": ", ".join(asked.names)},
        config=config,
        within=options.within,
        parents=(*options.parents, *(run.id for run in earlier.runs[:1])),
    )
    return start(wish, begun_s=time.thread_time(), frame=sys._getframe())


@contextmanager
def _adopting() -> Iterator[None]:
    """Adopt what workloads leave behind, for as long as the comparison lasts, so that it can be ended."""
    before = adopt_orphans()
    try:
        yield
    finally:
        adopt_orphans(before)


def _measurement(asked: Asked, comparison: Comparison, run: Run, earlier: Earlier, ended_by: str) -> PairedMeasurement:
    record, yardstick = run.record, comparison.yardstick or CPU_TIME
    parts = (*earlier.runs, record)
    cpu_s = [part.cpu_s for part in parts]
    repetitions = comparison.repetitions
    return PairedMeasurement(
        run=run.id,
        arms=asked.names,
        design=asked.design,
        unit=yardstick.unit,
        basis=yardstick.basis,
        repetitions=repetitions,
        costs=comparison.costs,
        energy_j=total(part.energy_j for part in parts),
        cpu_s=sum(spent_s for spent_s in cpu_s if spent_s is not None) if None not in cpu_s else None,
        duration_s=sum(part.duration_s for part in parts),
        ended_by=ended_by,
        failed=failures(repetitions),
        notes=comparison.notes,
        earlier=tuple(part.id for part in earlier.runs),
        record=record,
        recorded_in=run.recorded_in,
    )
