"""``vatio profile``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import as_json, shared
from vatio.cli._terminal import put_json, put_lines, save


@click.command("profile", context_settings={"allow_interspersed_args": False})
@click.argument("words", metavar="[--] COMMAND...", nargs=-1, type=click.UNPROCESSED)
@click.option("--top", type=click.IntRange(min=1), default=15, metavar="N", help="Functions and lines to show; else 15.")
@click.option("--flame", metavar="FILE.svg", help="Draw the stacks: width is cost, a callee stands on its caller.")
@as_json
@shared
def command(rim: Rim, *, words: tuple[str, ...], top: int, flame: str | None, as_json: bool, **_: Any) -> int:
    """Run a command and say what its functions and lines of Python cost, and what set its pace.

    The command is a run like any other, its output and exit code its own; the profile follows it. Python processes are
    sampled by their CPU time, child processes too; of other programs only the whole is known. Time in a C extension counts
    for the line that called it.
    """
    from vatio.cli.improving import flame_of, profile_json, profile_lines, profiled

    found = profiled(rim, words)
    for note in (*found.outcome.notes, *found.notes):
        rim.note(note)
    if flame is not None:
        save(flame, flame_of(found))
    if as_json:
        put_json(profile_json(found, top))
    else:
        put_lines(profile_lines(found, top))
    return found.outcome.exit_code
