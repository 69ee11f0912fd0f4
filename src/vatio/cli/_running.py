"""Run a command under measurement: one call to act, one to say how it went."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from vatio.cli._limiting import power_limited
from vatio.cli._rim import Rim
from vatio.cli._run_options import configured, requirements
from vatio.cli._terminal import live_writer, say, tell
from vatio.errors import Refused, VatioError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config
    from vatio.measure import Controller, RunOutcome

# Do what comes after the child has ended; whatever happens there must not change its exit code.
Unharmed = Callable[[Callable[[], None]], None]


class Follows(NamedTuple):
    """Hold what a run by a plan has beside its options: its id, the plan's entry, what acts meanwhile, what is said after.

    ``settled`` gives the record as it is shown, and lines about the plan.
    """

    id: str | None
    plan: str | None
    controllers: tuple[Controller, ...]
    settled: Callable[[RunOutcome], tuple[RunOutcome, tuple[str, ...]]]


def run_words(
    rim: Rim, words: Sequence[str], given: Mapping[str, Any], *, unharmed: Unharmed, follows: Follows | None = None
) -> int:
    """Run a command with the options of a run and give its exit code.

    Raises:
        UsageError: an option cannot mean anything.
        Refused: there is no command.
    """
    from vatio.measure import RunOptions, run_command

    config = rim.config(configured(given))
    chosen = tuple(words) or config.workload.command
    if not chosen:
        raise Refused("no command to run", hint="vatio run -- python train.py, or set `command` of [workload] in vatio.toml")
    _check_site(rim, config)
    with power_limited(rim, given) as caps:
        options = RunOptions(
            environ={**config.workload.environ, **rim.environ} if config.gives("workload") else rim.environ,
            require=requirements(given["require"]),
            record_file=given["record"],
            controllers=(*caps, *(_controllers(rim) if given["live"] else ()), *(follows.controllers if follows else ())),
            id=follows.id if follows else None,
            plan=follows.plan if follows else None,
        )
        outcome = run_command(chosen, config=config, options=options)
    unharmed(lambda: _say_outcome(rim, *(follows.settled(outcome) if follows else (outcome, ()))))
    return outcome.exit_code


def _check_site(rim: Rim, config: Config) -> None:
    """Read the site's tariff before anything runs: after hours of work is the wrong time to find its mistakes.

    The file of hours may still come: what it knows when the run has ended counts.
    """
    if not config.gives("site"):
        return
    if config.site.tariff is not None:
        from vatio.account import tariff_of

        tariff_of(config.site)
    if config.site.grid is not None and not os.path.exists(config.site.grid):
        rim.note(f"{config.site.grid} is not there: without it the run is accounted by the annual mean")


def _controllers(rim: Rim) -> tuple[Controller, ...]:
    from vatio.measure import LiveLine

    return (LiveLine(live_writer(sys.stderr, rim.environ)),)


def _say_outcome(rim: Rim, outcome: RunOutcome, about_plan: Sequence[str] = ()) -> None:
    if outcome.refused:
        tell(Refused(outcome.refused, hint=outcome.hint))
        return
    for note in outcome.notes:
        rim.note(note)
    if outcome.record is None or rim.quiet:
        return
    from vatio.report import receipt

    lines = receipt(outcome.record, change=_change(rim, outcome), head=outcome.head, recorded_in=outcome.recorded_in)
    say((*lines, *about_plan))


def _change(rim: Rim, outcome: RunOutcome) -> str | None:
    if outcome.record is None or outcome.head is None:  # no head: it went to an outbox, or nowhere
        return None
    from vatio.cli.recording import series_text

    try:
        with rim.ledger(settled=False) as ledger:
            return series_text(ledger, outcome.record)
    except VatioError:  # the receipt is worth more than this line of it
        return None
