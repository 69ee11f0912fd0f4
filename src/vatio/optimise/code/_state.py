"""Hold a nest of loops while it is translated."""

from __future__ import annotations

from dataclasses import replace

from vatio.optimise.code._vector import Scope, Vec


class Nest:
    """Hold a nest while it is translated. ``made`` says at what depth a name gets its first value."""

    __slots__ = ("lines", "lists", "made", "plain", "scope", "where")

    def __init__(self, scope: Scope, *, plain: frozenset[str]) -> None:
        self.scope, self.plain = scope, plain
        self.made: dict[str, int] = {}
        self.lists: dict[str, Vec] = {}
        self.lines: list[str] = []
        self.where: Vec | None = None

    @property
    def depth(self) -> int:
        """Give the number of loops around."""
        return len(self.scope.lengths)


def name_it(name: str, value: Vec, nest: Nest) -> None:
    """Keep what has axes under its name, so that it is computed once; a plain value stays where it stands."""
    if value.axes:
        nest.lines.append(f"{name} = {value.code}")
        value = replace(value, code=name)
    nest.scope.env[name] = value
