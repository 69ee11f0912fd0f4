"""Run the commands that read without click, which would cost more than they do; whatever is unusual is left to click.

The options are the same tables that click's commands are made of, and both call the same function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from vatio.cli._run_options import SHARED_OPTIONS, RunOption

JSON = RunOption("--json", "as_json", None, False, "Print JSON.")
PROJECT = RunOption("--project", "project", "TEXT", False, "Only runs of this project.")
LIST_OPTIONS = (
    RunOption("--limit", "limit", "N", False, "How many of the newest; 0 is all.", whole=50),
    PROJECT,
    RunOption("--name", "name", "TEXT", False, "Only runs of this name."),
    RunOption("--stage", "stage", "STAGE", False, "Only runs of this stage."),
    RunOption("--within", "within", "RUN", False, "Only runs within this one: its trials, repetitions, blocks."),
    RunOption("--all", "all", None, False, "Runs within others too; JSON always has them."),
    JSON,
)
SHOW_OPTIONS = (
    RunOption("--watch", "watch", None, False, "Follow a run that goes on, until it ends."),
    RunOption("--sci", "sci", "UNIT", False, "Score it by ISO/IEC 21031: grams for each UNIT of its work."),
    JSON,
)
SUM_OPTIONS = (
    RunOption("--by", "by", "GROUP", False, "One of project, stage, month, host, tag:KEY; else project."),
    RunOption("--since", "since", "DATE", False, "Only runs that ended then or later: 2026, 2026-03, 2026-03-31, RFC 3339."),
    RunOption("--tz", "tz", "ZONE", False, "Time zone of months and of --since, such as Europe/Madrid; else UTC."),
    RunOption("--as", "form", "csv", False, "Write CSV."),
    JSON,
)
BUDGET_OPTIONS = (RunOption("--tz", "tz", "ZONE", False, "Time zone of the month, such as Europe/Madrid; else UTC."), JSON)


class Quick(NamedTuple):
    """Name the function of a command, its options and its one argument, if it takes one."""

    target: str
    options: tuple[RunOption, ...]
    argument: str = ""


QUICK = {
    ("runs", "list"): Quick("vatio.cli.recording._listing:list_runs", LIST_OPTIONS),
    ("runs", "show"): Quick("vatio.cli.recording._showing:show_run", SHOW_OPTIONS, "run"),
    ("runs", "sum"): Quick("vatio.cli.recording._summing:sum_runs", SUM_OPTIONS),
    ("runs", "budget"): Quick("vatio.cli.recording._budgeting:show_budgets", BUDGET_OPTIONS),
}


def is_quick(arguments: Sequence[str]) -> bool:
    """Tell whether a command is one of those that only read."""
    return tuple(arguments[:2]) in QUICK


def quick_command(arguments: Sequence[str]) -> Callable[[], int | None] | None:
    """Give what a well-formed command does; ``None`` for every other, every mistake and every ``--help``."""
    command = QUICK.get((arguments[0], arguments[1])) if len(arguments) > 1 else None
    given = parsed(arguments[2:], command) if command is not None else None
    if command is None or given is None:
        return None
    shared = {name: given.pop(name) for name in ("ledger", "config", "quiet")}

    def run() -> int | None:
        import gc

        from vatio.cli._rim import Rim

        # A process of some milliseconds leaves nothing worth collecting, and looking for it takes one of them.
        if not given.get("watch"):
            gc.disable()

        module, _, name = command.target.partition(":")
        done: int | None = getattr(import_module(module), name)(Rim(**shared), **given)
        return done

    return run


def parsed(words: Sequence[str], command: Quick) -> dict[str, Any] | None:
    """Parse the words of a command as click would; ``None`` for whatever is not plainly right.

    >>> parsed(["--limit=3", "--json"], QUICK["runs", "list"])["limit"]
    3
    >>> parsed(["--limit", "many"], QUICK["runs", "list"])
    """
    known = {option.spelt: option for option in (*command.options, *SHARED_OPTIONS)}
    given: dict[str, Any] = {option.name: option.whole if option.metavar else False for option in known.values()}
    places = [command.argument] if command.argument else []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            if not places:
                return None
            given[places.pop()] = word
            continue
        value = _value(word, rest, known)
        if value is None:
            return None
        given.update(value)
    return None if places else given


def _value(word: str, rest: list[str], known: Mapping[str, RunOption]) -> dict[str, Any] | None:
    """Read one option, taking its value from what follows; ``None`` where something is wrong with it."""
    spelt, equals, value = word.partition("=")
    option = known.get(spelt)
    if option is None or (option.metavar is None and equals):
        return None
    if option.metavar is None:
        return {option.name: True}
    if not equals:
        if not rest:
            return None
        value = rest.pop(0)
    if option.whole is None:
        return {option.name: value}
    return {option.name: int(value)} if value.isdecimal() and value.isascii() and len(value) < 10 else None
