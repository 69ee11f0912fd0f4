"""``vatio ledger``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import as_json, shared
from vatio.cli._terminal import put_json, put_lines
from vatio.errors import UsageError


@click.group("ledger")
def command() -> None:
    """Verify the ledger, make its key, prune its samples."""


@command.command("verify")
@click.option("--key", metavar="PUB", help="Public key that must have signed; else the one that was pinned.")
@click.option("--head", metavar="HASH", help="Head, from a receipt or report, that must be in the chain.")
@click.option("--rebuild", is_flag=True, help="Also compute every run anew and compare.")
@as_json
@shared
def verify(rim: Rim, *, key: str | None, head: str | None, rebuild: bool, as_json: bool) -> int:
    """Check every byte that the chain proves, and the signatures. Exit code 1 says that something was found."""
    from vatio.cli.proving import verdict, verdict_json
    from vatio.cli.recording import share_out

    with rim.ledger(settled=False) as ledger:
        found = ledger.verify(key=key, head=head, rebuild=rebuild, share_out=share_out)
    if as_json:
        put_json(verdict_json(found))
    else:
        put_lines(verdict(found))
    return 0 if found.holds else 1


@command.command("keygen")
@click.option("--replace", is_flag=True, help="Make a successor of the key there is, which signs it in.")
@shared
def keygen(rim: Rim, *, replace: bool) -> None:
    """Make the key that signs entries; from then on every entry is signed.

    It lies in the user's configuration folder, readable by nobody else, and never in the project. The public key is
    printed: keep it elsewhere, and `vatio ledger verify --key` proves that nobody replaced both.
    """
    from vatio.ledger import generate_key

    path = rim.config().ledger.key
    if path is None:
        raise UsageError("there is no home folder to keep a key in", hint="set `key` of [ledger], or HOME")
    signer = generate_key(path, replace=replace)
    rim.note(f"the private key is {path}; back it up, and show it to nobody")
    put_lines([signer.public])


@command.command("prune")
@click.option("--older-than", metavar="TIME", required=True, help="Drop the samples of runs that ended so long ago: 90d.")
@as_json
@shared
def prune(rim: Rim, *, older_than: str, as_json: bool) -> None:
    """Drop old samples. Totals, per-minute aggregates and the chain stay, and still verify."""
    with rim.ledger() as ledger:
        pruned = ledger.prune(before=_ago(older_than))
    if as_json:
        put_json({"schema": "vatio.pruning/1", "runs": pruned.runs})
    else:
        put_lines([f"dropped the samples of {len(pruned.runs)} runs"])


def _ago(text: str) -> datetime:
    from vatio.units import parse_duration_s

    try:
        return datetime.now(UTC) - timedelta(seconds=parse_duration_s(text))
    except OverflowError as error:
        raise UsageError(f"{text!r} ago is before all calendars", hint="write 90d") from error
