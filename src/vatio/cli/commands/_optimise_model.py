"""``vatio optimise model``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import as_json, shared
from vatio.cli._terminal import put_json, put_lines, save


@click.command("model")
@click.argument("model", metavar="MODEL")
@click.option("--data", "cases", metavar="D", help="Labelled cases: FILE.csv, FILE.npz (X, y) or MODULE:FUNCTION.")
@click.option("--target", default="", metavar="COL", help="The column of labels of a CSV.")
@click.option("--metric", default="accuracy", metavar="M", help="A scikit-learn scorer's name or MODULE:FUNCTION.")
@click.option("--max-loss", default="1pt", metavar="1pt|0.01", help="What may be lost of the metric; unset: 1pt.")
@click.option("--confidence", type=float, default=0.95, metavar="P", help="How sure of that; unset: 0.95.")
@click.option("--max-class-loss", metavar="5pt|0.05", help="What may be lost of any class's recall.")
@click.option("--budget", metavar="5kJ|300cpu-s", help="What the search may spend; trials are stopped when it has.")
@click.option("--batch", default="1,32", metavar="1,32", help="Cases a call, each with a choice of its own; unset: 1,32.")
@click.option("--calls-per-day", type=float, metavar="N", help="What a saving is worth; unset: the budget alone ends it.")
@click.option("--days", type=float, default=365.0, metavar="N", help="For how long; unset: 365.")
@click.option("--max-latency-ms", type=float, metavar="MS", help="The 99th percentile that a call may take.")
@click.option("--max-size-mb", type=float, metavar="MB", help="What the files may take.")
@click.option("--change", default="algorithm", metavar="format|network|algorithm", help="The most that may change.")
@click.option("--technique", "techniques", multiple=True, metavar="NAME", help="Try this one only; may be repeated.")
@click.option("--seed", type=int, default=0, metavar="N", help="Fixes parts, training and order; unset: 0.")
@click.option("--out", metavar="DIR", help="Where all is kept; unset: vatio-model in this folder.")
@click.option("--resume", metavar="RUN", help="Go on with a search in its folder; no finished trial is repeated.")
@click.option("--recipe", metavar="FILE", help="Do not search: build this recipe's artefact again, byte for byte.")
@click.option("--trust", is_flag=True, help="Load pickles and unknown types: they can run anything.")
@click.option("--html", metavar="FILE", help="Write the front as one HTML page.")
@as_json
@shared
def command(rim: Rim, *, html: str | None, as_json: bool, **options: Any) -> int:
    """Find a cheaper form of a model at equal quality: measured, certified, ready to deploy.

    MODEL is FILE.onnx, FILE.skops or MODULE:FACTORY. Each chain of techniques is measured beside the model as it is;
    the best are certified on cases that the search has not seen. Exit 0: one is cheaper and certified; 1: keep what you have.
    """
    from vatio.cli.improving import modelled, rebuilt

    model = options.pop("model")
    if options["recipe"]:
        put_lines(rebuilt(model, options))
        return 0
    front = modelled(rim, model, options)
    from vatio.records import to_json
    from vatio.report.front import front_html, front_lines

    if as_json:
        put_json(to_json(front))
    else:
        put_lines(front_lines(front))
    if html is not None:
        save(html, front_html(front, folder=options["out"] or "vatio-model"))
    return 0 if front.chosen else 1
