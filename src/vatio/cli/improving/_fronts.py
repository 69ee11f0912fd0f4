"""A search's run in a report: with the front that it has left, where that is still what it wrote."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import NamedTuple

from vatio.digest import sha256
from vatio.errors import InvalidRecord, VatioError
from vatio.files import regular
from vatio.records import Front, RunRecord, from_json

_FILE = "front.json"
_MOST_BYTES = 64 << 20


class KeptFront(NamedTuple):
    """Hold a front and the folder in which its artefacts lie."""

    front: Front
    folder: str


def front_of(record: RunRecord, note: Callable[[str], None]) -> KeptFront | None:
    """Read the front that a run has written; ``None`` where there is none, or another than it wrote, which is noted."""
    if record.environment is None:
        return None
    for output in record.environment.outputs:
        if os.path.basename(output.path) != _FILE or output.sha256 is None:
            continue
        # A home is written as ~, so that a record does not name its user.
        path = os.path.join(*map(os.path.expanduser, (record.environment.cwd, output.path)))
        try:
            with open(path, "rb", opener=regular) as file:
                held = file.read(_MOST_BYTES)
            if sha256(held).hexdigest() != output.sha256:
                note(f"{path} is not what the search has written: its front is not shown")
                return None
            found = json.loads(held)
            if isinstance(found, dict) and found.get("schema") == Front.SCHEMA:
                return KeptFront(from_json(Front, found), os.path.dirname(path))
        except OSError as error:
            note(f"cannot read {path}: {error.strerror}; its front is not shown")
        except (ValueError, RecursionError, InvalidRecord, VatioError) as error:
            note(f"{path} holds no front that can be read: {error}")
    return None
