"""Name every field in which the surroundings of two runs differ, the likeliest cause first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vatio.records import Environment, to_json

# What runs below the workload comes first: of several differences the deepest one is the likeliest cause.
_ORDER = (
    "cpu", "gpus", "memory_bytes", "container", "os", "kernel", "libc", "python", "locks", "distributions", "git", "inputs",
    "seeds", "determinism", "variables", "argv", "cwd", "outputs",
)  # fmt: skip
# Lists of named things are compared by name, so that one more of them is one difference.
_NAMED = {"distributions": "name", "inputs": "path", "outputs": "path", "locks": "path"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Name one field (``cpu.model``, ``distributions.torch.version``) and its two values; ``None`` where it is not there."""

    field: str
    before: str | None
    after: str | None


def environment_differences(before: Environment | None, after: Environment | None) -> tuple[Difference, ...]:
    """List the fields that differ; the first is where the two runs diverge."""
    if before is None or after is None:
        return ()
    first, second = _flat(before), _flat(after)
    changed = [field for field in dict.fromkeys([*first, *second]) if first.get(field) != second.get(field)]
    found = [Difference(field=field, before=first.get(field), after=second.get(field)) for field in changed]
    return tuple(sorted(found, key=lambda difference: (_ORDER.index(difference.field.partition(".")[0]), difference.field)))


def _flat(environment: Environment) -> dict[str, str]:
    json: Mapping[str, Any] = to_json(environment)
    return {path: text for name in _ORDER for path, text in _leaves(name, json[name], _NAMED.get(name))}


def _leaves(path: str, value: Any, named: str | None = None) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _leaves(f"{path}.{name}", item)
    elif named:
        for item in value:
            yield from _leaves(f"{path}.{item[named]}", {name: part for name, part in item.items() if name != named})
    elif isinstance(value, list) and path != "argv":
        for at, item in enumerate(value):
            yield from _leaves(f"{path}.{at}", item)
    else:
        yield path, " ".join(map(str, value)) if isinstance(value, list) else str(value)
