"""Order a run for its clean hours: plan it, keep the order and its plan, and let somebody wait with it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from vatio.cli import _run_options
from vatio.cli._rim import Rim
from vatio.cli._running import Unharmed, run_words
from vatio.cli._terminal import put
from vatio.cli.planning import _plan_options
from vatio.cli.planning._plan_kept import begins, cancelled, described, kept
from vatio.cli.planning._planning import Planned, planned
from vatio.cli.planning._when_options import ENGINES, split, wishes
from vatio.errors import LedgerError, MeasureError, MissingExtra, Refused, UnknownName, UsageError, VatioError
from vatio.plan.engines import Filed, Order, file_order, kept_environ, order_folders, signal_number
from vatio.records import rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.plan.engines import Engine


class Asked(NamedTuple):
    """Hold a call of `vatio run --when`: the command, the options of the run, those of waiting, and those of the plan."""

    command: tuple[str, ...]
    options: dict[str, Any]
    when: dict[str, Any]
    wishes: dict[str, Any]


def run_when(rim: Rim, words: Sequence[str], given: Mapping[str, Any], *, unharmed: Unharmed) -> int:
    """Run a command in the hours that a plan finds for it, or take up such a plan; give the exit code.

    Raises:
        UsageError: an option cannot mean anything.
        Refused: the plan cannot be carried out here.
    """
    options, when = split(given)
    if when["plan"]:
        from vatio.cli.planning._carrying import take_up

        return take_up(rim, str(when["plan"]), words, when, unharmed=unharmed)
    _check(when)
    if when["when"] == "now":
        return run_words(rim, words, options, unharmed=unharmed)
    asked = _asked(rim, words, options, when)
    filed = ordered(rim, asked)
    if filed.order.engine == "local" and not when["detach"]:
        from vatio.cli.planning._carrying import carry_out

        return carry_out(rim, filed, unharmed=unharmed)
    _hand_over(rim, filed, asked.when)
    return 0


def _check(when: Mapping[str, Any]) -> None:
    if when["when"] not in ("green", "now"):
        said = "is not given" if when["when"] is None else f"{when['when']!r} is none of green, now"
        raise UsageError(f"--when {said}", hint="vatio run --when green --duration 2h --slack 24h --curve FILE -- COMMAND")
    if when["engine"] not in (None, *ENGINES):
        raise UsageError(f"--engine {when['engine']!r} is none of {', '.join(ENGINES)}", hint="vatio run --help")
    if when["slurm"] and when["engine"] != "slurm":
        raise UsageError("--slurm belongs to --engine slurm", hint="leave it out")
    if bool(when["pause_signal"]) != bool(when["resume_signal"]):
        raise UsageError("--pause-signal and --resume-signal go together", hint="--pause-signal USR1 --resume-signal USR2")
    for name in ("pause_signal", "resume_signal"):
        if when[name]:
            signal_number(when[name])


def _asked(rim: Rim, words: Sequence[str], options: dict[str, Any], when: dict[str, Any]) -> Asked:
    """Resolve the configuration once, with the options of the run and of the plan, and make paths whole."""
    found = wishes(options, when)
    for name in ("curves", "history"):
        found[name] = tuple(_whole_path(entry) for entry in found[name])
    for name in ("profile", "rates"):
        found[name] = os.path.abspath(found[name]) if found[name] else None
    if when["source"] and os.path.exists(when["source"]):
        found["source"] = os.path.abspath(when["source"])
        when = {**when, "source": found["source"]}
    config = rim.config({**_plan_options.configured(found), **_run_options.configured(options)})
    command = tuple(words) or config.workload.command
    if not command:
        raise Refused("no command to run", hint="vatio run --when green ... -- python train.py")
    return Asked(command, options, when, found)


def _whole_path(entry: str) -> str:
    zone, equals, path = entry.partition("=")
    if equals and not os.path.exists(entry):
        return f"{zone}={os.path.abspath(path)}"
    return os.path.abspath(entry)


def ordered(rim: Rim, asked: Asked) -> Filed:
    """Plan a run, write its plan into the ledger under the run's id, and keep its order.

    Raises:
        UsageError: the deadline is past, or nearer than the job is long; the job's duration is not known; a file that was
            named cannot be read.
        LedgerUnavailable: the order can be kept nowhere.
    """
    from vatio.ledger import new_id, places
    from vatio.ledger.disk import ledger_path

    now = datetime.now(UTC)
    found = planned(rim, asked.wishes, asked.command, now=now, forgiven=_forgiven(asked.wishes))
    engine = asked.when["engine"] or "local"
    for note in found.plan.notes:
        if note.startswith("no forecast"):  # told before anything runs: a configured file may be misspelt
            rim.note(note)
    plan = described(rim, found, asked.command, engine=engine, submitted_at=now)
    run, where = new_id(), places(rim.environ)
    entry = kept(rim, plan, run)
    order = Order(
        id=run,
        command=asked.command,
        folder=os.getcwd(),
        plan=plan,
        engine=engine,
        submitted_at=now,
        deadline=found.job.deadline,
        duration_s=found.job.duration_s,
        entry=entry,
        environ=kept_environ(rim.environ),
        options=asked.options,
        wishes={**absolute(asked.wishes, found), "when": _kept(asked.when)},
    )
    return file_order(order, order_folders(ledger_path(None, rim.config(), where), where))


def _forgiven(given: Mapping[str, Any]) -> tuple[type[VatioError], ...]:
    """Tell what makes a run begin at once: anything, but for a file or source named here, which is misspelt if it is not there.

    What the configuration names may be written by somebody else, and late: that is a forecast that is missing.
    """
    is_named = any(given[name] for name in ("curves", "history", "source"))
    return (UnknownName, MissingExtra, MeasureError, LedgerError) if is_named else (VatioError,)


def absolute(given: Mapping[str, Any], found: Planned) -> dict[str, Any]:
    """Give the options of a plan with their times as dates, so that they mean the same tomorrow."""
    earliest = None if found.job.earliest is None else rfc3339(found.job.earliest)
    duration = given["duration"] or f"{found.job.duration_s!r}s"
    return {**given, "deadline": rfc3339(found.job.deadline), "slack": None, "earliest": earliest, "duration": duration}


def _kept(when: Mapping[str, Any]) -> dict[str, Any]:
    names = ("source", "pause_signal", "resume_signal", "checkpoint_command")
    return {name: when[name] for name in names}


def _hand_over(rim: Rim, filed: Filed, when: Mapping[str, Any]) -> None:
    engine = engine_of(rim, filed.order.engine, more=when["slurm"])
    try:
        filed.ticketed(engine.submit(filed))
    except Refused:
        if filed.take_back():
            cancelled(rim, filed.order, why="it could not be handed over")
        filed.remove()
        raise
    put(f"{filed.order.id}\n")
    rim.note(f"plan {filed.order.id[-8:]} {begins(filed.order.plan)}; `vatio plan list` shows it")


def engine_of(rim: Rim, name: str, *, more: Sequence[str] = ()) -> Engine:
    """Open an engine by its name."""
    from vatio.plugins import load

    kind = load("engines", name)
    options: dict[str, Any] = {"environ": rim.environ, "words": rim.words()}
    found: Engine = kind(**options, more=tuple(more)) if more else kind(**options)
    return found
