"""Two runs side by side, as a table and as JSON."""

from __future__ import annotations

from typing import Any

from vatio.analysis import Comparison
from vatio.records import Quantity, to_json
from vatio.report import clean, told

HEADER = ("figure", "first", "second", "change")
RIGHT = (1, 2, 3)
# Names of units as the analysis writes them, and as the formatter knows them.
_UNITS = {"J": "j", "L": "l", "EUR": "eur"}


def comparison_rows(found: Comparison) -> list[tuple[str, ...]]:
    """Give a row for each figure; what is missing in one of the runs is said."""
    return [
        (row.name, _value(row.before, row.unit), _value(row.after, row.unit), _change(row.change_ratio)) for row in found.rows
    ]


def remarks(found: Comparison) -> list[str]:
    """Say what makes the figures hard to compare, and what differs around the runs."""
    lines = [f"caution: {caveat}" for caveat in found.caveats]
    lines += [f"differs: {item.field}: {item.before} -> {item.after}" for item in found.differences]
    return [clean(line) for line in (["", *lines] if lines else [])]


def comparison_json(found: Comparison) -> dict[str, Any]:
    """Give ``vatio.comparison/1``."""
    value: dict[str, Any] = to_json(found)
    return {"schema": "vatio.comparison/1", **value}


def _value(quantity: Quantity, unit: str) -> str:
    return told(quantity, _UNITS.get(unit, unit))


def _change(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:+.1%}"
