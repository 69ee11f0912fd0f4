"""``vatio run``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from vatio.cli._main import unharmed
from vatio.cli._outcome import say_outcome
from vatio.cli._rim import Rim, shared
from vatio.cli._run_options import configured, run_options
from vatio.cli._terminal import live_writer, tell
from vatio.errors import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure import Controller, RunOutcome


@click.command("run", context_settings={"allow_interspersed_args": False})
@click.argument("words", metavar="[--] COMMAND...", nargs=-1, type=click.UNPROCESSED)
@run_options
@shared
def command(rim: Rim, *, words: tuple[str, ...], require: tuple[str, ...], live: bool, record: str | None, **given: Any) -> int:
    """Run a command, measure it, account for it and keep it.

    The command's output, signals and exit code stay its own; a receipt follows on stderr. Options after the command are
    the command's. Without one, `command` of [workload] in vatio.toml is run.
    """
    from vatio.measure import RunOptions, run_command

    config = rim.config(configured(given))
    chosen = words or config.workload.command
    if not chosen:
        raise Refused("no command to run", hint="vatio run -- python train.py, or set `command` of [workload] in vatio.toml")
    options = RunOptions(environ=rim.environ, require=require, record_file=record, controllers=_controllers(live, rim.environ))
    outcome = run_command(chosen, config=config, options=options)
    return _told(rim, outcome)


def _controllers(live: bool, environ: Mapping[str, str]) -> tuple[Controller, ...]:
    if not live:
        return ()
    from vatio.measure import LiveLine

    return (LiveLine(live_writer(sys.stderr, environ)),)


def _told(rim: Rim, outcome: RunOutcome) -> int:
    if outcome.refused:
        tell(Refused(outcome.refused, hint=outcome.hint))
    elif not rim.quiet:
        # The child has ended: nothing from here on may change its code.
        unharmed(lambda: say_outcome(rim, outcome))
    return outcome.exit_code
