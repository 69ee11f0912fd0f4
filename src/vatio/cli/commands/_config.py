"""``vatio config``."""

from __future__ import annotations

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import as_json, shared
from vatio.cli._terminal import put, put_json


@click.command("config")
@click.option("--show-origin", is_flag=True, help="Say of each value where it came from.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of vatio.toml.")
@click.option(
    "--completion", type=click.Choice(["bash", "zsh", "fish"]), help="Print the completion script of a shell, to be sourced."
)
@as_json
@shared
def command(rim: Rim, *, show_origin: bool, schema: bool, completion: str | None, as_json: bool) -> None:
    """Show the configuration in force and where each value came from.

    Defaults < user file < project file < environment < options. It is printed as the vatio.toml that would give it.
    """
    from vatio.config import config_schema, config_toml, config_view

    if completion:
        put(_completion(completion))
    elif schema:
        put_json(config_schema())
    elif as_json:
        put_json(config_view(rim.config()))
    else:
        put(config_toml(rim.config(), origins=show_origin))


def _completion(shell: str) -> str:
    from click.shell_completion import get_completion_class

    from vatio.cli._group import group

    kind = get_completion_class(shell)
    assert kind is not None, shell
    return kind(group, {}, "vatio", "_VATIO_COMPLETE").source() + "\n"
