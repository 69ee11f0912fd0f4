"""Read one value as its setting describes it, from TOML's types or from the text of a variable or option."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from vatio.errors import ConfigError, UsageError
from vatio.units import RATIO_PER_PERCENT

_LONGEST = 4096


def read_value(value: object, setting: Mapping[str, Any]) -> object:
    """Read ``value`` as the kind that ``setting`` (a field's metadata) names.

    Raises:
        ConfigError: the value has another type or unit, or lies outside the setting's bounds.
    """
    try:
        return _READERS[setting["kind"]](value, setting)
    except ConfigError as error:
        example = f"for example {setting['example']}" if setting.get("example") else ""
        raise ConfigError(str(error), hint=error.hint or example) from None


def _text(value: object, setting: Mapping[str, Any]) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not isinstance(value, str):
        raise ConfigError(f"is {_shown(value)}, not text")
    if not text or not text.isprintable() or len(text) > _LONGEST:
        raise ConfigError(f"is {_shown(value)}, not one line of text")
    return text


def _word(value: object, setting: Mapping[str, Any]) -> str:
    text, allowed = _text(value, setting), _allowed(setting)
    if text in allowed:
        return text
    plugins = setting.get("plugins")
    if plugins:
        from vatio.plugins import installed  # a scan of entry points, which only a name that is not ours should pay

        allowed = (*allowed, *(name for name in installed(plugins) if name not in allowed))
    if text not in allowed:
        raise ConfigError(f"is {text!r}, not one of {', '.join(allowed)}", hint=nearest(text, allowed))
    return text


def _allowed(setting: Mapping[str, Any]) -> tuple[str, ...]:
    if "plugins" not in setting:
        return tuple(setting["choices"])
    from vatio.plugins import names

    return (*setting["choices"], *names(setting["plugins"]))


def _number(value: object, setting: Mapping[str, Any]) -> float:
    unit = setting["unit"]
    number = _as_float(value)
    if number is None:
        said = "a ratio has no unit" if unit == "ratio" else f"its unit is {unit}"
        raise ConfigError(f"is {_shown(value)}, not a number", hint=f"write {setting['example']}: {said}")
    return _bounded(number, setting, "" if unit == "ratio" else f" {unit}")


def _duration(value: object, setting: Mapping[str, Any]) -> float:
    number = _as_float(value) if not isinstance(value, str) else None
    if number is None:
        from vatio.units import parse_duration_s

        try:
            number = parse_duration_s(_text(value, setting))
        except UsageError as error:
            raise ConfigError(f"is {_shown(value)}, not a duration", hint=error.hint) from None
    return _bounded(number, setting, " s")


def _count(value: object, setting: Mapping[str, Any]) -> int:
    number = _as_float(value)
    if number is None or not number.is_integer():
        raise ConfigError(f"is {_shown(value)}, not a whole number")
    return int(_bounded(number, setting, f" {setting['unit']}"))


def _ratio(value: object, setting: Mapping[str, Any]) -> float:
    """Read a ratio, 0.05 or "5%"."""
    percent = isinstance(value, str) and value.strip().endswith("%")
    number = _as_float(value.strip()[:-1] if isinstance(value, str) and percent else value)
    if number is None:
        raise ConfigError(f"is {_shown(value)}, not a ratio", hint=f'write {setting["example"]}, or "5%"')
    if not percent and number >= 1.0:  # 5 for 5 % is the usual mistake, and a gate that allows 500 % passes everything
        raise ConfigError(f"is {number:g}: does that mean {number:g}%?", hint=f"write {number:g}%, or {number / 100:g}")
    return _bounded(number * RATIO_PER_PERCENT if percent else number, setting, "")


def _points(value: object, setting: Mapping[str, Any]) -> float:
    """Read an amount of a metric, 0.005 or, in hundredths, "0.5pt"."""
    text = value.strip() if isinstance(value, str) else ""
    if text.endswith("%"):
        raise ConfigError(f"is {_shown(value)}: of what?", hint="0.5pt is 0.005 of a metric that goes from 0 to 1")
    points = text.endswith("pt")
    number = _as_float(text[:-2] if points else value)
    if number is None:
        raise ConfigError(f"is {_shown(value)}, not an amount of a metric", hint="write 0.5pt, or 0.005")
    return _bounded(number * RATIO_PER_PERCENT if points else number, setting, "")


def _bounded(number: float, setting: Mapping[str, Any], unit: str) -> float:
    low, high = setting.get("low", -math.inf), setting.get("high", math.inf)
    if not math.isfinite(number):
        raise ConfigError(f"is {number}, not a number")
    if low <= number <= high:
        return number
    bounds = f"from {low:g} to {high:g}" if math.isfinite(high) else f"{low:g} or more"
    # The usual mistake is the thousandfold unit: EUR/MWh, kg, ms.
    near = unit and max(low, high / 1e4) <= number / 1000 <= high
    hint = f"its unit is{unit}: did you mean {number / 1000:g}?" if near else ""
    raise ConfigError(f"is {number:g}{unit}, not {bounds}{unit}", hint=hint)


def _flag(value: object, setting: Mapping[str, Any]) -> bool:
    if isinstance(value, bool):
        return value
    spelt = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if isinstance(value, str) and value.strip().lower() in spelt:
        return spelt[value.strip().lower()]
    raise ConfigError(f"is {_shown(value)}, not true or false")


def _texts(value: object, setting: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_text(item, setting) for item in _items(value))


def _words(value: object, setting: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_word(item, setting) for item in _items(value))


def _items(value: object) -> list[object]:
    if isinstance(value, str):
        return [part for part in value.split(",") if part.strip()]
    if isinstance(value, (list, tuple)):
        return list(value)
    raise ConfigError(f"is {_shown(value)}, not a list of texts")


def _command(value: object, setting: Mapping[str, Any]) -> tuple[str, ...]:
    if isinstance(value, str):
        import shlex

        try:
            value = shlex.split(value)
        except ValueError as error:
            raise ConfigError(f"is {_shown(value)}: {error}".lower()) from None
    if not isinstance(value, (list, tuple)) or not all(isinstance(word, str) and "\0" not in word for word in value):
        raise ConfigError(f"is {_shown(value)}, not a command")
    return tuple(str(word) for word in value)


def _table(value: object, setting: Mapping[str, Any]) -> dict[str, str]:
    if isinstance(value, (str, list, tuple)):
        value = dict(_pair(item) for item in _items(value))
    if not isinstance(value, Mapping):
        raise ConfigError(f"is {_shown(value)}, not a table of texts")
    return {_text(name, setting): _text(item, setting) for name, item in value.items()}


def _pair(item: object) -> tuple[str, str]:
    name, equals, text = str(item).partition("=")
    if not equals:
        raise ConfigError(f"has {_shown(item)}, not NAME=VALUE")
    return name, text


def _as_float(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _shown(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def nearest(name: str, known: tuple[str, ...]) -> str:
    """Say which known names are near to ``name``; empty where none is.

    >>> nearest("price", ("pue", "price_eur_per_kwh"))
    'did you mean price_eur_per_kwh?'
    """
    import difflib

    whole = [item for item in known if item.startswith(f"{name}_") or item.split(".")[-1] == name]
    near = whole or difflib.get_close_matches(name, known, n=2, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else ""


_READERS: dict[str, Callable[[object, Mapping[str, Any]], object]] = {
    "text": _text,
    "path": _text,
    "word": _word,
    "number": _number,
    "count": _count,
    "ratio": _ratio,
    "points": _points,
    "duration": _duration,
    "flag": _flag,
    "texts": _texts,
    "paths": _texts,
    "words": _words,
    "command": _command,
    "table": _table,
}
