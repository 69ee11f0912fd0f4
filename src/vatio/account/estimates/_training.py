"""The computation of training, counted from the model and from the hardware, and the time that it takes.

From the model: C = 6 N D, N the parameters that a token meets and D the tokens (Kaplan et al. 2020), or counted from its
configuration: (6 N + 12 L d s) D with L layers of width d and sequences of s tokens. From the hardware: C = chips x seconds x
peak x utilisation. Both as in the Commission's guidelines of 2025-07-18, which accept an error of 30 %.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from typing import NamedTuple

from vatio.account.estimates._asked import Asked
from vatio.account.estimates._hardware import LIKELY_DEVIATIONS, Piece, peak_flop_per_s
from vatio.account.estimates._interval import Rule, between, given, inverse
from vatio.account.estimates._place import named_factor
from vatio.catalog import UtilisationRow, generation, utilisations
from vatio.errors import UsageError
from vatio.records import Factor, Quantity, scaled

# 6 N D leaves out attention over the sequence (up to 15 % of a small model with long sequences) and counts the embedding.
_SIX_N_D = (0.95, 1.0, 1.15)
_COUNTED = (0.97, 1.0, 1.05)
# Sequences in pre-training; a longer context is trained on few tokens at the end.
_SEQUENCE_TOKENS = 4096
DISAGREEMENT_RATIO = 0.3


class Training(NamedTuple):
    """Hold the computation, the seconds of all chips together that it takes, and the factors; what is unknown is missing."""

    flop: Quantity
    chip_s: Quantity
    factors: tuple[Factor, ...]
    notes: tuple[str, ...]


def utilisation_ratio(chip: str | None, *, without: str | None = None) -> Quantity:
    """Give the share of their dense peak that training runs reach on chips of this generation.

    Each publisher has one vote, the geometric mean of its runs; a generation of which fewer than two publishers are known has
    the mean of all. The range is that of runs around what the other publishers' runs say, so that no run vouches for itself.

    >>> round(utilisation_ratio("a100").value, 2)
    0.39
    """
    known = [row for row in utilisations() if row.publisher != without]
    votes = _votes(known, chip)
    own = len(votes) >= 2
    votes = votes if own else _votes(known, None)
    middle = statistics.fmean(votes)
    deviation = _deviation(known) * math.sqrt(1.0 + 1.0 / len(votes))
    low, high = (math.exp(middle + sign * LIKELY_DEVIATIONS * deviation) for sign in (-1.0, 1.0))
    what = f"training runs on {chip.upper()}" if own and chip else "training runs on all chips"
    source = f"{what}, {len(votes)} publishers ({max(row.year for row in known)})"
    return between(math.exp(middle), low, min(1.0, high), source=source, provenance="modelled" if own else "default")


def _votes(known: Iterable[UtilisationRow], chip: str | None) -> list[float]:
    by_publisher: dict[tuple[str, str], list[float]] = {}
    for row in known:
        if chip is None or row.chip == chip:
            by_publisher.setdefault((row.chip, row.publisher), []).append(math.log(row.utilisation_ratio))
    return [statistics.fmean(logs) for logs in by_publisher.values()]


def _deviation(known: list[UtilisationRow]) -> float:
    """Give the spread of runs around the vote of the other publishers."""
    squares = []
    for row in known:
        others = [other for other in known if other.publisher != row.publisher]
        votes = _votes(others, row.chip)
        votes = votes if len(votes) >= 2 else _votes(others, None)
        squares.append((math.log(row.utilisation_ratio) - statistics.fmean(votes)) ** 2)
    return math.sqrt(statistics.fmean(squares))


def training(asked: Asked, fleet: tuple[Piece, ...], rule: Rule) -> Training:
    """Count the computation both ways where both are known, and the time where it was not given.

    Raises:
        UsageError: the time is asked of hardware whose peak no table has, or of several kinds at once.
    """
    stated, notes = _from_model(asked), []
    used, by_hardware = _from_hardware(asked, fleet, rule)
    found = [named_factor("utilisation", used, "ratio")] if used is not None else []
    flop = stated or by_hardware or Quantity.absent("flop", source="neither a model nor a peak is known")
    if stated is not None:
        found.append(named_factor("flop by model", stated, "FLOP"))
    if by_hardware is not None:
        found.append(named_factor("flop by hardware", by_hardware, "FLOP"))
    if stated is not None and by_hardware is not None:
        ratio = (by_hardware.value or 0.0) / (stated.value or 1.0)
        found.append(named_factor("flop by hardware over flop by model", given(ratio, "this estimate"), "ratio"))
        notes += _disagreement(ratio)
    return Training(flop, _chip_s(asked, fleet, stated, used, rule), tuple(found), tuple(notes))


def _from_model(asked: Asked) -> Quantity | None:
    if asked.flop is not None:
        return given(asked.flop)
    if asked.tokens is None:
        return None
    if asked.model is not None and asked.active_parameters is None:
        return flop_of(asked.model.active_parameters, asked.tokens, layers=asked.model.layers, width=asked.model.width)
    if asked.met_parameters is None:
        raise UsageError("tokens without parameters", hint="give --params N or --config FILE")
    return flop_of(asked.met_parameters, asked.tokens)


def flop_of(
    parameters: int, tokens: int, *, layers: int = 0, width: int = 0, sequence_tokens: int = _SEQUENCE_TOKENS
) -> Quantity:
    """Count the FLOP of training on tokens; with layers and width, attention over the sequence is counted too.

    >>> flop_of(175_000_000_000, 300_000_000_000).value
    3.15e+23
    """
    counted = layers > 0
    per_token = 6.0 * parameters + 12.0 * layers * width * sequence_tokens
    source = f"(6 N + 12 L d s) D with s = {sequence_tokens}" if counted else "6 N D (Kaplan et al. 2020)"
    low, value, high = (part * per_token * tokens for part in (_COUNTED if counted else _SIX_N_D))
    return between(value, low, high, source=source)


def _from_hardware(asked: Asked, fleet: tuple[Piece, ...], rule: Rule) -> tuple[Quantity | None, Quantity | None]:
    """Give the utilisation, and the FLOP that the hardware computes in the time given."""
    chips = [piece for piece in fleet if piece.accelerator is not None]
    if len(chips) != 1 or chips[0].accelerator is None:
        return None, None
    peak = peak_flop_per_s(chips[0].accelerator)
    if peak is None:
        return None, None
    if asked.utilisation_ratio is not None:
        used = given(asked.utilisation_ratio)
    else:
        used = utilisation_ratio(generation(chips[0].accelerator.name))
    if asked.duration_s is None:
        return used, None
    return used, scaled(used, peak * chips[0].number * chips[0].chips_per_piece * asked.duration_s)


def _chip_s(asked: Asked, fleet: tuple[Piece, ...], flop: Quantity | None, used_ratio: Quantity | None, rule: Rule) -> Quantity:
    """Give the seconds of all chips together: of the hardware where the time was given, else what the FLOP take."""
    if asked.duration_s is not None:
        return Quantity.absent("time", source="the time was given")
    chip = next((piece.accelerator for piece in fleet if piece.accelerator is not None), None)
    peak = peak_flop_per_s(chip) if chip is not None else None
    if flop is None or used_ratio is None or peak is None:
        return Quantity.absent("time", source="no peak is known")
    return scaled(rule([flop, inverse(used_ratio)]), 1.0 / peak)


def _disagreement(ratio: float) -> list[str]:
    if abs(ratio - 1.0) <= DISAGREEMENT_RATIO:
        return []
    hint = "the hours, the chips, the utilisation or the tokens are not those of this model"
    return [f"the hardware could compute {ratio:.2g} times what the model needs, more than 30 % apart: {hint}"]
