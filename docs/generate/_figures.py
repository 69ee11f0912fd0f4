"""Write the table of figures in README.md, between its markers, from the results of the benchmarks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks._results import figure, peer, read
from benchmarks._row import from_json

BEGIN, END = "<!-- figures: run -->", "<!-- end of figures -->"


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Give README.md with its table renewed."""
    text = (root / "README.md").read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if begin and end:
        yield "README.md", f"{before}{BEGIN}\n{_table(read('run'))}\n{END}{after}"


def _table(results: dict[str, Any]) -> str:
    rows = [from_json(line) for line in results["rows"]]
    if not rows:
        return "Not measured yet: `make bench TOPIC=run`."
    lines = [f"| {row.id} | {row.what} | {row.relation} {row.limit:g} {row.unit} | {_got(row)} | {peer(row)} |" for row in rows]
    where = f"Measured {results['date'][:10]} at commit `{results['commit'][:12]}` on {results['host']}."
    head = "| id | what | asked | vatio | best peer |\n|---|---|---|---|---|"
    return "\n".join([where, "", head, *lines])


def _got(row: Any) -> str:
    if row.got is None:
        return f"not run: {row.why}" if row.why else "not run"
    return figure(row.got) if row.ok else f"**{figure(row.got)}** (misses)"
