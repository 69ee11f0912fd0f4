"""The options of a run, the same everywhere one is made (CONTRACT.md 6), as a table that needs no click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from vatio.errors import UsageError

REQUIRED = ("measured", "recorded")


class RunOption(NamedTuple):
    """Describe one option; without a ``metavar`` it is a flag, and ``many`` may be repeated.

    ``whole`` is the default of an option that takes a whole number, 0 or more.
    """

    spelt: str
    name: str
    metavar: str | None
    many: bool
    what: str
    whole: int | None = None


RUN_OPTIONS = (
    RunOption("--name", "name", "TEXT", False, "Name of the run; else the command's."),
    RunOption("--project", "project", "TEXT", False, "Project it belongs to; else the git root's or folder's name."),
    RunOption("--stage", "stage", "STAGE", False, "One of data, experimentation, training, inference, other."),
    RunOption("--tag", "tags", "K=V", True, "A word of your own; may be repeated."),
    RunOption("--zone", "zone", "ZONE", False, "Grid zone, such as ES; unset: the world average, which it says."),
    RunOption("--interval", "interval", "TIME", False, "Time between samples: 250ms, 1s, 1m."),
    RunOption("--input", "inputs", "PATH", True, "File it reads, kept by digest; may be repeated."),
    RunOption("--output", "outputs", "PATH", True, "File it writes, kept by digest; may be repeated."),
    RunOption(
        "--require",
        "require",
        "|".join(REQUIRED),
        True,
        "Refuse to start unless every component is measured, or the run is kept.",
    ),
    RunOption("--power-limit", "power_limit", "W|auto", False, "Cap the GPUs, else the CPU packages, while it runs."),
    RunOption("--max-slowdown", "max_slowdown", "RATIO", False, "How much slower `--power-limit auto` may make it: 5%."),
    RunOption("--live", "live", None, False, "Keep a line on stderr up to date while it runs."),
    RunOption("--record", "record", "FILE", False, "Write the run as JSON when it has ended."),
)
SHARED_OPTIONS = (
    RunOption("--ledger", "ledger", "PATH", False, "Ledger to use in place of the project's."),
    RunOption("--config", "config", "FILE", False, "Configuration to read in place of the project's."),
    RunOption("--quiet", "quiet", None, False, "Say nothing beside the data."),
    RunOption("-q", "quiet", None, False, ""),
)


def quick_parse(arguments: Sequence[str]) -> tuple[tuple[str, ...], dict[str, Any]] | None:
    """Parse the arguments of `vatio run` as click would; ``None`` leaves everything unusual, and every mistake, to click.

    A run is measured to the millisecond, and click costs 40 of them.

    >>> words, options = quick_parse(["--zone", "ES", "--", "python", "train.py", "--name", "x"])
    >>> words, options["zone"], options["name"]
    (('python', 'train.py', '--name', 'x'), 'ES', None)
    """
    known = {option.spelt: option for option in (*RUN_OPTIONS, *SHARED_OPTIONS)}
    given: dict[str, Any] = {option.name: _unset(option) for option in known.values()}
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] not in ("-", "--"):
        spelt, equals, value = rest.pop(0).partition("=")
        option = known.get(spelt)
        if option is None or (option.metavar is None and equals) or (option.metavar and not equals and not rest):
            return None
        if option.metavar is None:
            given[option.name] = True
            continue
        value = value if equals else rest.pop(0)
        given[option.name] = (*given[option.name], value) if option.many else value
    return tuple(rest[1:] if rest[:1] == ["--"] else rest), given


def configured(options: Mapping[str, Any]) -> dict[str, object]:
    """Name the options as configuration keys, leaving out what was not given."""
    keys = {
        "workload.name": options["name"],
        "project.name": options["project"],
        "workload.stage": options["stage"],
        "workload.tags": options["tags"] or None,
        "site.zone": options["zone"],
        "meters.interval_s": options["interval"],
        "workload.inputs": options["inputs"] or None,
        "workload.outputs": options["outputs"] or None,
    }
    return {key: value for key, value in keys.items() if value is not None}


def requirements(values: Sequence[str]) -> tuple[str, ...]:
    """Read what a run requires, repeated or with commas.

    Raises:
        UsageError: a word is none of ``REQUIRED``.
    """
    asked = tuple(part.strip() for value in values for part in value.split(","))
    for word in asked:
        if word not in REQUIRED:
            raise UsageError(f"--require {word!r} is none of {', '.join(REQUIRED)}", hint="vatio run --help")
    return asked


def _unset(option: RunOption) -> Any:
    return False if option.metavar is None else () if option.many else None
