"""Options that several commands share, for click."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._run_options import RUN_OPTIONS, SHARED_OPTIONS, RunOption

Callback = Callable[..., Any]

RUN_HELP = "RUN is an id, a part of one that is its own, a name, or @1 for the latest run."

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def shared(callback: Callback) -> Callback:
    """Give a command ``--ledger``, ``--config`` and ``-q``; the callback gets them as its first argument, a ``Rim``."""

    @functools.wraps(callback)
    def called(*, ledger: str | None, config: str | None, quiet: bool, **options: Any) -> Any:
        return callback(Rim(ledger=ledger, config=config, quiet=quiet), **options)

    return with_options(SHARED_OPTIONS)(called)


def with_options(options: tuple[RunOption, ...]) -> Callable[[Callback], Callback]:
    """Give a command the options of a table, in its order."""

    def decorate(callback: Callback) -> Callback:
        # Decorators apply from the last to the first.
        for option in reversed([option for option in options if option.what]):
            short = [other.spelt for other in options if other.name == option.name and other is not option]
            # `is_flag=False` said aloud would make the value of an option optional.
            kind: dict[str, Any] = {"metavar": option.metavar, "multiple": option.many} if option.metavar else {"is_flag": True}
            if option.whole is not None:
                kind.update(type=click.IntRange(min=0), default=option.whole)
            made = click.option(*short, option.spelt, option.name, help=option.what, **kind)
            callback = made(callback)
        return callback

    return decorate


run_options = with_options(RUN_OPTIONS)
