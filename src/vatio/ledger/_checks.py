"""What ``vatio doctor`` says of the ledger: where it lies, how large it is, whether it is signed and can be written."""

from __future__ import annotations

import os
from shutil import disk_usage

from vatio.errors import LedgerError
from vatio.ledger.disk import ledger_path, places
from vatio.records import Check
from vatio.units import BYTES_PER_MIB

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config

# From here on pruning is worth a thought.
_LARGE_BYTES = 1024 * BYTES_PER_MIB


def checks(*, config: Config) -> tuple[Check, ...]:
    """Check the configured ledger without writing to it."""
    path = ledger_path(None, config, places())
    return (_file(path, config), _room(path), _key(config))


def _file(path: str, config: Config) -> Check:
    from vatio.ledger._open import open_ledger

    if not os.path.exists(path):
        return Check(room="ledger", name="ledger", state="ok", found=f"none yet; the first run makes {path}")
    try:
        with open_ledger(config=config, readonly=True) as ledger:
            head, usage_bytes = ledger.head(), ledger.usage_bytes()
    except LedgerError as error:
        return Check(room="ledger", name="ledger", state="denied", found=str(error), fix=error.hint)
    entries = head.seq if head else 0
    large = usage_bytes > _LARGE_BYTES
    return Check(
        room="ledger",
        name="ledger",
        state="warning" if large else "ok",
        found=f"{path}: {entries} {'entry' if entries == 1 else 'entries'}, {usage_bytes / BYTES_PER_MIB:.1f} MiB",
        fix="vatio ledger prune --older-than 90d" if large else "",
    )


def _room(path: str) -> Check:
    folder = os.path.dirname(path)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    if not os.access(folder, os.W_OK):
        found = f"{folder} cannot be written: runs are kept in an outbox until it can"
        return Check(room="ledger", name="disk", state="denied", found=found, fix=f"sudo chown $(id -u) {folder}")
    free_bytes = disk_usage(folder).free
    low = free_bytes < 100 * BYTES_PER_MIB
    fix = "make room: samples go to an outbox, or are lost, when the disk is full" if low else ""
    found = f"{free_bytes / BYTES_PER_MIB:.0f} MiB free in {folder}"
    return Check(room="ledger", name="disk", state="warning" if low else "ok", found=found, fix=fix)


def _key(config: Config) -> Check:
    if config.ledger.sign:
        return Check(room="ledger", name="key", state="ok", found=f"entries are signed with {config.ledger.key}")
    return Check(room="ledger", name="key", state="ok", found="entries are chained, not signed", fix="vatio ledger keygen")
