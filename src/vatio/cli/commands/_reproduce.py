"""``vatio reproduce``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import RUN_HELP, as_json, shared
from vatio.errors import UsageError


@click.command("reproduce", epilog=RUN_HELP)
@click.argument("run", metavar="RUN|BUNDLE", required=False)
@click.option("--require", "required", metavar="L0|L1|L2", help="Tier to reach; else L2 where --margin is given, else L1.")
@click.option("--seeds", type=int, default=0, metavar="K", help="Repeat with the seeds 1 to K, given as VATIO_SEED or {seed}.")
@click.option("--margin", type=float, metavar="X", help="How far the metric may lie from the original's, in its own unit.")
@click.option("--metric", metavar="NAME", help="The only metric to compare; else all of them.")
@click.option("--arg", "arguments", metavar="N=VALUE", multiple=True, help="Word N of the command (0 is the program).")
@click.option("--rtol", type=float, default=1e-4, metavar="X", help="Relative tolerance of L1.", show_default=True)
@click.option("--max-time", metavar="TIME", help="End a repetition after so long; else 10 times the original's and a minute.")
@click.option("--attest", metavar="FILE", help="Also write the signed attestation (in-toto, DSSE) to a file.")
@click.option("--check", metavar="FILE|HASH", help="Check an attestation by public keys; replay nothing.")
@click.option("--key", "keys", metavar="PUB", multiple=True, help="Public key that must have signed it, or the bundle.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and what is missing; run nothing.")
@as_json
@shared
def command(rim: Rim, *, run: str | None, check: str | None, keys: tuple[str, ...], as_json: bool, **given: Any) -> int:
    """Replay a run in a scratch copy and say how far both agree: bitwise, numerically, in a metric over seeds.

    Code, data and libraries are checked by their true bytes first. Exit code 0: the tier is reached; 1: they diverge, and
    the first field and the likely reason are named; 3: it cannot be replayed, and what is missing is named.
    """
    from vatio.cli.proving import check_attestation, replay

    if check is not None and run is not None:
        raise UsageError("--check replays nothing", hint="name a run, or an attestation to check")
    if check is not None:
        return check_attestation(rim, check, keys=keys, as_json=as_json)
    if run is None:
        raise UsageError("no run to replay", hint="vatio reproduce @1")
    return replay(rim, run, {**given, "keys": keys}, as_json=as_json)
