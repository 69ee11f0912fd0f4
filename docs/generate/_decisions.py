"""Write docs/adr/README.md: the list of decisions from their own titles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

HEAD = """# Decisions

One page for each decision that is hard to reverse: the context, the decision, what follows from it. A decision is not edited
once it holds; a later one replaces it and both say so. Start from [the template](template.md). `make docs` writes this list;
numbers are given out in tens to a piece of work, so there are gaps.

| no. | decision |
|---|---|
"""


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Give the list."""
    found = sorted((root / "docs" / "adr").glob("[0-9]*.md"))
    yield "docs/adr/README.md", HEAD + "\n".join(f"| [{path.name[:4]}]({path.name}) | {_title(path)} |" for path in found)


def _title(path: Path) -> str:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    return first.removeprefix("# ").removeprefix(path.name[:4]).lstrip(":. ")
