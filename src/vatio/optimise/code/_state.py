"""Hold a nest of loops while it is translated."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from vatio.optimise.code._vector import Scope, Vec


@dataclass(slots=True, kw_only=True)
class Nest:
    """Hold a nest while it is translated. ``made`` says at what depth a name gets its first value."""

    scope: Scope
    made: dict[str, int] = field(default_factory=dict)
    lists: dict[str, Vec] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    where: Vec | None = None
    plain: frozenset[str] = frozenset()

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
