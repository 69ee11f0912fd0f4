"""``vatio profile``."""

from __future__ import annotations

from typing import Any

import click
from click import Command as ClickCommand

from vatio.cli._rim import Rim
from vatio.cli._shared import as_json, shared
from vatio.cli._terminal import put_json, put_lines, save


class _ProfileCommand(ClickCommand):
    """Take options after a MODEL too; after a COMMAND they are its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Tell both apart by the first word that is no option."""
        from vatio.cli.improving import is_model

        ctx.allow_interspersed_args = False
        words = self.make_parser(ctx).parse_args(list(args))[0].get("words")
        first = words[0] if isinstance(words, (tuple, list)) and words else ""
        ctx.allow_interspersed_args = "--" not in args and is_model(first)
        return super().parse_args(ctx, args)


@click.command("profile", cls=_ProfileCommand)
@click.argument("words", metavar="MODEL | [--] COMMAND...", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--top", type=click.IntRange(min=1), default=15, metavar="N", help="Functions and lines, or layers, to show; else 15."
)
@click.option("--flame", metavar="FILE.svg", help="Draw the stacks or the layers: width is cost.")
@click.option(
    "--data", "cases", metavar="D", help="Cases for a MODEL: FILE.csv, FILE.npz, MODULE:FUNCTION; else drawn at random."
)
@click.option("--target", metavar="COLUMN", help="The CSV's column of labels.")
@click.option("--shape", metavar="N,N", help="Of one case drawn at random, where the MODEL does not tell: 3,32,32.")
@click.option("--batch", type=click.IntRange(min=1), default=1, metavar="N", help="Cases in a call of a MODEL; else 1.")
@click.option("--trust", is_flag=True, help="Read a MODEL though it is a pickle: it may run any code.")
@as_json
@shared
def command(rim: Rim, *, words: tuple[str, ...], top: int, flame: str | None, as_json: bool, **options: Any) -> int:
    """Say what the layers of a model, or the functions and lines of a command, cost, and what set the pace.

    MODEL is FILE.onnx (by operator, as ONNX Runtime runs them), FILE.skops (by a pipeline's step) or MODULE:FACTORY (PyTorch by
    layer): cost, floating-point operations, bytes and parameters of each for one call.

    A COMMAND is a run like any other, its output and exit code its own; the profile follows it. Python processes are
    sampled by their CPU time, child processes too; of other programs only the whole is known. Time in a C extension counts
    for the line that called it.
    """
    from vatio.cli.improving import is_model

    if len(words) == 1 and is_model(words[0]):
        return _model(rim, words[0], top, flame, as_json, options)
    return _command(rim, words, top, flame, as_json)


def _model(rim: Rim, model: str, top: int, flame: str | None, as_json: bool, options: dict[str, Any]) -> int:
    from vatio.cli.improving import model_flame, model_json, model_lines, model_profiled

    found = model_profiled(rim, model, **options)
    if flame is not None:
        save(flame, model_flame(found))
    if as_json:
        put_json(model_json(found))
    else:
        put_lines(model_lines(found, top))
    return 0


def _command(rim: Rim, words: tuple[str, ...], top: int, flame: str | None, as_json: bool) -> int:
    from vatio.cli.improving import flame_of, profile_json, profile_lines, profiled

    found = profiled(rim, words)
    for note in (*found.outcome.notes, *found.notes):
        rim.note(note)
    if flame is not None:
        save(flame, flame_of(found))
    if as_json:
        put_json(profile_json(found, top))
    else:
        put_lines(profile_lines(found, top))
    return found.outcome.exit_code
