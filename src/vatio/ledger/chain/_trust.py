"""Pin the first key of each ledger in the user's configuration, where who edits a project does not reach (mode 0600)."""

from __future__ import annotations

import json
import os
from typing import Any, NamedTuple

from vatio.errors import LedgerDamaged
from vatio.ledger.chain._keys import is_public, write_private

SCHEMA = "vatio.trusted/1"


class Pin(NamedTuple):
    """Hold what must stay true of an origin: its first ``key`` entry has this hash and names this public key."""

    origin: str
    public: str
    entry: str
    path: str


def read_pins(trusted: str) -> tuple[Pin, ...]:
    """Read the pins; none when there is no such file.

    Raises:
        LedgerDamaged: the file is there and cannot be read: a check against it must not pass in silence.
    """
    try:
        with open(trusted, encoding="utf-8") as file:
            origins: Any = json.load(file)["origins"]
        pins = tuple(Pin(origin, item["key"], item["entry"], item["path"]) for origin, item in origins.items())
        if not all(is_public(pin.public) for pin in pins):
            raise ValueError("a key is not 64 hexadecimal digits")
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LedgerDamaged(
            f"cannot read the pinned keys {trusted}: {error!r}", hint="restore the file, or remove it"
        ) from error
    return pins


def add_pin(trusted: str, pin: Pin) -> bool:
    """Pin an origin's first key; an origin that is pinned already keeps its first pin. Tell whether it was new."""
    pins = read_pins(trusted)
    if any(known.origin == pin.origin for known in pins):
        return False
    origins = {known.origin: {"key": known.public, "entry": known.entry, "path": known.path} for known in (*pins, pin)}
    os.makedirs(os.path.dirname(trusted), mode=0o700, exist_ok=True)
    write_private(trusted, json.dumps({"schema": SCHEMA, "origins": origins}, indent=1, sort_keys=True) + "\n")
    return True
