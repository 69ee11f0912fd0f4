"""Write the reference and the figures, or with ``--check`` name the pages that are not current."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from docs.generate import _commands, _configuration, _data, _decisions, _errors, _figures, _library, _records

ROOT = Path(__file__).resolve().parents[2]
WRITERS = (_commands, _configuration, _errors, _library, _records, _decisions, _figures, _data)


def pages() -> dict[Path, str]:
    """Give the text that each generated page should have."""
    return {ROOT / path: text.rstrip("\n") + "\n" for writer in WRITERS for path, text in writer.pages(ROOT)}


def stale() -> Iterator[Path]:
    """Name the pages on disk that differ from what the code says."""
    for path, text in pages().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield path


def main(arguments: list[str]) -> int:
    """Write the pages; with ``--check`` write nothing and return 1 when one is not current."""
    check = "--check" in arguments
    found = list(stale())
    wanted = {} if check else pages()
    for path in found:
        print(f"{'not current' if check else 'wrote'}: {path.relative_to(ROOT)}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
