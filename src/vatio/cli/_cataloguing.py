"""The catalog's rows on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from vatio.catalog import Catalog, CatalogEntry, entries, open_catalog
from vatio.cli._estimating import catalog_files
from vatio.cli._rim import Rim
from vatio.cli._terminal import plain_table
from vatio.errors import UnknownName
from vatio.records import Quantity
from vatio.report import clean

# How many figures of a row fit a line of a list.
_LISTED = 3


def matching(rim: Rim, table: str | None, match: str | None, files: Sequence[str]) -> list[CatalogEntry]:
    """Give the rows of one table or of all, those with a text in their names if one is given."""
    wanted = (match or "").lower()
    return [entry for entry in entries(_open(rim, files), table) if wanted in _words(entry)]


def named(rim: Rim, name: str, files: Sequence[str]) -> list[CatalogEntry]:
    """Give the rows that have a name, else those that the catalog would choose for it.

    Raises:
        UnknownName: no row has it; the nearest are named.
    """
    catalog = _open(rim, files)
    known = list(entries(catalog))
    asked = name.strip().lower()
    found = [entry for entry in known if entry.name.lower() == asked or entry.words.get("title", "").lower() == asked]
    if not found:
        chosen = catalog.accelerator(name) or catalog.instance(name)
        processor = None if chosen else catalog.processor(name)
        spelt = chosen.name if chosen else processor.model if processor else None
        found = [entry for entry in known if entry.name == spelt]
    if not found:
        raise UnknownName.among("row", name, [entry.name for entry in known])
    return found


def line(entry: CatalogEntry) -> tuple[str, str, str, str, str]:
    """Write a row as a line of a list."""
    figures = [f"{name} {_value(figure)}" for name, figure in list(entry.figures.items())[:_LISTED]]
    return entry.table, clean(entry.name), ", ".join(figures), str(entry.year), clean(entry.source)


def shown(entry: CatalogEntry) -> Iterator[str]:
    """Write all of a row."""
    yield f"{clean(entry.name)} ({entry.table})"
    rows = [(f"  {name}", _value(figure), _range(figure)) for name, figure in entry.figures.items()]
    rows += [(f"  {name}", clean(text), "") for name, text in entry.words.items() if text]
    yield from plain_table(("  figure", "value", "range"), rows)
    yield f"  source: {clean(entry.source)} ({entry.year})"


def as_document(found: Sequence[CatalogEntry]) -> dict[str, Any]:
    """Give rows as one JSON document."""
    rows = [
        {
            "table": entry.table,
            "name": entry.name,
            "figures": dict(entry.figures),
            "words": dict(entry.words),
            "source": entry.source,
            "year": entry.year,
        }
        for entry in found
    ]
    return {"schema": "vatio.catalog/1", "rows": rows}


def _open(rim: Rim, files: Sequence[str]) -> Catalog:
    return open_catalog(catalog_files(rim.config(), rim.environ, files))


def _words(entry: CatalogEntry) -> str:
    return " ".join((entry.name, *entry.words.values())).lower()


def _value(quantity: Quantity | float) -> str:
    number = quantity.value if isinstance(quantity, Quantity) else quantity
    return "unknown" if number is None else f"{number:.4g}"


def _range(quantity: Quantity | float) -> str:
    if not isinstance(quantity, Quantity) or quantity.low is None or quantity.high is None or quantity.low == quantity.high:
        return ""
    return f"{quantity.low:.4g}..{quantity.high:.4g}"
