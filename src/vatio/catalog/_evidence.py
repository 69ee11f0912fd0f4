"""What estimates lean on: how much of their peak published training runs reached, and what their chips really drew."""

from __future__ import annotations

from typing import NamedTuple

from vatio.catalog._accelerators import plain_name
from vatio.catalog._table import rows


class UtilisationRow(NamedTuple):
    """Hold the share of a chip's dense peak that one training run reached.

    ``basis``: hours (6 x parameters x tokens over what the published chip-hours could have computed) or stated by its authors.
    """

    chip: str
    publisher: str
    run: str
    utilisation_ratio: float
    basis: str
    year: int
    source: str


class DrawRow(NamedTuple):
    """Hold the mean watts that one run's chips drew, its host's share with them, and the watts that their maker states."""

    chip: str
    publisher: str
    run: str
    measured_w: float
    board_w: float
    year: int
    source: str


# The chips of one generation, by the words that their names begin with.
_GENERATIONS = {
    "v100": ("v100",),
    "tpu v3": ("tpu v3",),
    "tpu v4": ("tpu v4",),
    "a100": ("a100", "a800"),
    "h100": ("h100", "h800", "h200", "gh200", "h20"),
}


def utilisations() -> tuple[UtilisationRow, ...]:
    """List the published utilisations of training runs.

    >>> {row.basis for row in utilisations()} == {"hours", "stated"}
    True
    """
    return tuple(
        UtilisationRow(
            chip=row["chip"],
            publisher=row["publisher"],
            run=row["run"],
            utilisation_ratio=float(row["utilisation_ratio"]),
            basis=row["basis"],
            year=int(row["year"]),
            source=row["source"],
        )
        for row in rows("utilisations")
    )


def draws() -> tuple[DrawRow, ...]:
    """List the published measured draws of accelerators in training.

    >>> min(row.measured_w / row.board_w for row in draws()) < 0.7
    True
    """
    return tuple(
        DrawRow(
            chip=row["chip"],
            publisher=row["publisher"],
            run=row["run"],
            measured_w=float(row["measured_w"]),
            board_w=float(row["board_w"]),
            year=int(row["year"]),
            source=row["source"],
        )
        for row in rows("draws")
    )


def generation(name: str) -> str | None:
    """Give the generation of a chip, by its name in the table of accelerators; ``None`` where no run is published.

    >>> generation("H800 SXM"), generation("RTX 4090")
    ('h100', None)
    """
    spelt = plain_name(name) + " "
    for chip, words in _GENERATIONS.items():
        if any(spelt.startswith(f"{word} ") for word in words):
            return chip
    return None
