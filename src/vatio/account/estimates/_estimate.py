"""Estimate what work would draw and emit before anything runs, every factor named."""

from __future__ import annotations

from typing import NamedTuple

from vatio.account.estimates._asked import Asked
from vatio.account.estimates._hardware import Piece, embodied_g, factors, pieces
from vatio.account.estimates._inference import serving
from vatio.account.estimates._interval import Rule, given, likely
from vatio.account.estimates._place import Place, named_factor, place
from vatio.account.estimates._training import Training, training
from vatio.catalog import Catalog
from vatio.errors import UsageError
from vatio.records import Estimate, EstimatedEmissions, Factor, Quantity, scaled, total
from vatio.units import J_PER_KWH, S_PER_HOUR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import SiteConfig

_TOKENS = 1000


class Estimated(NamedTuple):
    """Hold an estimate, and what is to be said beside it."""

    record: Estimate
    notes: tuple[str, ...]


class _Load(NamedTuple):
    """Hold what the hardware does: its joules, its computation, its grams of embodied CO2e, and the factors."""

    hardware_j: Quantity
    flop: Quantity
    embodied_g: Quantity
    factors: tuple[Factor, ...]
    notes: tuple[str, ...]


def estimate(asked: Asked, *, catalog: Catalog | None = None, site: SiteConfig | None = None, rule: Rule = likely) -> Estimated:
    """Estimate energy, emissions, water, cost and computation of work on named hardware.

    ``rule`` says how the ranges of factors make the range of a product: ``likely`` (the default) or ``possible``.

    >>> found = estimate(Asked(hardware=(("V100", 10000),), duration_s=14.8 * 86400, power_w=330.0, pue=1.1, zone="US"))
    >>> round(found.record.energy_j.value / 3.6e9)
    1289

    Raises:
        UsageError: the work is not said, or a number is not plausible.
        UnknownName: hardware or a zone is in no table; the nearest are named.
    """
    shelf = catalog or Catalog()
    fleet = pieces(asked, shelf, rule)
    around = place(asked, shelf, site, fleet[0].facility if fleet else "cluster")
    load = _load(asked, fleet, rule)
    energy_j = _times(load.hardware_j, around.pue, rule)
    operational = scaled(_times(energy_j, around.g_per_kwh, rule), 1.0 / J_PER_KWH)
    record = Estimate(
        energy_j=energy_j,
        emissions_g=EstimatedEmissions(
            operational=operational, embodied=load.embodied_g, total=total([operational, load.embodied_g])
        ),
        water_l=scaled(_times(load.hardware_j, around.wue_l_per_kwh, rule), 1.0 / J_PER_KWH),
        cost_eur=scaled(_times(energy_j, around.price_eur_per_kwh, rule), 1.0 / J_PER_KWH),
        flop=load.flop,
    )
    named = [factor for piece in fleet for factor in factors(piece, serves=asked.is_inference)]
    named += [*load.factors, *around.factors()]
    if not load.hardware_j.is_missing:
        named.append(Factor(name="hardware energy", value=load.hardware_j, unit="J", source="this estimate, before the PUE"))
    if asked.is_inference:
        named += _each(asked, record, around)
    return Estimated(_with_factors(record, tuple(named)), load.notes)


def _with_factors(record: Estimate, named: tuple[Factor, ...]) -> Estimate:
    from dataclasses import replace  # here: nothing else of it is needed

    return replace(record, factors=named)


def _load(asked: Asked, fleet: tuple[Piece, ...], rule: Rule) -> _Load:
    if asked.is_inference:
        served = serving(asked, fleet, rule)
        return _Load(served.hardware_j, served.flop, _embodied_of(fleet, served.chip_s, rule), served.factors, ())
    trained = training(asked, fleet, rule)
    if asked.duration_s is not None:
        if not fleet:
            raise UsageError("hours of no hardware", hint="give --hardware NAME:COUNT")
        drawn = total(scaled(piece.power_w, piece.number * asked.duration_s) for piece in fleet)
        duration_s = given(asked.duration_s)
        made = total(embodied_g(piece, rule, duration_s) for piece in fleet)
        hours = named_factor("hours", given(asked.duration_s / S_PER_HOUR), "h")
        return _Load(drawn, trained.flop, made, (hours, *trained.factors), trained.notes)
    return _trained(fleet, trained, rule)


def _trained(fleet: tuple[Piece, ...], trained: Training, rule: Rule) -> _Load:
    """Give the load of training whose time follows from its computation."""
    if trained.flop.is_missing:
        raise UsageError("nothing to estimate", hint="give --hours H, or --params N and --tokens N, or --requests N")
    if trained.chip_s.is_missing:
        if fleet:
            raise UsageError(f"no peak of {fleet[0].name} is known", hint="give --hours H, or one accelerator of the catalog")
        absent = Quantity.absent("hardware", source="no hardware was named")
        return _Load(absent, trained.flop, absent, trained.factors, trained.notes)
    piece = next(piece for piece in fleet if piece.accelerator is not None)
    drawn = rule([trained.chip_s, scaled(piece.power_w, 1.0 / piece.chips_per_piece)])
    hours = named_factor("chip-hours", scaled(trained.chip_s, 1.0 / S_PER_HOUR), "h")
    made = _embodied_of(fleet, trained.chip_s, rule)
    return _Load(drawn, trained.flop, made, (*trained.factors, hours), trained.notes)


def _embodied_of(fleet: tuple[Piece, ...], chip_s: Quantity, rule: Rule) -> Quantity:
    """Share out the making of the chips, of which all together run for so many seconds."""
    piece = next(piece for piece in fleet if piece.accelerator is not None)
    return embodied_g(piece, rule, scaled(chip_s, 1.0 / (piece.number * piece.chips_per_piece)))


def _times(quantity: Quantity, factor: Quantity, rule: Rule) -> Quantity:
    """Multiply, but let what nobody gave say so alone."""
    if quantity.is_missing:
        return quantity
    return factor if factor.is_missing else rule([quantity, factor])


def _each(asked: Asked, record: Estimate, around: Place) -> list[Factor]:
    """Give joules, grams and litres of one request and of 1 000 of its tokens."""
    requests = asked.requests or 1
    tokens = asked.output_tokens or asked.prompt_tokens or 1
    kind = "output" if asked.output_tokens else "prompt"
    whole = (
        ("energy", record.energy_j, "J"),
        ("emissions", record.emissions_g.total, "g"),
        ("water", record.water_l, "L"),
    )
    shares = ((1.0 / requests, "request"), (_TOKENS / (requests * tokens), f"{_TOKENS} {kind} tokens"))
    return [
        Factor(name=f"{name} per {what}", value=scaled(quantity, share), unit=unit, source="this estimate")
        for share, what in shares
        for name, quantity, unit in whole
        if not quantity.is_missing
    ]
