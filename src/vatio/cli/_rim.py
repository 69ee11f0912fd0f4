"""What every command stands on: its shared options, the configuration in force, and the ledger."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from typing import Any

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config
    from vatio.ledger import Ledger


class Rim:
    """Hold the shared options of one command. Data goes to stdout, notes to stderr unless ``quiet``."""

    __slots__ = ("_file", "_ledger", "environ", "quiet")

    def __init__(self, *, ledger: str | None, file: str | None, quiet: bool, environ: Mapping[str, str]) -> None:
        self._ledger, self._file, self.quiet, self.environ = ledger, file, quiet, environ

    def config(self, options: Mapping[str, object] | None = None) -> Config:
        """Resolve the configuration for this command, saying what was found and not used."""
        from vatio.config import load_config

        given = {"ledger.path": self._ledger, **(options or {})}
        config = load_config(options=given, environ=self.environ, file=self._file)
        for note in config.notes:
            self.note(note)
        return config

    def ledger(self, *, settled: bool = True) -> Ledger:
        """Open the ledger to be read, after taking in what earlier commands had to leave outside it (``settled``).

        Raises:
            UnknownName: there is no ledger yet.
        """
        from vatio.ledger import open_to_read

        return open_to_read(self.config(), environ=self.environ, settled=settled)

    def note(self, text: str) -> None:
        """Say something beside the data."""
        if not self.quiet:
            click.echo(f"vatio: {text}", err=True)


def shared(callback: Callable[..., int | None]) -> Callable[..., int | None]:
    """Give a command ``--ledger``, ``--config`` and ``-q``; the callback gets them as its first argument, a ``Rim``."""

    @functools.wraps(callback)
    def called(*, ledger: str | None, config: str | None, quiet: bool, **options: Any) -> int | None:
        return callback(Rim(ledger=ledger, file=config, quiet=quiet, environ=os.environ), **options)

    # Decorators apply from the last to the first: these stand at the end of a command's help.
    quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing beside the data.")
    config = click.option("--config", metavar="FILE", help="Configuration to read in place of the project's.")
    ledger = click.option("--ledger", metavar="PATH", help="Ledger to use in place of the project's.")
    return ledger(config(quiet(called)))


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
