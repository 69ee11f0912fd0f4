"""``vatio optimise``: a group whose sub-commands are imported only when they run, one file each."""

from __future__ import annotations

from importlib import import_module

import click

from vatio.errors import UnknownName

# Sub-command -> what it does. Its module is commands/_optimise_<word>.py and its click command there is called `command`.
OPTIMISATIONS: dict[str, str] = {
    "model": "Find a cheaper form of a model at equal quality, certified and ready to deploy.",
    "search": "Find the best setting of a workload within a hard budget of energy.",
    "data": "Say what a model can do without of its data, and what is wrong with them.",
    "code": "Replace a Python loop over rows by a library call, checked and measured.",
    "study": "Repeat a published study on this machine.",
}


class OptimiseGroup(click.Group):
    """Find sub-commands in the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the words in the order of the table."""
        return list(OPTIMISATIONS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one sub-command."""
        if cmd_name not in OPTIMISATIONS:
            return None
        found: click.Command = import_module(f"vatio.cli.commands._optimise_{cmd_name}").command
        return found

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the sub-command that the arguments begin with, or name the nearest one."""
        if args and not args[0].startswith("-") and args[0] not in OPTIMISATIONS:
            raise UnknownName.among("command", f"optimise {args[0]}", [f"optimise {word}" for word in OPTIMISATIONS])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sub-commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(OPTIMISATIONS.items()))


command = OptimiseGroup("optimise", help="Find the same answer for less: cheaper data, models, settings and code.")
