"""State a replay as in-toto does: outputs as subjects, the verdict and both runs as the predicate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from vatio.records import FileDigest, Replay, RunRecord, to_json

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:vatio:replay:1"


def statement_of(verdict: Replay, *, original: RunRecord, replay: RunRecord | None) -> dict[str, Any]:
    """Write the statement about a replay. Its subjects are the original's outputs, and the original by its last entry."""
    from vatio import __version__

    return {
        "_type": STATEMENT_TYPE,
        "subject": _subjects(original),
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            # Which entry holds the statement cannot be stated in it.
            "verdict": to_json(replace(verdict, attestation=None)),
            "original": _run(original),
            "replay": None if replay is None else _run(replay),
            "vatio": __version__,
        },
    }


def _subjects(original: RunRecord) -> list[dict[str, Any]]:
    outputs = original.environment.outputs if original.environment is not None else ()
    found = {item.path: item.sha256 for item in outputs if item.sha256 is not None}
    if original.entries:
        found[f"run:{original.id}"] = original.entries[-1].hash
    return [{"name": name, "digest": {"sha256": digest}} for name, digest in found.items()]


def _run(record: RunRecord) -> dict[str, Any]:
    environment = record.environment
    return {
        "run": record.id,
        "entries": to_json(record.entries),
        "command": list(record.command),
        "commit": environment.git.commit if environment is not None and environment.git is not None else None,
        "inputs": _digests(environment.inputs if environment is not None else ()),
        "outputs": _digests(environment.outputs if environment is not None else ()),
    }


def _digests(files: Iterable[FileDigest]) -> list[dict[str, Any]]:
    return [{"name": item.path, "sha256": item.sha256} for item in files]
