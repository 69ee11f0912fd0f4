"""Show a sealed run as it lies in the ledger: a view that reads like a ``RunRecord`` and loads none of its classes.

A command that lists or shows runs spends most of its time on loading code; the records' dataclasses are half of that. What
is shown is the same: ``run_fields`` makes both, and tests compare them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from vatio.errors import InvalidRecord, LedgerDamaged
from vatio.ledger.books import read_quantity
from vatio.ledger.chain import as_bytes, read_header
from vatio.ledger.views._reader import Bodies, read_blob, read_bodies
from vatio.ledger.views._view import run_fields
from vatio.records import Quantity, parse_rfc3339, to_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger._backend import Execute
    from vatio.records import Ended, Footprint, Started

SCHEMA = "vatio.run/1"
_FOOTPRINTS = """SELECT e.header, e.hash, p.body FROM entry e JOIN payload p ON p.origin = e.origin AND p.seq = e.seq
    WHERE e.run = ? AND e.kind = 'footprint'"""
# Objects whose keys are the user's words.
_WORDS = frozenset(("tags", "work", "metrics", "utilisation", "variables", "seeds", "determinism", "python"))
_DEFAULTS: Mapping[str, Any] = {
    **dict.fromkeys(("gaps", "phases", "ranks", "parents", "notes"), ()),
    **{name: {} for name in ("tags", "work", "metrics", "utilisation")},
    "paused_s": 0.0,
    "overhead_cpu_s": 0.0,
    "rank": 0,
    "complete": False,
}
# The order in which a view is written; keys of payloads lie sorted.
_ORDER = (
    *("schema", "id", "name", "project", "series", "job", "component", "device", "host", "meter", "parent", "rank"),
    *("command", "status", "sealed", "exit_code", "signal", "started_at", "ended_at", "start_s", "end_s", "duration_s"),
    *("paused_s", "interval_s", "start_monotonic_s", "gaps", "stage", "tags", "within", "parents", "plan", "hosts"),
    *("value", "low", "high", "provenance", "source", "missing", "boot", "ranks", "energy_j", "workload_energy_j", "cpu_s"),
    *("basis", "above_idle_j", "complete", "components", "idle_j", "emissions_g", "intensity_g_per_kwh"),
    *("renewable_ratio", "pue", "water_l", "cost_eur", "footprints", "work", "flop", "metrics", "phases", "utilisation"),
    *("peak_memory_bytes", "peak_gpu_memory_bytes", "bytes_read", "bytes_written", "bytes_sent", "bytes_received"),
    *("overhead", "environment", "entries", "notes", "reserved_ratio"),
)
_RANK = {name: at for at, name in enumerate(_ORDER)}


class Seen:
    """Read an object of a payload by attribute: dates and quantities are values, what is not there has its default."""

    __slots__ = ("_said",)

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = said

    def __getattr__(self, name: str) -> Any:
        said = self._said
        if name == "g_per_kwh" and "zone" in said:  # of an intensity the quantity lies beside its zone
            return read_quantity(said)
        # The view of a run has all its fields; a payload within it may be older than one.
        if name.startswith("__") or (name not in said and said.get("schema") == SCHEMA):
            raise AttributeError(name)
        return _read(name, said.get(name, _DEFAULTS.get(name)))

    @property
    def own_energy_j(self) -> Quantity:
        """Give the joules that a run answers for, as ``RunRecord.own_energy_j`` does."""
        own: Quantity = self.workload_energy_j
        whole: Quantity = self.energy_j
        return own if self.basis == "workload" and not own.is_missing else whole

    def __repr__(self) -> str:
        return f"Seen({self._said!r})"

    def to_json(self) -> dict[str, Any]:
        """Give the object as plain JSON values."""
        said: dict[str, Any] = _plain(self._said)
        return said


def read_seen(execute: Execute, run: str, *, with_environment: bool) -> Seen | None:
    """Show one run; ``None`` while nobody has sealed it.

    Raises:
        LedgerDamaged: its ``started`` payload is gone, or a payload cannot be read.
    """
    found = read_bodies(execute, run)
    if "ended" not in found.payloads:
        return None
    try:
        return Seen(_fields(execute, found, with_environment=with_environment))
    except (InvalidRecord, KeyError, TypeError, ValueError, AttributeError) as error:
        raise LedgerDamaged(f"run {run} cannot be read: {error}", hint="vatio ledger verify") from error


def read_footprints(execute: Execute, run: str) -> tuple[Seen, ...]:
    """Read every account of a run that can still be read, the earliest first."""
    rows = execute(_FOOTPRINTS, (run,))
    dated = sorted((read_header(as_bytes(header)).at, digest, body) for header, digest, body in rows)
    return tuple(Seen({**json.loads(as_bytes(body)), "entry": digest}) for _, digest, body in dated)


def _fields(execute: Execute, found: Bodies, *, with_environment: bool) -> dict[str, Any]:
    payloads = found.payloads
    started, ended = Seen(payloads["started"]), Seen(payloads["ended"])
    footprint = Seen(payloads["footprint"]) if "footprint" in payloads else None
    known = run_fields(cast("Started", started), cast("Ended", ended), cast("Footprint | None", footprint))
    environment = _environment(execute, ended.environment_sha256) if with_environment else None
    names = ("origin", "seq", "hash", "kind")
    return {
        "schema": SCHEMA,
        **known,
        "sealed": True,
        "footprints": found.footprints,
        "environment": environment,
        "entries": tuple(dict(zip(names, entry, strict=True)) for entry in found.entries),
        **found.more,
    }


def _environment(execute: Execute, sha256: str | None) -> Any:
    body = read_blob(execute, sha256) if sha256 else None
    try:
        return None if body is None else json.loads(body)
    except (ValueError, RecursionError):
        return None


def _read(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        if name in _WORDS:
            return value
        return read_quantity(value) if "provenance" in value and "zone" not in value else Seen(value)
    if isinstance(value, (list, tuple)):
        return tuple(_read("", item) for item in value)
    if isinstance(value, str) and name.endswith("_at"):
        return parse_rfc3339(value)
    return value


def _plain(value: Any, name: str = "") -> Any:
    if isinstance(value, Seen):
        return value.to_json()
    if isinstance(value, Mapping):
        if name in _WORDS:
            return dict(value)
        ordered = sorted(value, key=lambda key: (_RANK.get(key, len(_RANK)), key))
        return {key: _plain(value[key], key) for key in ordered}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return to_json(value)
