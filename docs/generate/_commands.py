"""Write docs/reference/commands.md from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from vatio.cli._group import group

HEAD = """# Commands

Written by `make docs` from the commands' own `--help`. Data goes to stdout, progress and notes to stderr; every reading
command has `--json`. Exit codes: `vatio run` returns the child's own code (128 + n when signal n ended it, 125 refused,
126 not executable, 127 not found); every other command 0 ok, 1 finding, 2 bad use, 3 could not measure, decide or check;
130 is Ctrl-C.
"""


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Give the page of all commands."""
    yield "docs/reference/commands.md", "\n".join([HEAD, *(_section(name, command) for name, command in _walk("vatio", group))])


def _walk(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for word in command.list_commands(context):
            inner = command.get_command(context, word)
            if inner is not None and not inner.hidden:
                yield from _walk(f"{name} {word}", inner)


def _section(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name, max_content_width=96, terminal_width=96, color=False)
    lines = [line.rstrip() for line in click.unstyle(command.get_help(context)).splitlines()]
    return "\n".join([f"## {name}", "", "```text", *lines, "```", ""])
