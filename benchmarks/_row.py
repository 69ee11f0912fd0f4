"""A row of a benchmark: what was asked, what was found, what the best peer does."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Relation = Literal["<=", ">=", "=="]
_HOLDS = {"<=": lambda got, limit: got <= limit, ">=": lambda got, limit: got >= limit, "==": lambda got, limit: got == limit}
_ID = re.compile(r"([a-z]+)-(\d+)(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure against its limit; ``got`` is None where it could not be run, and ``why`` then says what was missing."""

    id: str
    what: str
    relation: Relation
    limit: float
    got: float | None
    unit: str
    peer: str = ""
    peer_got: float | str | None = None
    command: str = ""
    why: str = ""

    def __post_init__(self) -> None:
        if self.relation not in _HOLDS:
            raise ValueError(f"{self.id}: relation {self.relation!r} is none of {', '.join(_HOLDS)}")
        if not math.isfinite(self.limit) or (self.got is not None and not math.isfinite(self.got)):
            raise ValueError(f"{self.id}: limit and got are finite numbers")

    @property
    def ok(self) -> bool:
        """Tell whether the figure holds; one that was not run does not.

        >>> Row(id="run-01", what="import", relation="<=", limit=0.03, got=0.02, unit="CPU-s").ok
        True
        """
        return self.got is not None and bool(_HOLDS[self.relation](self.got, self.limit))


def to_json(row: Row) -> dict[str, Any]:
    """Give the row's fields in the contract's order."""
    return {
        "id": row.id,
        "what": row.what,
        "relation": row.relation,
        "limit": row.limit,
        "got": row.got,
        "unit": row.unit,
        "ok": row.ok,
        "peer": row.peer,
        "peer_got": row.peer_got,
        "command": row.command,
        "why": row.why,
    }


def from_json(fields: Mapping[str, Any]) -> Row:
    """Read a row back; ``ok`` is computed anew and unknown fields are left out."""
    known = ("id", "what", "relation", "limit", "got", "unit", "peer", "peer_got", "command", "why")
    return Row(**{name: fields[name] for name in known if name in fields})


def in_order(row: Row) -> tuple[str, int, str]:
    """Sort rows as the issue lists them: run-2 before run-10, run-07a before run-07a-wraps.

    >>> in_order(Row(id="run-07a-wraps", what="", relation="<=", limit=1, got=0, unit=""))
    ('run', 7, 'a-wraps')
    """
    match = _ID.fullmatch(row.id)
    return (match[1], int(match[2]), match[3]) if match else (row.id, 0, "")


def wanted(row_id: str, only: tuple[str, ...]) -> bool:
    """Tell whether an id is among those asked for; ``run-07`` asks for run-07a and run-07a-wraps too.

    >>> wanted("run-07a-wraps", ("run-07",)), wanted("run-10a", ("run-1",)), wanted("run-01", ())
    (True, False, True)
    """
    return not only or any(row_id == one or re.match(rf"{re.escape(one)}(?!\d)", row_id) for one in only)
