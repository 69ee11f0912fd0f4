"""Take in runs that ended elsewhere: start, end and footprint at once, each run only the first time that it is met."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from vatio.ledger._seal import store_blob
from vatio.ledger.books import project
from vatio.records import to_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger._backend import Execute
    from vatio.ledger._seal import Append
    from vatio.records import Ended, Footprint, Started

_KNOWN = """SELECT p.body FROM run r LEFT JOIN payload p ON p.origin = r.started_origin AND p.seq = r.started_seq
    WHERE r.id = ?"""
_IMPORTS = """SELECT p.body FROM entry e JOIN payload p ON p.origin = e.origin AND p.seq = e.seq
    WHERE e.kind = 'import' AND e.run IS NULL"""


class Finished(NamedTuple):
    """Hold a whole run of another tool. ``imported`` says where from: it is kept beside the start and shown with the run.

    ``imported["said_sha256"]`` is the digest of what the file says of the run: by it a run that is met again is told from
    one of which the file now says something else. It is ``None`` for a run of vatio's own, which its id alone tells.
    """

    started: Started
    ended: Ended
    footprint: Footprint | None
    environment: bytes | None
    imported: Mapping[str, object]


class Taken(NamedTuple):
    """Hold the ids of the runs that were added, of those that were there, and of those that were there with other figures."""

    added: tuple[str, ...]
    known: tuple[str, ...]
    changed: tuple[str, ...]


def take_finished(execute: Execute, append: Append, runs: Sequence[Finished]) -> Taken:
    """Write the runs that are not there yet, inside an open transaction."""
    added: list[str] = []
    known: list[str] = []
    changed: list[str] = []
    for run in runs:
        found = execute(_KNOWN, (run.started.id,))
        if not found:
            _write(execute, append, run)
            added.append(run.started.id)
        elif run.imported.get("said_sha256") in (None, _said(found[0][0])):
            known.append(run.started.id)
        else:
            changed.append(run.started.id)
    return Taken(tuple(added), tuple(known), tuple(changed))


def is_imported(execute: Execute, file_sha256: str) -> bool:
    """Tell whether a file has been taken in to its end."""
    return any(_object(body).get("file_sha256") == file_sha256 for (body,) in execute(_IMPORTS))


def _write(execute: Execute, append: Append, run: Finished) -> None:
    environment = store_blob(execute, run.environment) if run.environment is not None else None
    append(execute, "started", {**to_json(run.started), "imported": dict(run.imported)}, run.started.id)
    append(execute, "ended", replace(run.ended, environment_sha256=environment), run.started.id)
    if run.footprint is not None:
        append(execute, "footprint", run.footprint, run.started.id)
    project(execute, run.started.id)


def _said(body: bytes | None) -> object:
    imported = _object(body).get("imported")
    return imported.get("said_sha256") if isinstance(imported, dict) else None


def _object(body: bytes | None) -> Mapping[str, object]:
    try:
        found = json.loads(body) if body is not None else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
