"""Write docs/data.md: where the test data comes from, file by file. Without the data the page stays as it is."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

HEAD = """# The data of the tests

Some tests run on real data. It is not part of vatio and is not shipped: the licences below are what the source repositories
state, the rights of the owners upstream (Electricity Maps and similar) were not verified. The tests look for it in
`../shared/data` beside the checkout, or in the folder that `VATIO_TEST_DATA` names, and are skipped with that reason where it
is absent. To get a file, take it from the public repository, path and commit named here and compare its SHA-256; of a file
that lies compressed (`.gz`) the digest is that of its content, the original's.

"""
TABLE = "| file | original: repository: path @ commit | licence stated there | SHA-256 of the content |\n|---|---|---|---|\n"


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Give the page, where the data and its list of origins are at hand."""
    folder = Path(os.environ.get("VATIO_TEST_DATA", root.parent / "shared" / "data"))
    origins = folder / "PROVENANCE.md"
    if origins.exists():
        yield "docs/data.md", HEAD + TABLE + "\n".join(_rows(folder, origins.read_text(encoding="utf-8")))


def _rows(folder: Path, text: str) -> Iterator[str]:
    listed: dict[str, tuple[str, str]] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) >= 3 and re.search(r"[/.]", cells[0]):
            for path in _files(folder, cells[0]):
                listed.setdefault(path, (cells[1], cells[2]))
    for path, (original, licence) in sorted(listed.items()):
        digest = hashlib.sha256(_content(folder / path)).hexdigest()
        yield f"| `{path}` | {original} | {licence} | `{digest}` |"


def _content(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def _files(folder: Path, pattern: str) -> list[str]:
    found = folder / pattern
    paths = sorted(found.rglob("*")) if found.is_dir() else sorted(folder.glob(pattern))
    return [path.relative_to(folder).as_posix() for path in paths if path.is_file()]
