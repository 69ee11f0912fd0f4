"""``vatio init``."""

from __future__ import annotations

import os

import click

from vatio.cli._detect import found_here, remarks
from vatio.cli._terminal import say
from vatio.errors import UsageError

_NAME = "vatio.toml"


@click.command("init")
@click.option("--force", is_flag=True, help="Replace the file that is there.")
@click.option("--ledger", metavar="PATH", help="Ledger to name in the file.")
@click.option("--config", metavar="FILE", default=_NAME, help="File to write in place of vatio.toml.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing.")
def command(*, force: bool, ledger: str | None, config: str, quiet: bool) -> None:
    """Write a commented vatio.toml from what this machine has.

    Every key stands in it with an example. The grid zone is left as a question: vatio never looks up where you are.
    """
    from vatio.config import config_template

    if os.path.lexists(config) and not force:
        raise UsageError(f"{config} is there already", hint="--force replaces it")
    text = config_template(found_here(ledger), remarks=remarks())
    try:
        with open(config, "w", encoding="utf-8") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot write {config}: {getattr(error, 'strerror', error)}") from error
    if not quiet:
        say((f"vatio: wrote {config}; say where the machine stands: zone of [site]",))
