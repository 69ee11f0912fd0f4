"""``vatio optimise code``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import as_json, shared
from vatio.cli._terminal import put_json, put_lines

_EXITS = {"cheaper": 0, "kept": 1, "nothing": 1, "unchecked": 3}


@click.command("code")
@click.argument("target", metavar="FILE:FUNC")
@click.option(
    "--args", "arguments", metavar="FILE.npz|MODULE:FUNC", help="What to call it with: arrays by name, or who gives them."
)
@click.option("--tolerance", type=float, default=1e-9, metavar="RATIO", help="How far floats may differ; else 1e-9.")
@click.option("--pairs", type=int, default=7, metavar="N", help="Repetitions of each, in turn; else 7.")
@click.option("--timeout", default="2m", metavar="TIME", help="For all checks, and for each repetition; else 2m.")
@click.option("--apply", "applied", is_flag=True, help="Write the change; the file as it was is kept as FILE.orig.")
@as_json
@shared
def command(rim: Rim, *, target: str, applied: bool, as_json: bool, **options: Any) -> int:
    """Find the library call or the compiler that replaces a function's Python loop over rows.

    Each candidate must give equal results on your arguments, on random ones like them, and with NaN, two rows, one and none;
    it is measured against the function in turn. The change is shown as a diff and written only with --apply. Your code
    runs in processes of its own. Exit 0: a cheaper one was found; 1: none; 3: not checked, for want of --args.
    """
    from vatio.cli.improving import code_json, code_lines, coded
    from vatio.optimise.code import apply

    found = coded(rim, target, options)
    for note in found.notes:
        rim.note(note)
    if as_json:
        put_json(code_json(found))
    else:
        put_lines(code_lines(found))
    if applied and found.chosen is not None:
        rim.note(f"written to {found.path}; as it was: {apply(found)}")
    return _EXITS[found.verdict]
