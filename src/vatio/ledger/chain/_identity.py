"""Tell a ledger file from its copies, and find the chain that it writes."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger._backend import Execute


class Identity(NamedTuple):
    """Hold what tells a ledger file from its copies: the machine and the file's inode there."""

    machine: str
    inode: str


def own_origin(execute: Execute, identity: Identity) -> str | None:
    """Find the origin that this file on this machine writes."""
    found = execute("SELECT origin FROM origin WHERE machine = ? AND inode = ? ORDER BY born DESC LIMIT 1", identity)
    return found[0][0] if found else None
