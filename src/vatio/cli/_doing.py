"""Order a run for its clean hours: plan it, keep the order and its plan, and let somebody wait with it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from vatio.cli import _plan_options, _run_options
from vatio.cli._planning import Planned, planned
from vatio.cli._rim import Rim
from vatio.cli._running import Unharmed, run_words
from vatio.cli._terminal import put
from vatio.cli._when_options import ENGINES, split, wishes
from vatio.errors import LedgerError, Refused, UsageError
from vatio.plan.engines import Filed, Order, file_order, kept_environ, order_folders, signal_number
from vatio.plan.outcome import expected
from vatio.records import Plan, rfc3339

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
        from vatio.cli._carrying import take_up

        return take_up(rim, str(when["plan"]), words, when, unharmed=unharmed)
    _check(when)
    if when["when"] == "now":
        return run_words(rim, words, options, unharmed=unharmed)
    asked = _asked(rim, words, options, when)
    filed = ordered(rim, asked)
    if filed.order.engine == "local" and not when["detach"]:
        from vatio.cli._carrying import carry_out

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
        UsageError: the deadline is past, or nearer than the job is long; the job's duration is not known.
        LedgerUnavailable: the order can be kept nowhere.
    """
    from vatio.ledger import new_id, open_keeper, places

    now = datetime.now(UTC)
    found = planned(rim, asked.wishes, asked.command, now=now, at_once_without=True)
    engine = asked.when["engine"] or "local"
    plan = described(rim, found, asked.command, engine=engine, submitted_at=now)
    run, config = new_id(), rim.config()
    keeper = open_keeper(config, environ=rim.environ)
    try:
        entry = keeper.append("plan", plan, run=run).hash
    except (LedgerError, OSError) as error:
        rim.note(f"the plan is not recorded: {error}")
        entry = None
    finally:
        path = keeper.path
        keeper.close()
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
    return file_order(order, order_folders(path, places(rim.environ)))


def described(rim: Rim, found: Planned, command: Sequence[str], *, engine: str, submitted_at: datetime) -> Plan:
    """Add to a plan what tells whose it is, and what it expects; the command's secrets are left out."""
    hoped = None
    if found.curve is not None:
        hoped = expected(found.plan, found.curve, submitted_at=submitted_at, duration_s=found.job.duration_s)
    more = {
        "engine": engine,
        "command": list(_redacted(rim, command)),
        "submitted_at": rfc3339(submitted_at),
        "deadline": rfc3339(found.job.deadline),
        "duration_s": found.job.duration_s,
        "expected_g_per_kwh": None if hoped is None else hoped.g_per_kwh,
        "now_g_per_kwh": None if hoped is None else hoped.now_g_per_kwh,
    }
    return replace(found.plan, more={**found.plan.more, **more})


def absolute(given: Mapping[str, Any], found: Planned) -> dict[str, Any]:
    """Give the options of a plan with their times as dates, so that they mean the same tomorrow."""
    earliest = None if found.job.earliest is None else rfc3339(found.job.earliest)
    duration = given["duration"] or f"{found.job.duration_s!r}s"
    return {**given, "deadline": rfc3339(found.job.deadline), "slack": None, "earliest": earliest, "duration": duration}


def _kept(when: Mapping[str, Any]) -> dict[str, Any]:
    names = ("source", "pause_signal", "resume_signal", "checkpoint_command")
    return {name: when[name] for name in names}


def _redacted(rim: Rim, command: Sequence[str]) -> tuple[str, ...]:
    from vatio.measure import surroundings
    from vatio.measure.snapshot import Veil, local_salt

    hostname, reveal = surroundings(rim.environ).hostname, rim.config().record.reveal
    return Veil(rim.environ, hostname=hostname, salt=local_salt(rim.environ), reveal=reveal).argv(command)


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


def begins(plan: Plan) -> str:
    """Say when a plan begins, in local time."""
    if plan.start <= datetime.now(UTC):
        return f"begins now ({plan.decided_by})"
    return f"begins {plan.start.astimezone():%a %Y-%m-%d %H:%M} ({plan.decided_by})"


def cancelled(rim: Rim, order: Order, *, why: str) -> None:
    """Say in the ledger that a plan was taken back."""
    from vatio.ledger import open_keeper

    keeper = open_keeper(rim.config(), environ=rim.environ)
    try:
        keeper.append("plan", replace(order.plan, decided_by=f"cancelled: {why}"), run=order.id)
    except (LedgerError, OSError) as error:
        rim.note(f"not recorded: {error}")
    finally:
        keeper.close()
