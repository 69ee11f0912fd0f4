"""Repeat one arm once: as a run in the ledger within the comparison's, measured as `vatio run` and `track` measure."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from vatio.measure._spawn import Place
from vatio.measure._surroundings import surroundings
from vatio.measure.meters import open_meters
from vatio.measure.paired._design import Arm
from vatio.measure.paired._found import repetition_of, unmeasured
from vatio.measure.paired._measurement import Repetition
from vatio.measure.paired._order import Turn
from vatio.measure.paired.repeat._call import repeat_call
from vatio.measure.paired.repeat._child import attended
from vatio.measure.paired.repeat._folding import Folding
from vatio.measure.paired.repeat._processes import are_at_work, children, end_all
from vatio.measure.paired.repeat._setting import Setting
from vatio.measure.paired.repeat._streams import Streams
from vatio.measure.paired.repeat._watchdog import Watchdog
from vatio.measure.wrap import Parts, RunOptions, run_session

_CUT = "it ended before its work: processes that it left behind were still at it, and what they cost is not known"
_KEPT = "kept in "
_LEFT = "leaves processes running: they were ended, so that they do not load what comes after"


class Repeated(NamedTuple):
    """Hold one repetition, without its cost, and what there is to say of it."""

    repetition: Repetition
    notes: tuple[str, ...] = ()


def repeat(arm: Arm, turn: Turn, *, setting: Setting, cpus: tuple[int, ...]) -> Repeated:
    """Run one repetition of an arm."""
    if arm.call is not None and not arm.isolated:
        return Repeated(repeat_call(arm, turn, setting=setting, cpus=cpus))
    before = set(children())
    repeated = _repeat_child(arm, turn, setting, cpus)
    left = set(children()) - before
    if not left:
        return repeated
    is_whole = not are_at_work(left)
    end_all(left)
    made = repeated.repetition
    if made.ok and not is_whole:
        made = replace(made, ok=False, reason=_CUT)
    return Repeated(made, (*repeated.notes, f"{arm.name} {_LEFT}"))


def _repeat_child(arm: Arm, turn: Turn, setting: Setting, cpus: tuple[int, ...]) -> Repeated:
    watchdog, folding = Watchdog(setting.stopping, timeout_s=setting.timeout_s), Folding()
    environ = environ_of(arm, setting.environ)
    around = surroundings(environ)
    # Another start of its job does not make a repetition a retry of the one before.
    job = None if around.job is None else replace(around.job, requeues=0)
    around = replace(around, run=setting.run, job=job)
    with Streams(setting.outputs, turn) as streams:
        parts = Parts(
            look_around=lambda _environ: around,
            open_meters=setting.open_meters or open_meters,
            open_keeper=folding.open,
            record=watchdog.record,
            open_system=lambda: attended(setting.stopping, arm.call, fold=folding.fold),
        )
        place = Place(arm.cwd, cpus, streams.numbers)
        options = RunOptions(environ=environ, controllers=(watchdog,), place=place)
        outcome = run_session(_words(arm), config=setting.configured(arm, turn), options=options, parts=parts)
        tail = streams.tail() if outcome.exit_code else ""
    notes = tuple(noted(arm.name, note) for note in outcome.notes)
    if outcome.record is None:
        reason = outcome.refused or "it was not measured"
        return Repeated(unmeasured(turn, exit_code=outcome.exit_code, reason=reason, stderr_tail=tail), notes)
    return Repeated(repetition_of(outcome.record, turn, stderr_tail=tail), notes)


def noted(arm: str, note: str) -> str:
    """Name the arm of a note; where repetitions are kept beside the ledger is one note for all of them.

    >>> noted("a", "no counter"), noted("a", "kept in /p/outbox/1.jsonl: the ledger is locked")
    ('a: no counter', 'repetitions are kept in /p/outbox: the ledger is locked')
    """
    kept, _, why = note.partition(": ")
    path = kept.removeprefix(_KEPT)
    return f"{arm}: {note}" if path == kept else f"repetitions are kept in {os.path.dirname(path)}: {why}"


def environ_of(arm: Arm, environ: Mapping[str, str]) -> dict[str, str]:
    """Give the environment of an arm's command.

    >>> environ_of(Arm(name="a", command=("true",), environ={"A": None, "B": "2"}), {"A": "1"})
    {'B': '2'}
    """
    changed = {**environ, **arm.environ}
    return {name: word for name, word in changed.items() if word is not None}


def _words(arm: Arm) -> tuple[str, ...]:
    """Give a command's words. A call that is forked is a part of the program that runs already."""
    if arm.command:
        return arm.command
    return (sys.executable, f"<{getattr(arm.call, '__qualname__', arm.name)}>")
