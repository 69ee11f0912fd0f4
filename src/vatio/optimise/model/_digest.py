"""Tell files apart."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

_BLOCK_BYTES = 1 << 20


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file, which may be larger than memory."""
    found = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            found.update(block)
    return found.hexdigest()
