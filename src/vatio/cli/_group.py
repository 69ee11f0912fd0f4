"""A click group that imports a command only when it is asked for."""

from __future__ import annotations

from importlib import import_module

import click

from vatio.cli._words import help_text, words
from vatio.errors import UnknownName


class LazyGroup(click.Group):
    """Find commands in the table of words."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the words in the order of the help."""
        return list(words())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in words():
            return None
        found: click.Command = import_module(f"vatio.cli.commands._{cmd_name}").command
        return found

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments begin with, or name the nearest one."""
        if args and not args[0].startswith("-") and args[0] not in words():
            raise UnknownName.among("command", args[0], words())
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the grouped help."""
        formatter.write(help_text())


group = LazyGroup("vatio", context_settings={"help_option_names": ["-h", "--help"]})
