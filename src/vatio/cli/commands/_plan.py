"""``vatio plan``: a group whose sub-commands are imported only when they run, one file each."""

from __future__ import annotations

from importlib import import_module

import click

from vatio.errors import UnknownName

# Sub-command -> what it does. Its module is commands/_plan_<word>.py and its click command there is called `command`.
PLANS: dict[str, str] = {
    "forecast": "Forecast what a kWh emits in a zone, from what it emitted before.",
    "job": "Say when, where and at what power one job should run.",
    "hardware": "Say on what to run, and after how many hours buying pays.",
    "fleet": "Plan many jobs together, within the power and devices of each zone.",
    "simulate": "Replay policies over a trace of jobs and a year of intensity.",
    "tune": "Find the cheapest threads, workers or batch size by short probes.",
    "emit": "Write a plan as a Kubernetes manifest.",
    "list": "Show the runs that wait for their hours, and what became of the others.",
    "cancel": "Take back a run that waits.",
}


class PlanGroup(click.Group):
    """Find sub-commands in the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the words in the order of the table."""
        return list(PLANS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one sub-command."""
        if cmd_name not in PLANS:
            return None
        found: click.Command = import_module(f"vatio.cli.commands._plan_{cmd_name}").command
        return found

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the sub-command that the arguments begin with, or name the nearest one."""
        if args and not args[0].startswith("-") and args[0] not in PLANS:
            raise UnknownName.among("command", f"plan {args[0]}", [f"plan {word}" for word in PLANS])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sub-commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(PLANS.items()))


command = PlanGroup("plan", help="Plan when, where, on what and at what power to run.")
