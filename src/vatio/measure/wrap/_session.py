"""Put a wrapped run together: prepare, start the child, wait for it, sum it up, keep it. The child's code comes first."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from vatio.config import Config
from vatio.errors import Refused
from vatio.measure._granted import slurp
from vatio.measure._rim import Rim
from vatio.measure._spawn import Unstartable, exit_code, find_program
from vatio.measure.snapshot import Snapshot, Subject, working_folder
from vatio.measure.wrap._beside import Work
from vatio.measure.wrap._keep import Kept, keep, write_record
from vatio.measure.wrap._loop import Exit
from vatio.measure.wrap._options import RunOptions, RunOutcome
from vatio.measure.wrap._prepare import Parts, Prepared, prepare
from vatio.measure.wrap._system import System

# Programs that hand the work to a daemon, whose processes are not below ours.
_DAEMONS = ("docker", "podman", "nerdctl", "ray", "sbatch", "qsub", "bsub", "kubectl", "systemd-run", "at", "batch")
_MOST_SURVIVORS = 5
# How long to look for files that the workload has written.
_SEARCH_S = 0.5
_PARTS = Parts()


class Job(NamedTuple):
    """Hold what one wrapped run is about: the program and its words, what was asked, and the rim of its measurement."""

    program: str
    command: tuple[str, ...]
    config: Config
    options: RunOptions
    rim: Rim


def run_command(command: Sequence[str], *, config: Config, options: RunOptions) -> RunOutcome:
    """Run ``command`` as if vatio were not there, measure it, keep the run, and give back the child's exit code."""
    return run_session(tuple(command), config=config, options=options)


def run_session(command: tuple[str, ...], *, config: Config, options: RunOptions, parts: Parts = _PARTS) -> RunOutcome:
    """Run the command: before there is a child a refusal is an outcome, after that nothing but its code is returned."""
    if not command:
        return RunOutcome(exit_code=125, refused="no command to run", hint="vatio run -- python train.py")
    program = find_program(command[0], options.environ, folder=options.place.folder)
    if isinstance(program, Unstartable):
        return RunOutcome(exit_code=program.exit_code, refused=program.reason)
    job = Job(program, command, config, options, Rim(silent=True))
    ready: Prepared | None = None
    try:
        _check_record_file(options.record_file)
        ready = prepare(command, config=config, options=options, rim=job.rim, parts=parts)
    except Refused as refusal:
        return RunOutcome(exit_code=125, refused=str(refusal), hint=refusal.hint)
    except Exception as error:  # noqa: BLE001  the rim: without a measurement the workload runs all the same
        job.rim.fault(f"the measurement: {error}")
    return _run(job, ready, parts.open_system())


def _run(job: Job, ready: Prepared | None, system: System) -> RunOutcome:
    """Run the child beside what could be prepared, which may be nothing."""
    try:
        work = None if ready is None else job.rim("the measurement", lambda: _begun(job, ready), None)
        environ = job.options.environ if ready is None else child_environ(job.options.environ, ready)
        child = system.start(job.program, job.command, environ, job.options.place)
        if isinstance(child, Unstartable):
            return _unstarted(child, work, ready, job)
        if work is not None:
            job.rim("the measurement", lambda: work.begin(child), None)
        ended = system.wait(child, work, job.rim)
        kept = None if ready is None or work is None else _summed_up(child, ended, work, ready, job)
    finally:
        system.close()
    return _outcome(exit_code(ended.status), kept, job)


def _begun(job: Job, ready: Prepared) -> Work:
    snapshot = job.rim("the snapshot", lambda: _snapshot(job, ready), None)
    work = Work(ready.recording, snapshot=snapshot, controllers=job.options.controllers, rim=job.rim)
    job.rim("the first sample", ready.recording.begin, None)
    return work


def _summed_up(child: int, ended: Exit, work: Work, ready: Prepared, job: Job) -> Kept | None:
    recording, tree = ready.recording, ready.recording.instruments.tree
    if tree is not None:
        job.rim("the process tree", lambda: tree.ended(child, ended.cpu_s), None)
    for note in _survivors(child, work, job):
        recording.note(note)
    daemon = _daemon(job)
    if daemon:
        recording.note(f"{daemon} hands work to a daemon, whose CPU time is not in this run")
    work.end()
    code = os.waitstatus_to_exitcode(ended.status)

    def kept() -> Kept:
        facts = recording.end(
            "finished" if code == 0 else "failed",
            exit_code=code if code >= 0 else None,
            signal=-code if code < 0 else None,
            peak_memory_bytes=ended.peak_memory_bytes,
        )
        whole = replace(facts, complete=False) if daemon else facts
        return keep(whole, ready, snapshot=work.snapshot, config=job.config, rim=job.rim)

    return job.rim("the end", kept, None)


def _daemon(job: Job) -> str | None:
    """Name the program that hands the work to a daemon, whose processes are not below ours; ``None`` for any other."""
    name = os.path.basename(job.command[0])
    return name if name in _DAEMONS else None


def _survivors(child: int, work: Work, job: Job) -> list[str]:
    """Say which of the workload's processes go on."""
    notes, nobody = [], tuple[int, ...]()
    survivors = job.rim("the survivors", lambda: work.survivors(child), nobody)
    if survivors:
        named = [f"{pid} {slurp(f'/proc/{pid}/comm').strip()}".strip() for pid in survivors[:_MOST_SURVIVORS]]
        more = f" and {len(survivors) - len(named)} more" if len(survivors) > len(named) else ""
        notes.append(f"still running after the command, measured no longer: {', '.join(named)}{more}")
    return notes


def _unstarted(refusal: Unstartable, work: Work | None, ready: Prepared | None, job: Job) -> RunOutcome:
    """End a run whose start is written already: the kernel would not execute the program."""
    if ready is not None and work is not None:
        work.end()
        ready.recording.note(refusal.reason)

        def kept() -> Kept:
            facts = ready.recording.end("failed", exit_code=refusal.exit_code)
            return keep(facts, ready, snapshot=None, config=job.config, rim=job.rim)

        job.rim("the end", kept, None)
    return RunOutcome(exit_code=refusal.exit_code, refused=refusal.reason)


def _outcome(code: int, kept: Kept | None, job: Job) -> RunOutcome:
    if kept is None:
        return RunOutcome(exit_code=code, notes=("not measured, not recorded", *job.rim.faults))
    path, record = job.options.record_file, kept.record
    if path is not None and record is not None:
        write_record(path, record, rim=job.rim)
    notes = (*(() if kept.recorded_in else ("not recorded",)), *kept.remarks, *job.rim.faults)
    return RunOutcome(exit_code=code, record=record, recorded_in=kept.recorded_in, head=kept.head, notes=notes)


def child_environ(environ: Mapping[str, str], ready: Prepared) -> dict[str, str]:
    """Give the child the environment that was found, and where its events go.

    Python itself sets LC_CTYPE in the C locale (PEP 538); what was not there before it is taken away again.
    """
    child = {**environ, "VATIO_RUN": ready.started.id, "VATIO_BOOT": ready.around.boot}
    child.pop("VATIO_SPOOL", None)
    if ready.folder is not None:
        child["VATIO_SPOOL"] = os.path.abspath(ready.folder)
    if child.get("LC_CTYPE") in ("C.UTF-8", "C.utf8", "UTF-8") and "\0LC_CTYPE=" not in "\0" + slurp("/proc/self/environ"):
        del child["LC_CTYPE"]
    return child


def _snapshot(job: Job, ready: Prepared) -> Snapshot | None:
    if job.config.record.environment == "off":
        return None
    workload, environ, folder = job.config.workload, job.options.environ, job.options.place.folder
    subject = Subject(
        argv=job.command,
        cwd=working_folder() if folder is None else os.path.abspath(folder),
        root=str(job.config.root),
        environ=environ,
        inputs=workload.inputs,
        outputs=workload.outputs,
        search_s=_SEARCH_S,
        ours=_ours(ready),
    )
    return Snapshot(subject, wishes=job.config.record, around=ready.around, veil=ready.veil)


def _ours(ready: Prepared) -> tuple[str, ...]:
    """Give the beginnings of the paths that this run itself writes: its spool, its ledger."""
    places = [ready.folder and os.path.dirname(ready.folder), ready.keeper and ready.keeper.recorded_in]
    return tuple(os.path.abspath(place) for place in places if place)


def _check_record_file(path: str | None) -> None:
    if path is None:
        return
    folder = os.path.dirname(path) or "."
    if not path or os.path.isdir(path) or not os.path.isdir(folder):
        raise Refused(f"--record {path} cannot be written", hint="name a file in a folder that is there")
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise Refused(f"--record {path} cannot be written: permission denied")
