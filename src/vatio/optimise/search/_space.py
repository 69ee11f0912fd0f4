"""What a search may set: numbers between two ends, choices, and parameters that exist only where others have some value."""

from __future__ import annotations

import itertools
import json
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vatio.errors import UsageError

Value = bool | int | float | str
Params = Mapping[str, Value]
_KEYS = ("low", "high", "log", "choices", "when")
# How many values of a number without choices a grid tries.
_GRID_STEPS = 5
_MOST_POINTS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Hold one parameter: a number from ``low`` to ``high`` (whole where both are), or one of ``choices``.

    ``log`` spreads a number's values evenly by their logarithm. ``when`` names others and the values, one of which each of
    them must have for this one to exist.

    Raises:
        UsageError: it has no values, or its ends cannot be.
    """

    name: str
    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: tuple[Value, ...] = ()
    when: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise UsageError(f"parameter {self.name!r}", hint="letters, digits and _: it is written {name} in a command")
        if self.choices:
            self._check_choices()
            return
        if self.low is None or self.high is None:
            raise UsageError(f"parameter {self.name} has no values", hint="give it low and high, or choices = [...]")
        if not (math.isfinite(self.low) and math.isfinite(self.high)) or self.low >= self.high:
            raise UsageError(f"parameter {self.name} goes from {self.low} to {self.high}", hint="low must be below high")
        if self.log and self.low <= 0:
            raise UsageError(f"parameter {self.name} has no logarithm at {self.low}", hint="low must be above 0")

    @property
    def is_whole(self) -> bool:
        """Tell whether its values are whole numbers."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def grid(self) -> tuple[Value, ...]:
        """Give the values that a grid tries: the choices, or some spread evenly.

        >>> Parameter(name="lr", low=0.001, high=0.1, log=True).grid()[0::2]
        (0.001, 0.01, 0.1)
        """
        if self.choices or self.low is None or self.high is None:
            return self.choices
        ends = [math.log(end) if self.log else float(end) for end in (self.low, self.high)]
        points = [ends[0] + (ends[1] - ends[0]) * at / (_GRID_STEPS - 1) for at in range(_GRID_STEPS)]
        spread = [math.exp(point) if self.log else point for point in points]
        if self.is_whole:
            return tuple(dict.fromkeys(round(number) for number in spread))
        return tuple(min(max(float(f"{number:.12g}"), self.low), self.high) for number in spread)

    def _check_choices(self) -> None:
        if self.low is not None or self.high is not None or self.log:
            raise UsageError(f"parameter {self.name} has choices and ends", hint="give one of both")
        for choice in self.choices:
            is_one = isinstance(choice, (bool, int, float, str))
            if not is_one or (isinstance(choice, float) and not math.isfinite(choice)):
                raise UsageError(f"parameter {self.name} cannot be {choice!r}", hint="use words, numbers, true and false")
        if len({json.dumps(choice) for choice in self.choices}) < len(self.choices):
            raise UsageError(f"parameter {self.name} has a choice twice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Hold all parameters, each after those that it depends on.

    Raises:
        UsageError: there are none, a name stands twice, or a condition names none or goes in a circle.
    """

    parameters: tuple[Parameter, ...]

    def __post_init__(self) -> None:
        names = [parameter.name for parameter in self.parameters]
        if not names:
            raise UsageError("the space is empty", hint="give at least one parameter: [lr] low = 0.001, high = 0.1")
        if len(set(names)) < len(names):
            raise UsageError("a parameter stands twice in the space")
        for parameter in self.parameters:
            unknown = [name for name in parameter.when if name not in names]
            if unknown:
                raise UsageError(f"parameter {parameter.name} depends on {unknown[0]}, which is not in the space")
        object.__setattr__(self, "parameters", _ordered(self.parameters))

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names of all parameters."""
        return tuple(parameter.name for parameter in self.parameters)

    def points(self) -> Iterator[dict[str, Value]]:
        """Give every point of the grid once, in the order of the values.

        Raises:
            UsageError: there are too many.
        """
        axes = [parameter.grid() for parameter in self.parameters]
        if math.prod(map(len, axes)) > _MOST_POINTS:
            raise UsageError(f"a grid of more than {_MOST_POINTS} points", hint="use --strategy tpe")
        seen = set()
        for values in itertools.product(*axes):
            point = self.pruned(dict(zip(self.names, values, strict=True)))
            if key(point) not in seen:
                seen.add(key(point))
                yield point

    def pruned(self, values: Params) -> dict[str, Value]:
        """Give the values of those parameters that exist among them."""
        found: dict[str, Value] = {}
        for parameter in self.parameters:
            if is_there(parameter, found):
                found[parameter.name] = values[parameter.name]
        return found

    def to_json(self) -> list[dict[str, Any]]:
        """Write down what the space is, so that trials of the same one are known."""
        return [
            {"name": p.name, "low": p.low, "high": p.high, "log": p.log, "choices": list(p.choices), "when": _lists(p.when)}
            for p in self.parameters
        ]


def is_there(parameter: Parameter, chosen: Params) -> bool:
    """Tell whether a parameter exists, given what was chosen before."""
    return all(name in chosen and chosen[name] in allowed for name, allowed in parameter.when.items())


def key(params: Params) -> str:
    """Write a point so that equal ones read the same.

    >>> key({"b": 1, "a": 0.5})
    '{"a":0.5,"b":1}'
    """
    return json.dumps(dict(params), sort_keys=True, separators=(",", ":"))


def read_space(path: str) -> Space:
    """Read a space from a TOML file: one table a parameter.

    Raises:
        UsageError: the file cannot be read, or is no space.
    """
    try:
        with open(path, "rb") as file:
            tables = tomllib.load(file)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read the space {path}: {error}", hint="a TOML file: [lr] low = 0.001, high = 0.1") from error
    return space_of(tables)


def space_of(tables: Mapping[str, Any]) -> Space:
    """Make a space of plain tables, as TOML has them.

    >>> space_of({"width": {"choices": [8, 16]}}).names
    ('width',)

    Raises:
        UsageError: a table is no parameter.
    """
    return Space(parameters=tuple(_parameter(name, table) for name, table in tables.items()))


def _parameter(name: str, table: Any) -> Parameter:
    if not isinstance(table, Mapping):
        raise UsageError(f"parameter {name} is {table!r:.40}", hint=f"a table: [{name}] low = 1, high = 8")
    unknown = [key for key in table if key not in _KEYS]
    if unknown:
        raise UsageError(f"parameter {name} has {unknown[0]!r}", hint=f"use {', '.join(_KEYS)}")
    for end in ("low", "high"):
        if end in table and (isinstance(table[end], bool) or not isinstance(table[end], (int, float))):
            raise UsageError(f"{end} of {name} is {table[end]!r:.40}", hint="give a number")
    choices, when = table.get("choices", []), table.get("when", {})
    if not isinstance(choices, (list, tuple)) or not isinstance(when, Mapping):
        raise UsageError(f"parameter {name}: choices are a list, when is a table", hint='when = { model = "tree" }')
    allowed = {other: tuple(value) if isinstance(value, (list, tuple)) else (value,) for other, value in when.items()}
    return Parameter(
        name=name,
        low=table.get("low"),
        high=table.get("high"),
        log=bool(table.get("log", False)),
        choices=tuple(choices),
        when=allowed,
    )


def _ordered(parameters: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """Put each parameter after those that it depends on."""
    found: list[Parameter] = []
    left = list(parameters)
    while left:
        known = {parameter.name for parameter in found}
        ready = [parameter for parameter in left if set(parameter.when) <= known]
        if not ready:
            names = ", ".join(parameter.name for parameter in left)
            raise UsageError(f"parameters depend on one another in a circle: {names}", hint="let one of them exist always")
        found += ready
        left = [parameter for parameter in left if parameter not in ready]
    return tuple(found)


def _lists(when: Mapping[str, tuple[Value, ...]]) -> dict[str, list[Value]]:
    return {name: list(allowed) for name, allowed in when.items()}
