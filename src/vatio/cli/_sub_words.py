"""A click group of sub-commands that are imported only when they run: a table of words, one file each."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from vatio.errors import UnknownName


class SubWords(click.Group):
    """Find sub-commands in a table; the module of a word is ``<prefix>_<word>``, its click command is called ``command``."""

    def __init__(self, name: str, words: Mapping[str, str], *, prefix: str, **settings: Any) -> None:
        super().__init__(name, **settings)
        self._words, self._prefix = words, prefix

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the words in the order of the table."""
        return list(self._words)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one sub-command."""
        if cmd_name not in self._words:
            return None
        found: click.Command = import_module(f"{self._prefix}_{cmd_name.replace('-', '_')}").command
        return found

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the sub-command that the arguments begin with, or name the nearest one."""
        if args and not args[0].startswith("-") and args[0] not in self._words:
            raise UnknownName.among(f"{self.name} command", args[0], self._words)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sub-commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._words.items()))
