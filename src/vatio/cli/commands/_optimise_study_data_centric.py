"""``vatio optimise study data-centric``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import as_json, shared
from vatio.cli._terminal import put_json, put_lines, save


@click.command("data-centric")
@click.argument("path", metavar="FILE")
@click.option("--target", metavar="COLUMN", help="The CSV's column of labels; without it FILE is lines of label, tab, message.")
@click.option("--metric", default="f1", metavar="M", help="f1 (else), accuracy, f1_macro, ...")
@click.option("--levels", metavar="P,P", help="Percent of the rows and of the features; else 10,20,...,100.")
@click.option("--repetitions", type=int, default=3, metavar="N", help="Trainings of each level; else 3.")
@click.option("--algorithms", "only", metavar="NAME,NAME", help="Some of svm, tree, knn, forest, adaboost, bagging.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=0, metavar="N", help="Of samples, order and models; else 0.")
@click.option("--html", metavar="FILE", help="Write the study as a page, with its curves.")
@as_json
@shared
def command(rim: Rim, *, path: str, html: str | None, as_json: bool, **options: Any) -> None:
    """Train six algorithms on 10 to 100 % of the rows and of the features, and say what each share saves and costs.

    Selecting, training and predicting are phases of one run and are told apart; the traps that the published study fell into
    are named where they are met, and on its own corpus its figures stand beside yours. The whole takes about two CPU-minutes.
    """
    from vatio.cli.improving import studied
    from vatio.optimise.study import study_html, study_json, study_lines

    found = studied(rim, path, **options)
    if html:
        save(html, study_html(found))
    if as_json:
        put_json(study_json(found))
    elif html != "-":
        put_lines(study_lines(found))
