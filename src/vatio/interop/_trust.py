"""Give the numbers of other tools' files an interval: they come without one, and a bare number is no certainty.

What a file states of its own quality is used. Else the tool's class decides: software estimators were off by up to 40 %
against a power meter in hundreds of experiments (Fischer 2025, arXiv:2509.22092, CodeCarbon and ML CO2 Impact among them);
what is computed from nameplates and hours gets the widest of the three classes that BoAmps defines (+-10, 25, 50 %).
"""

from __future__ import annotations

from vatio.errors import UsageError
from vatio.records import Quantity
from vatio.units import W_PER_KW

ESTIMATED_RATIO = 0.40
NAMEPLATE_RATIO = 0.50
QUALITY_RATIO = {"high": 0.10, "medium": 0.25, "low": 0.50}
# A kilowatt-hour written where a watt-hour was meant is a factor of a thousand. No host draws more than this without
# accelerators, no accelerator more than this, and no computer that runs anything less than the last.
_HOST_W, _ACCELERATOR_W, _LEAST_W = 3e3, 1.5e3, 0.02
# Coal emits about a thousand grams; a grid of hydropower alone some ten.
_MOST_G_PER_KWH, _LEAST_G_PER_KWH = 3e3, 0.5
_SHORT_S = 1.0


def stated(value: float, *, within_ratio: float, source: str) -> Quantity:
    """Give a number that a file states its interval: modelled, within a ratio either way.

    >>> stated(100.0, within_ratio=0.4, source="codecarbon").low
    60.0
    """
    less, more = value * (1.0 - within_ratio), value * (1.0 + within_ratio)
    return Quantity.around(value, less, more, provenance="modelled", source=source)


def plausible_energy_j(energy_j: Quantity, *, duration_s: float | None, accelerators: int = 0) -> tuple[Quantity, str]:
    """Widen joules whose mean power no such machine draws by the factor of a thousand that a mistaken unit makes.

    Gives the joules and, where they were widened, the reason.

    Raises:
        UsageError: they are out of reach even then.
    """
    if energy_j.value is None or duration_s is None or duration_s < _SHORT_S or energy_j.value == 0.0:
        return energy_j, ""
    power_w, most_w = energy_j.value / duration_s, _HOST_W + accelerators * _ACCELERATOR_W
    said = f"a mean of {power_w:.3g} W over {duration_s:.6g} s"
    return _within(energy_j, power_w, least=_LEAST_W, most=most_w, said=said, doubt="was Wh meant, or J?")


def plausible_g(emissions_g: Quantity, *, energy_kwh: float | None) -> tuple[Quantity, str]:
    """Widen grams that no grid emits for that energy, likewise.

    Raises:
        UsageError: they are out of reach even then.
    """
    if not energy_kwh or not emissions_g.value:
        return emissions_g, ""
    intensity = emissions_g.value / energy_kwh
    said = f"an intensity of {intensity:.3g} g/kWh"
    doubt = "were kg and g, or kWh and Wh, mistaken?"
    return _within(emissions_g, intensity, least=_LEAST_G_PER_KWH, most=_MOST_G_PER_KWH, said=said, doubt=doubt)


def _within(quantity: Quantity, value: float, *, least: float, most: float, said: str, doubt: str) -> tuple[Quantity, str]:
    if least <= value <= most:
        return quantity, ""
    if not least / W_PER_KW <= value <= most * W_PER_KW:
        raise UsageError(f"{said} cannot be: {doubt}", hint="see which unit the file's column is in")
    reason = f"{said} is implausible ({doubt}): the interval reaches a thousand times {'lower' if value > most else 'higher'}"
    return _widened(quantity, value > most, reason), reason


def _widened(quantity: Quantity, lower: bool, reason: str) -> Quantity:
    low, high = quantity.low or 0.0, quantity.high if quantity.high is not None else quantity.value or 0.0
    return Quantity(
        value=quantity.value,
        low=low / W_PER_KW if lower else low,
        high=high if lower else high * W_PER_KW,
        provenance="default",
        source="; ".join(part for part in (quantity.source, reason) if part),
    )
