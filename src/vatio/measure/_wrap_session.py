"""Put a wrapped run together: prepare, start the child, wait for it, sum it up, keep it. The child's code comes first."""

from __future__ import annotations

import os
from collections.abc import Mapping

from vatio.config import Config
from vatio.errors import Refused
from vatio.measure._granted import slurp
from vatio.measure._rim import Rim
from vatio.measure._snapshot import Snapshot, Subject
from vatio.measure._spawn import Unstartable, exit_code, find_program, spawn
from vatio.measure._wrap import RunOptions, RunOutcome
from vatio.measure._wrap_beside import Work
from vatio.measure._wrap_keep import Kept, keep, write_record
from vatio.measure._wrap_loop import Exit, bare_wait, open_pidfd, watch
from vatio.measure._wrap_prepare import Parts, Prepared, prepare
from vatio.measure._wrap_signals import Signals, become_subreaper, open_signals

# Programs that hand the work to a daemon, whose processes are not below ours.
_DAEMONS = ("docker", "podman", "nerdctl", "ray", "sbatch", "qsub", "bsub", "kubectl", "systemd-run", "at", "batch")
_MOST_SURVIVORS = 5


def run_session(command: tuple[str, ...], *, config: Config, options: RunOptions, parts: Parts = Parts()) -> RunOutcome:  # noqa: B008
    """Run the command: before there is a child a refusal is an outcome, after that nothing but its code is returned."""
    if not command:
        return RunOutcome(exit_code=125, refused="no command to run", hint="vatio run -- python train.py")
    program = find_program(command[0], options.environ)
    if isinstance(program, Unstartable):
        return RunOutcome(exit_code=program.exit_code, refused=program.reason)
    rim = Rim(silent=True)
    try:
        _check_record_file(options.record_file)
        ready = prepare(command, config=config, options=options, rim=rim, parts=parts)
    except Refused as refusal:
        return RunOutcome(exit_code=125, refused=str(refusal), hint=refusal.hint)
    except Exception as error:  # noqa: BLE001  the rim: without a measurement the workload runs all the same
        rim.fault(f"the measurement: {error}")
        return _run_bare(program, command, options.environ, rim)
    return _run_measured(program, command, ready, config, options, rim)


def _run_measured(
    program: str, command: tuple[str, ...], ready: Prepared, config: Config, options: RunOptions, rim: Rim
) -> RunOutcome:
    signals = open_signals()
    try:
        become_subreaper()
        snapshot = rim("the snapshot", lambda: _snapshot(command, ready, config, options), None)
        work = Work(ready.recording, snapshot=snapshot, controllers=options.controllers, rim=rim)
        rim("the first sample", ready.recording.begin, None)
        child = spawn(program, command, environ=child_environ(options.environ, ready), mask=signals.mask)
        if isinstance(child, Unstartable):
            return _unstarted(child, work, ready, config, options, rim)
        ended = _wait(child, signals, work, rim)
        kept = _sum_up(child, ended, command, work, ready, config, options, rim)
        code = exit_code(ended.status)
    finally:
        signals.close()
    return _outcome(code, kept, ready, options, rim)


def _wait(child: int, signals: Signals, work: Work, rim: Rim) -> Exit:
    """Wait for the child by the loop; if that fails, by nothing but a wait."""
    try:
        work.begin(child)
        return watch(child, signals=signals, beside=work, pidfd=open_pidfd(child), own=work.own)
    except Exception as error:  # noqa: BLE001  the rim: the child's code is returned whatever the measurement does
        rim.fault(f"the loop: {error}")
        return bare_wait(child)


def _sum_up(
    child: int,
    ended: Exit,
    command: tuple[str, ...],
    work: Work,
    ready: Prepared,
    config: Config,
    options: RunOptions,
    rim: Rim,
) -> Kept | None:
    recording, tree = ready.recording, ready.recording.instruments.tree
    if tree is not None:
        rim("the process tree", lambda: tree.ended(child, ended.cpu_s), None)
    _note_what_is_outside(child, command, work, rim)
    code = os.waitstatus_to_exitcode(ended.status)

    def kept() -> Kept:
        facts = recording.end(
            "finished" if code == 0 else "failed",
            exit_code=code if code >= 0 else None,
            signal=-code if code < 0 else None,
            peak_memory_bytes=ended.peak_memory_bytes,
        )
        return keep(facts, ready, snapshot=work.snapshot, config=config, rim=rim)

    work.end()
    return rim("the end", kept, None)


def _note_what_is_outside(child: int, command: tuple[str, ...], work: Work, rim: Rim) -> None:
    nobody: tuple[int, ...] = ()
    survivors = rim("the survivors", lambda: work.survivors(child), nobody)
    if survivors:
        named = [f"{pid} {slurp(f'/proc/{pid}/comm').strip()}".strip() for pid in survivors[:_MOST_SURVIVORS]]
        more = f" and {len(survivors) - len(named)} more" if len(survivors) > len(named) else ""
        work.recording.note(f"still running after the command, measured no longer: {', '.join(named)}{more}")
    if os.path.basename(command[0]) in _DAEMONS:
        work.recording.note(f"{os.path.basename(command[0])} hands work to a daemon, whose CPU time is not in this run")


def _unstarted(refusal: Unstartable, work: Work, ready: Prepared, config: Config, options: RunOptions, rim: Rim) -> RunOutcome:
    """End a run whose start is written already: the kernel would not execute the program."""
    work.end()
    work.snapshot = None

    def kept() -> Kept:
        ready.recording.note(refusal.reason)
        facts = ready.recording.end("failed", exit_code=refusal.exit_code)
        return keep(facts, ready, snapshot=None, config=config, rim=rim)

    rim("the end", kept, None)
    return RunOutcome(exit_code=refusal.exit_code, refused=refusal.reason)


def _outcome(code: int, kept: Kept | None, ready: Prepared, options: RunOptions, rim: Rim) -> RunOutcome:
    if kept is None:
        return RunOutcome(exit_code=code, notes=tuple(rim.faults))
    if options.record_file is not None and kept.record is not None:
        write_record(options.record_file, kept.record, rim=rim)
    notes = () if kept.recorded_in else ("not recorded",)
    return RunOutcome(
        exit_code=code, record=kept.record, recorded_in=kept.recorded_in, head=kept.head, notes=(*notes, *rim.faults)
    )


def _run_bare(program: str, command: tuple[str, ...], environ: Mapping[str, str], rim: Rim) -> RunOutcome:
    """Run the command without any measurement."""
    signals = open_signals()
    child = spawn(program, command, environ=environ, mask=signals.mask)
    if isinstance(child, Unstartable):
        signals.close()
        return RunOutcome(exit_code=child.exit_code, refused=child.reason)
    ended = bare_wait(child)
    signals.close()
    return RunOutcome(exit_code=exit_code(ended.status), notes=("not measured, not recorded", *rim.faults))


def child_environ(environ: Mapping[str, str], ready: Prepared) -> dict[str, str]:
    """Give the child the environment that was found, and where its events go.

    Python itself sets LC_CTYPE in the C locale (PEP 538); what was not there before it is taken away again.
    """
    child = {**environ, "VATIO_RUN": ready.started.id, "VATIO_BOOT": ready.around.boot}
    if ready.folder is not None:
        child["VATIO_SPOOL"] = os.path.abspath(ready.folder)
    else:
        child.pop("VATIO_SPOOL", None)
    if child.get("LC_CTYPE") in ("C.UTF-8", "C.utf8", "UTF-8") and "\0LC_CTYPE=" not in "\0" + slurp("/proc/self/environ"):
        del child["LC_CTYPE"]
    return child


def _snapshot(command: tuple[str, ...], ready: Prepared, config: Config, options: RunOptions) -> Snapshot | None:
    if config.record.environment == "off":
        return None
    try:
        cwd = os.getcwd()
    except OSError:
        cwd = ""  # it was deleted
    workload = config.workload
    subject = Subject(
        argv=command, cwd=cwd, root=str(config.root), environ=options.environ, inputs=workload.inputs, outputs=workload.outputs
    )
    return Snapshot(subject, wishes=config.record, around=ready.around, veil=ready.veil)


def _check_record_file(path: str | None) -> None:
    if path is None:
        return
    folder = os.path.dirname(path) or "."
    if os.path.isdir(path) or not os.path.isdir(folder):
        raise Refused(f"--record {path} cannot be written", hint="name a file in a folder that is there")
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise Refused(f"--record {path} cannot be written: permission denied")
