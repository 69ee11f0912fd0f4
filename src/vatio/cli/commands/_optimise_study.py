"""``vatio optimise study``: published studies, each a sub-command."""

from __future__ import annotations

from vatio.cli._sub_words import SubWords

STUDIES: dict[str, str] = {
    "data-centric": "What fewer rows and features save six algorithms, and what they cost in quality.",
    "search-strategies": "Rounds and energy until grid, random and Bayesian search are near the best.",
    "layers": "What convolutions, linear layers and ReLUs cost, by their number.",
}

command = SubWords(
    "study",
    STUDIES,
    prefix="vatio.cli.commands._optimise_study",
    help="Repeat a published study on this machine, as one run of the ledger, and say where it agrees.",
)
