"""``vatio optimise data``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import as_json, shared
from vatio.cli._terminal import put_json, put_lines, save


@click.command("data")
@click.argument("path", metavar="FILE.csv|FILE.npz")
@click.option("--target", metavar="COLUMN", help="The CSV's column of labels; an .npz has X and y.")
@click.option("--metric", default="accuracy", metavar="M", help="accuracy (else), balanced_accuracy, f1, f1_macro, ...")
@click.option("--algorithm", default="svm", metavar="NAME", help="What is trained: svm (else), tree, knn, forest, ...")
@click.option("--max-loss", default="1pt", metavar="POINTS", help="Quality that may be lost; else 1pt.")
@click.option("--repetitions", type=int, default=5, metavar="N", help="Measurements of each candidate; else 5.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=0, metavar="N", help="Of splits, samples and models; else 0.")
@click.option("--html", metavar="FILE", help="Write the advice as a page.")
@as_json
@shared
def command(rim: Rim, *, path: str, html: str | None, as_json: bool, **options: Any) -> None:
    """Say what a model can do without of its data, and what is wrong with them.

    Rows (learning curve, duplicates, coreset), columns (chi2, mutual information, permutation, projections), precision and
    scaling are each measured against the data as they are, what choosing costs included, and judged on cases held out. All
    runs lie within one in the ledger. "Keep what you have" is an answer. Pickles are refused.
    """
    from vatio.cli.improving import advised
    from vatio.optimise.data import advice_html, advice_json, advice_lines

    found = advised(rim, path, **options)
    if html:
        save(html, advice_html(found))
    if as_json:
        put_json(advice_json(found))
    elif html != "-":
        put_lines(advice_lines(found))
