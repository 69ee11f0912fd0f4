"""Write numbers for people: the unit that fits, no more digits than the interval allows, and the interval itself.

The interval has two significant digits (GUM, JCGM 100:2008, 7.2.6), three where the value would keep only one, and is
rounded outwards, so that what is printed is never narrower than what was recorded; a value has four digits at most.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from vatio import units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from vatio.records import Quantity


NOT_MEASURED = "not measured"


class Marks(NamedTuple):
    """Hold the signs that join a number's parts in one script or language."""

    plus_minus: str
    to: str
    at_least: str
    decimal: str
    minus: str
    thousands: str


PLAIN = Marks("+/-", "..", ">=", ".", "-", "")
ENGLISH = Marks("±", "\u2013", "≥", ".", "\u2212", "\u202f")
SPANISH = Marks("±", "\u2013", "≥", ",", "\u2212", "\u202f")


class Scale(NamedTuple):
    """Hold a unit to print, its size in the SI unit, and the magnitude from which on it reads best."""

    name: str
    size: float
    start: float


SCALES: dict[str, tuple[Scale, ...]] = {
    "j": (
        Scale("mJ", units.J_PER_MJ, 0.0),
        Scale("J", 1.0, 1.0),
        Scale("kJ", units.J_PER_KJ, units.J_PER_KJ),
        Scale("kWh", units.J_PER_KWH, units.J_PER_KWH / 10),
        Scale("MWh", units.J_PER_MWH, units.J_PER_MWH),
    ),
    "w": (Scale("mW", units.W_PER_MW, 0.0), Scale("W", 1.0, 1.0), Scale("kW", units.W_PER_KW, units.W_PER_KW)),
    "g": (
        Scale("mg", units.G_PER_MG, 0.0),
        Scale("g", 1.0, 0.1),
        Scale("kg", units.G_PER_KG, units.G_PER_KG),
        Scale("t", units.G_PER_TONNE, units.G_PER_TONNE),
    ),
    "l": (Scale("mL", units.L_PER_ML, 0.0), Scale("L", 1.0, 1.0), Scale("m³", units.L_PER_M3, units.L_PER_M3)),
    "bytes": (
        Scale("B", 1.0, 0.0),
        Scale("KiB", units.BYTES_PER_KIB, units.BYTES_PER_KIB),
        Scale("MiB", units.BYTES_PER_MIB, units.BYTES_PER_MIB),
        Scale("GiB", units.BYTES_PER_GIB, units.BYTES_PER_GIB),
    ),
    "hz": (Scale("MHz", units.HZ_PER_MHZ, 0.0), Scale("GHz", units.HZ_PER_GHZ, units.HZ_PER_GHZ)),
    "ratio": (Scale("%", units.RATIO_PER_PERCENT, 0.0),),
    "eur": (Scale("EUR", 1.0, 0.0),),
    "s": (Scale("ms", 1e-3, 0.0), Scale("s", 1.0, 0.1)),
    "g_per_kwh": (Scale("g/kWh", 1.0, 0.0),),
    "l_per_kwh": (Scale("L/kWh", 1.0, 0.0),),
    "celsius": (Scale("°C", 1.0, 0.0),),
}


def scale_for(unit: str, magnitude: float) -> Scale:
    """Choose the scale in which a magnitude reads best; nothing at all is written in the SI unit.

    >>> scale_for("j", 86_400.0).name, scale_for("j", 3.6e6).name
    ('kJ', 'kWh')
    """
    scales = SCALES.get(unit) or (Scale(unit.replace("_per_", "/"), 1.0, 0.0),)
    if magnitude == 0.0:
        return min(scales, key=lambda scale: abs(math.log10(scale.size)))
    return [scale for scale in scales if abs(magnitude) >= scale.start][-1]


def written(quantity: Quantity, unit: str, *, marks: Marks = PLAIN, scale: Scale | None = None) -> str:
    """Write a quantity with its interval and unit; nothing stands for one that is missing, so ask first.

    >>> from vatio.records import Quantity
    >>> written(Quantity.around(86_412.3, 84_530.0, 88_290.0, provenance="measured"), "j")
    '86.4 +/- 1.9 kJ'
    >>> written(Quantity.around(6.4, 5.2, 8.1, provenance="modelled"), "g")
    '6.4 (5.2..8.1) g'
    """
    scale = scale or scale_for(unit, quantity.value or 0.0)
    return f"{number(quantity, scale.size, marks=marks)} {scale.name}"


def told(quantity: Quantity, unit: str) -> str:
    """Write a quantity with its interval and unit, or that it was not measured.

    >>> from vatio.records import Quantity
    >>> told(Quantity.absent("dram"), "j")
    'not measured'
    """
    return NOT_MEASURED if quantity.is_missing else written(quantity, unit)


def best(quantity: Quantity, unit: str, *, marks: Marks = PLAIN, scale: Scale | None = None) -> str:
    """Write only the value and its unit, with the digits that the interval allows.

    >>> from vatio.records import Quantity
    >>> best(Quantity.around(86_412.3, 84_530.0, 88_290.0, provenance="measured"), "j")
    '86.4 kJ'
    """
    scale = scale or scale_for(unit, quantity.value or 0.0)
    value, low, high = _ends(quantity, scale.size)
    place = _place(value, low, value if high is None else high)
    if low == high:
        return f"{_four(value, marks)} {scale.name}"
    text = _digits(_up(low, place, -1) if high is None else round(value / 10.0**place), place, marks)
    return f"{marks.at_least + ' ' if high is None else ''}{text} {scale.name}"


def amount(quantity: Quantity, unit: str, scale: str) -> str:
    """Write only the value, in a unit that the head of its column names; a dash where it is missing.

    >>> from vatio.records import Quantity
    >>> amount(Quantity.around(5_400_000.0, 5_300_000.0, 5_500_000.0, provenance="measured"), "j", "kWh")
    '1.500'
    """
    if quantity.is_missing:
        return "-"
    known = (one for one in SCALES[unit] if one.name == scale)
    chosen = next(known, Scale(scale, 1.0, 0.0))  # a ratio that is no percentage: a PUE
    return best(quantity, unit, scale=chosen).removesuffix(f" {scale}")


def number(quantity: Quantity, size: float = 1.0, *, marks: Marks = PLAIN) -> str:
    """Write a quantity in units of ``size``: alone when exact, else with +/-, a range, or at least."""
    value, low, high = _ends(quantity, size)
    if high is None:
        place = _place(value, low, value)
        return f"{marks.at_least} {_digits(_up(low, place, -1), place, marks)}"
    place = _place(value, low, high)
    middle = round(value / 10.0**place)
    text = _digits(middle, place, marks)
    if low == high:
        return _four(value, marks)
    half = max(_up(high, place, 1) - middle, middle - _up(low, place, -1))
    even = min(high - value, value - low) >= 0.8 * max(high - value, value - low)
    # 46 +/- 52 would reach below zero where the truth cannot.
    if even and (middle >= half or low < 0.0):
        return f"{text} {marks.plus_minus} {_digits(half, place, marks)}"
    gap = "" if low >= 0.0 else " "
    return (
        f"{text} ({_digits(_up(low, place, -1), place, marks)}{gap}{marks.to}{gap}{_digits(_up(high, place, 1), place, marks)})"
    )


def interval(quantity: Quantity, unit: str, *, marks: Marks = PLAIN, scale: Scale | None = None) -> str:
    """Write only the interval, low to high; empty for an exact number."""
    scale = scale or scale_for(unit, quantity.value or 0.0)
    value, low, high = _ends(quantity, scale.size)
    if low == high:
        return ""
    place = _place(value, low, value if high is None else high)
    if high is None:
        return f"{marks.at_least} {_digits(_up(low, place, -1), place, marks)} {scale.name}"
    gap = "" if low >= 0.0 else " "
    ends = (_digits(_up(low, place, -1), place, marks), _digits(_up(high, place, 1), place, marks))
    return f"{gap.join((ends[0], marks.to, ends[1]))} {scale.name}"


def plain(value: float, *, marks: Marks = PLAIN) -> str:
    """Write an exact number with four significant digits, or all of a whole one.

    >>> plain(0.123456), plain(60000.0)
    ('0.1235', '60000')
    """
    if value == round(value) and abs(value) < 1e15:
        return _digits(round(value), 0, marks)
    return _four(value, marks)


def duration(seconds: float, *, marks: Marks = PLAIN) -> str:
    """Write a length of time in the two units that matter.

    >>> duration(312.4), duration(2.345), duration(90_000.0)
    ('5 min 12 s', '2.345 s', '1 d 1 h')
    """
    if seconds < units.S_PER_MINUTE:
        return _short(seconds, marks)
    steps = ((units.S_PER_DAY, "d"), (units.S_PER_HOUR, "h"), (units.S_PER_MINUTE, "min"), (1.0, "s"))
    at = next(at for at, (size, _) in enumerate(steps) if seconds >= size)
    (size, name), (next_size, next_name) = steps[at], steps[at + 1]
    whole = round(seconds / next_size)
    major, minor = divmod(whole, round(size / next_size))
    return f"{major} {name} {minor} {next_name}" if minor else f"{major} {name}"


def clean(text: str) -> str:
    """Take control characters and broken surrogates out of a text that someone else wrote.

    >>> clean("red\\x1b[31m run")
    'red�[31m run'
    """
    whole = text.encode("utf-8", "replace").decode()
    return "".join("\ufffd" if _is_control(letter) else letter for letter in whole)


def local_time(moment: datetime, form: str = "%a %Y-%m-%d %H:%M") -> str:
    """Write a moment in local time; with its offset in the hour that the clock has twice, which else could be either."""
    here = moment.astimezone()
    plain_time = here.replace(tzinfo=None)
    is_twice = plain_time.replace(fold=0).timestamp() != plain_time.replace(fold=1).timestamp()
    return f"{here.strftime(form)}{here.isoformat()[-6:]}" if is_twice else here.strftime(form)


def short_id(run: str) -> str:
    """Shorten a run's id: its end is random, its beginning a date, so the last eight characters tell runs apart."""
    return run[-8:]


def fit(text: str, width: int) -> str:
    """Cut a text at a width, and show that it was cut.

    >>> fit("a long reason", 8)
    'a lon...'
    """
    return text if len(text) <= width else text[: max(0, width - 3)].rstrip() + "..."


def _is_control(letter: str) -> bool:
    code = ord(letter)
    return (
        code < 0x20 or 0x7F <= code < 0xA0 or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069 or code in (0x2028, 0x2029)
    )


def _short(seconds: float, marks: Marks) -> str:
    scale = scale_for("s", seconds)
    return f"{plain(seconds / scale.size, marks=marks)} {scale.name}"


def _ends(quantity: Quantity, size: float) -> tuple[float, float, float | None]:
    if quantity.value is None or quantity.low is None:
        raise ValueError("a missing number has no digits")
    return quantity.value / size, quantity.low / size, None if quantity.high is None else quantity.high / size


def _four(value: float, marks: Marks) -> str:
    """Write four significant digits, without the zeros that an exact number does not need."""
    place = _exponent(value) - 3
    steps = round(value / 10.0**place)
    while place < 0 and steps % 10 == 0:
        steps, place = steps // 10, place + 1
    return _digits(steps, place, marks)


def _exponent(value: float) -> int:
    return math.floor(math.log10(abs(value))) if value else 0


def _place(value: float, low: float, high: float) -> int:
    """Give the power of ten of the last digit worth printing."""
    half = max(high - value, value - low)
    finest = _exponent(value) - 3
    if half <= 0.0:
        return finest
    place = _exponent(half) - 1
    if not value:
        return place
    # A value that would keep one digit gets one more, 26 (4..137), so that parts are seen to add up.
    return max(place - 1 if _exponent(value) == place else place, finest)


def _up(value: float, place: int, direction: int) -> int:
    """Count the steps of one place up to a value, rounded outwards; the slack keeps 5.2 from becoming 5.1."""
    steps = value / 10.0**place
    return math.ceil(steps - 1e-9) if direction > 0 else math.floor(steps + 1e-9)


def _digits(steps: int, place: int, marks: Marks) -> str:
    if place >= 0:
        whole, fraction = str(abs(steps) * 10**place), ""
    else:
        padded = str(abs(steps)).rjust(1 - place, "0")
        whole, fraction = padded[:place], padded[place:]
    if marks.thousands and len(whole) > 4:
        head = len(whole) % 3
        groups = [whole[:head]] * bool(head) + [whole[at : at + 3] for at in range(head, len(whole), 3)]
        whole = marks.thousands.join(groups)
    return (marks.minus if steps < 0 else "") + whole + (marks.decimal + fraction if fraction else "")
