"""``vatio run``, for its help and its mistakes; what is well-formed goes past click (see ``quick_parse``)."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._main import unharmed
from vatio.cli._rim import Rim
from vatio.cli._running import run_words
from vatio.cli._shared import run_options, shared, with_options
from vatio.cli.planning import WHEN_OPTIONS, is_asked


@click.command("run", context_settings={"allow_interspersed_args": False})
@click.argument("words", metavar="[--] COMMAND...", nargs=-1, type=click.UNPROCESSED)
@run_options
@with_options(WHEN_OPTIONS)
@shared
def command(rim: Rim, *, words: tuple[str, ...], **given: Any) -> int:
    """Run a command, measure it, account for it and keep it.

    The command's output, signals and exit code stay its own; a receipt follows on stderr. Options after the command are
    the command's. Without one, `command` of [workload] in vatio.toml is run. With --when green it first waits, as
    `vatio plan job` with the same options says, and never past what the deadline allows; without a forecast it runs at once.
    """
    if is_asked(given):
        from vatio.cli.planning import run_when

        return run_when(rim, words, given, unharmed=unharmed)
    return run_words(rim, words, given, unharmed=unharmed)
