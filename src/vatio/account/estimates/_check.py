"""Hold a published figure against an estimate: what no combination of the factors' ranges gives is flagged, never fitted."""

from __future__ import annotations

import re
from typing import NamedTuple

from vatio.account.estimates._asked import Asked
from vatio.account.estimates._estimate import estimate
from vatio.account.estimates._interval import possible
from vatio.catalog import Catalog
from vatio.errors import UsageError
from vatio.records import Estimate, Quantity
from vatio.units import G_PER_KG, G_PER_TONNE, J_PER_KJ, J_PER_KWH, J_PER_MWH, J_PER_WH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import SiteConfig

_UNITS = {
    "g": ("g", 1.0),
    "kg": ("g", G_PER_KG),
    "t": ("g", G_PER_TONNE),
    "kt": ("g", G_PER_TONNE * 1e3),
    "j": ("j", 1.0),
    "kj": ("j", J_PER_KJ),
    "mj": ("j", 1e6),
    "gj": ("j", 1e9),
    "wh": ("j", J_PER_WH),
    "kwh": ("j", J_PER_KWH),
    "mwh": ("j", J_PER_MWH),
    "gwh": ("j", J_PER_MWH * 1e3),
}
_FIGURE = re.compile(r"([0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)\s*([a-z]+)")
# Published hours, watts and totals are rounded: the largest such error of the rows of published footprints is 1.5 %.
_ROUNDED = 0.05
# The world draws 1e21 J of electricity a year, and emits 5e16 g of CO2e.
_MOST = 1e22
# A figure that is a power of 1 000 away was printed with another unit.
_ANOTHER_UNIT = ((1e3, "1 000 times"), (1e6, "a million times"))


class Published(NamedTuple):
    """Hold a published figure: its text, whether it is grams or joules, its amount there, and half a unit of its last digit."""

    text: str
    kind: str
    amount: float
    resolution: float


class Checked(NamedTuple):
    """Hold the outcome of a check: whether the figure is possible, the range that is, and what to say."""

    consistent: bool
    published: Published
    low: float
    high: float | None
    message: str


def parse_published(text: str) -> Published:
    """Read a published figure such as ``12.9t`` (CO2e) or ``433MWh``.

    >>> parse_published("433MWh").amount / 3.6e9
    433.0

    Raises:
        UsageError: the text is no number with one of the units of mass or energy.
    """
    spelt = text.strip().lower().replace("co2eq", "").replace("co2e", "").replace("co2", "").replace("tonnes", "t").strip()
    match = _FIGURE.fullmatch(spelt)
    if match is None or match[2] not in _UNITS:
        raise UsageError(f"{text!r} is no published figure", hint="write 12.9t, 350kg, 433MWh or 1.2GWh")
    kind, factor = _UNITS[match[2]]
    amount = float(match[1]) * factor
    if not amount <= _MOST:
        raise UsageError(f"{text!r} is more than anybody emits or draws", hint="write 12.9t, 350kg, 433MWh or 1.2GWh")
    number, _, power = match[1].partition("e")
    half_digit = 0.5 * 10.0 ** (int(power or 0) - len(number.partition(".")[2]))
    return Published(text.strip(), kind, amount, half_digit * factor)


def check(asked: Asked, published: Published, *, catalog: Catalog | None = None, site: SiteConfig | None = None) -> Checked:
    """Tell whether a published figure can be that of the work asked about.

    Carbon may be operational or with the embodied share, energy that of the hardware or of the building.

    >>> llama = Asked(hardware=(("H100", 1),), duration_s=7e6 * 3600)
    >>> check(llama, parse_published("12.9t")).consistent, check(llama, parse_published("2040t")).consistent
    (False, True)
    """
    found = estimate(asked, catalog=catalog, site=site, rule=possible).record
    least, most = _ends(found, published.kind)
    if least.low is None:
        raise UsageError("nothing to hold the figure against", hint="give --hours H, or --params N and --tokens N")
    low = least.low * (1.0 - _ROUNDED) - published.resolution
    high = None if most.high is None else most.high * (1.0 + _ROUNDED) + published.resolution
    consistent = low <= published.amount and (high is None or published.amount <= high)
    return Checked(consistent, published, low, high, _said(consistent, published, low, high))


def _ends(found: Estimate, kind: str) -> tuple[Quantity, Quantity]:
    if kind == "j":
        hardware = next((factor.value for factor in found.factors if factor.name == "hardware energy"), found.energy_j)
        return hardware, found.energy_j
    with_embodied = found.emissions_g.total
    return found.emissions_g.operational, with_embodied if with_embodied.high is not None else found.emissions_g.operational


def _said(consistent: bool, published: Published, low: float, high: float | None) -> str:
    factor, unit = (J_PER_MWH, "MWh") if published.kind == "j" else (G_PER_TONNE, "t CO2e")
    span = f"{low / factor:.3g} to {high / factor:.3g} {unit}" if high is not None else f"at least {low / factor:.3g} {unit}"
    if consistent:
        return f"{published.text} is consistent: {span} is possible"
    away_ratio = low / published.amount if published.amount < low and published.amount else published.amount / (high or low)
    side = "low" if published.amount < low else "high"
    away = f"{away_ratio:.3g} times too {side}{_unit(away_ratio, published)}"
    return f"{published.text} is inconsistent: {span} is possible, it is {away}"


def _unit(away_ratio: float, published: Published) -> str:
    for times, words in _ANOTHER_UNIT:
        if 0.2 * times <= away_ratio <= 5.0 * times:
            return f" (about {words}: was it printed in another unit than {published.text.lstrip('0123456789.e+- ')}?)"
    return ""
