"""``vatio catalog``."""

from __future__ import annotations

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import as_json, shared
from vatio.cli._terminal import put_json, put_lines, put_table

_own = click.option(
    "--catalog", "rows", metavar="FILE", multiple=True, help="Rows of your own, as CSV or TOML; may be repeated."
)


@click.group("catalog")
def command() -> None:
    """Show what hardware draws and embodies, and what grids emit, with sources."""


@command.command("list")
@click.argument("table", required=False)
@click.option("--match", metavar="TEXT", help="Only rows whose name or words have this text.")
@_own
@as_json
@shared
def list_(rim: Rim, *, table: str | None, match: str | None, rows: tuple[str, ...], as_json: bool) -> None:
    """List the rows of one TABLE, or of all: accelerators, processors, instances, zones, regions, facilities, and so on."""
    from vatio.cli._cataloguing import as_document, line, matching

    found = matching(rim, table, match, rows)
    if as_json:
        put_json(as_document(found))
    else:
        put_table(("table", "name", "figures", "year", "source"), [line(entry) for entry in found], right=(3,))


@command.command("show")
@click.argument("name")
@_own
@as_json
@shared
def show(rim: Rim, *, name: str, rows: tuple[str, ...], as_json: bool) -> None:
    """Show every row that is called NAME, with all its figures and their ranges."""
    from vatio.cli._cataloguing import as_document, named, shown

    found = named(rim, name, rows)
    if as_json:
        put_json(as_document(found))
    else:
        put_lines([line for entry in found for line in shown(entry)])
