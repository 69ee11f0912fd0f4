"""Write the receipt and the table of figures in README.md, between their markers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks._results import figure, peer, read
from benchmarks._row import from_json

# Marker -> what stands under it until "<!-- end -->". The receipt is the golden one, of the tests' example run.
RECEIPT = Path("tests", "golden", "report", "receipt.txt")


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Give README.md with its receipt and its table renewed."""
    text = (root / "README.md").read_text(encoding="utf-8")
    receipt = f"```text\n{(root / RECEIPT).read_text(encoding='utf-8').rstrip()}\n```"
    text = _between(text, "<!-- receipt -->", receipt)
    yield "README.md", _between(text, "<!-- figures: run -->", _table(read("run")))


def _between(text: str, begin: str, inside: str) -> str:
    before, found, rest = text.partition(begin)
    _, end, after = rest.partition("<!-- end -->")
    return f"{before}{begin}\n{inside}\n{end}{after}" if found and end else text


def _table(results: dict[str, Any]) -> str:
    rows = [from_json(line) for line in results["rows"]]
    if not rows:
        return "Not measured yet: `make bench TOPIC=run`."
    lines = [_line(row.id, row.what, f"{row.relation} {row.limit:g} {row.unit}", _got(row), peer(row)) for row in rows]
    where = f"Measured {results['date'][:10]} at commit `{results['commit'][:12]}` on {results['host']}."
    head = "| id | what | asked | vatio | best peer |\n|---|---|---|---|---|"
    return "\n".join([where, "", head, *lines])


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _got(row: Any) -> str:
    if row.got is None:
        return f"not run: {row.why}" if row.why else "not run"
    return figure(row.got) if row.ok else f"**{figure(row.got)}** (misses)"
