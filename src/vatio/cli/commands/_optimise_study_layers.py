"""``vatio optimise study layers``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import as_json, shared
from vatio.cli._terminal import put_json, put_lines, save


@click.command("layers")
@click.option("--steps", type=int, default=6, metavar="N", help="Steps measured at once; else 6.")
@click.option("--batch", type=int, default=32, metavar="N", help="Pictures in a step; else 32.")
@click.option("--repetitions", type=int, default=5, metavar="N", help="Rounds over all networks; else 5.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=0, metavar="N", help="Of the order and the weights; else 0.")
@click.option("--html", metavar="FILE", help="Write the study as a page, with its curves.")
@as_json
@shared
def command(rim: Rim, *, html: str | None, as_json: bool, **options: Any) -> None:
    """Say what convolutions, linear layers and ReLUs cost by their number, with pooling once or after each convolution.

    Training is measured where PyTorch is installed, else answering by ONNX Runtime. The published figures stand beside
    yours, with where both agree.
    """
    from vatio.cli.improving import layers_studied
    from vatio.optimise.study import repeated_html, repeated_json, repeated_lines

    found = layers_studied(rim, **options)
    if html:
        save(html, repeated_html(found))
    if as_json:
        put_json(repeated_json(found))
    elif html != "-":
        put_lines(repeated_lines(found))
