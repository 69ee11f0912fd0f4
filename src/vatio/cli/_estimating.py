"""Estimates on the terminal: what was typed becomes a question, and the answer a table with its factors below."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from vatio.account.estimates import Asked, read_shape
from vatio.cli._terminal import plain_table
from vatio.errors import UsageError
from vatio.records import Estimate, Factor, Quantity, from_json
from vatio.report import clean, written
from vatio.units import S_PER_HOUR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config

_COUNT = re.compile(r"([0-9][0-9_]*(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)\s*([kmgbt]?)", re.IGNORECASE)
_TIMES = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "b": 1e9, "t": 1e12}
_OWN_FILES = ("vatio-catalog.toml", "vatio-catalog.csv")
_SCALES = {"J": "j", "g": "g", "L": "l", "W": "w"}


def asked(options: Mapping[str, Any], model: str | None) -> Asked:
    """Read the options of `vatio estimate`.

    Raises:
        UsageError: an option's text is no number, or the number cannot be.
    """
    hours = _number("--hours", options["hours"])
    return Asked(
        hardware=tuple(_hardware(text) for text in options["hardware"]),
        duration_s=None if hours is None else hours * S_PER_HOUR,
        power_w=_number("--power-w", options["power_w"]),
        pue=_number("--pue", options["pue"]),
        zone=options["zone"],
        intensity_g_per_kwh=_number("--intensity", options["intensity"]),
        parameters=count("--params", options["params"]),
        active_parameters=count("--active-params", options["active_params"]),
        tokens=count("--tokens", options["tokens"]),
        utilisation_ratio=_number("--mfu", options["mfu"]),
        model=read_shape(model) if model else None,
        requests=count("--requests", options["requests"]),
        prompt_tokens=count("--prompt-tokens", options["prompt_tokens"]),
        output_tokens=count("--output-tokens", options["output_tokens"]),
        batch=count("--batch", options["batch"]),
    )


def count(option: str, text: str | None) -> int | None:
    """Read a count such as ``8b``, ``15e12``, ``1.4t`` or ``4096``.

    >>> count("--params", "8.03b")
    8030000000

    Raises:
        UsageError: the text is none, or not whole.
    """
    if text is None:
        return None
    match = _COUNT.fullmatch(text.strip())
    number = float(match[1].replace("_", "")) * _TIMES[match[2].lower()] if match else 0.5
    if number != number or abs(number) > 1e30 or abs(number - round(number)) > 1e-6 * max(1.0, number):
        raise UsageError(f"{option} {text!r} is not a whole number", hint="write 4096, 8b, 15t or 15e12")
    return round(number)


def _number(option: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is not a number", hint="a plain number, in the unit of the option") from error


def _hardware(text: str) -> tuple[str, float]:
    name, colon, number = text.rpartition(":")
    if not colon:
        return text.strip(), 1.0
    found = _number("--hardware", number)
    if found is None or not name.strip():
        raise UsageError(f"--hardware {text!r} names nothing", hint="NAME:COUNT, such as H100:8")
    return name.strip(), found


def parted(files: Sequence[str]) -> tuple[str | None, str | None]:
    """Part the files of ``--config``: a model's config.json, and vatio's own configuration.

    Raises:
        UsageError: there are two of one kind.
    """
    models = [file for file in files if file.lower().endswith(".json")]
    own = [file for file in files if file not in models]
    for kind in (models, own):
        if len(kind) > 1:
            raise UsageError(f"--config {kind[0]} and {kind[1]}", hint="one model's config.json, and one vatio.toml")
    return (models[0] if models else None), (own[0] if own else None)


def catalog_files(config: Config, environ: Mapping[str, str], given: Iterable[str]) -> tuple[str, ...]:
    """List the files of own rows: those that were given, the project's, the user's; the first row of a name counts."""
    user = environ.get("XDG_CONFIG_HOME") or os.path.join(environ.get("HOME", ""), ".config")
    places = [os.path.join(config.root, name) for name in _OWN_FILES]
    places += [os.path.join(user, "vatio", name.removeprefix("vatio-")) for name in _OWN_FILES]
    return (*given, *(path for path in places if os.path.isfile(path)))


def read_estimate(path: str) -> Estimate:
    """Read what `vatio estimate --json` wrote.

    Raises:
        UsageError: the file cannot be read, or holds no estimate.
    """
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"cannot read {path}: {error}", hint="write it by `vatio estimate --json > FILE`") from error
    return from_json(Estimate, document)


def estimated(record: Estimate) -> Iterator[str]:
    """Write an estimate: its figures, then every factor with its source and year."""
    yield from plain_table(("", "estimate"), list(_figures(record)))
    yield ""
    rows = [(clean(factor.name), _amount(factor), clean(_origin(factor))) for factor in record.factors]
    yield from plain_table(("factor", "value", "source"), rows)


def _figures(record: Estimate) -> Iterator[tuple[str, str]]:
    emissions = record.emissions_g
    yield "energy", _said(record.energy_j, "j")
    yield "operational", _said(emissions.operational, "g")
    yield "embodied", _said(emissions.embodied, "g")
    yield "total", _said(emissions.total, "g")
    yield "water", _said(record.water_l, "l")
    yield "cost", _said(record.cost_eur, "eur")
    if not record.flop.is_missing:
        yield "computation", _plain(record.flop, "FLOP")
    wanted = (" per ", "chip-hours")
    yield from ((factor.name, _amount(factor)) for factor in record.factors if _is_result(factor, wanted))


def _is_result(factor: Factor, wanted: tuple[str, ...]) -> bool:
    return factor.unit in ("J", "g", "L", "h") and any(word in factor.name for word in wanted)


def _said(quantity: Quantity, unit: str) -> str:
    if quantity.is_missing:
        return f"unknown ({quantity.source})" if quantity.source else "unknown"
    text = written(quantity, unit)
    return f"{text}, without {', '.join(quantity.missing)}" if quantity.missing else text


def _amount(factor: Factor) -> str:
    if factor.unit in _SCALES:
        return _said(factor.value, _SCALES[factor.unit])
    return _plain(factor.value, "" if factor.unit in ("1", "ratio") else factor.unit)


def _plain(quantity: Quantity, unit: str) -> str:
    if quantity.value is None:
        return "unknown"
    ends = (quantity.low, quantity.high)
    span = "" if ends == (quantity.value, quantity.value) else f" ({_short(quantity.low)}..{_short(quantity.high)})"
    return f"{_short(quantity.value)}{span} {unit}".rstrip()


def _short(number: float | None) -> str:
    return "?" if number is None else f"{number:.4g}"


def _origin(factor: Factor) -> str:
    year = f"({factor.year})" if factor.year else ""
    return factor.source if year in factor.source else f"{factor.source} {year}"
