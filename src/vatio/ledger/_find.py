"""Find a run by what a person calls it: its id, an unambiguous part of it, its name, or how many runs ago."""

from __future__ import annotations

from collections.abc import Mapping

from vatio.errors import UnknownName, UsageError
from vatio.ledger._backend import Execute

_LIST_LIMIT = 8
_PART = "SELECT id FROM run WHERE substr(id, 1, ?) = ? OR substr(id, ?) = ? LIMIT ?"
FILTERS = ("project", "series", "name", "stage", "job", "within", "host")


def find_run(execute: Execute, ref: str) -> str:
    """Give the id of the run that ``ref`` means: id, unique prefix or suffix, name (its latest run), ``@1`` the latest.

    Raises:
        UnknownName: no run is called so.
        UsageError: several are.
    """
    if ref.startswith("@"):
        return _counted(execute, ref)
    exact = execute("SELECT id FROM run WHERE id = ?", (ref,))
    named = execute("SELECT id FROM run WHERE name = ? ORDER BY started_at DESC, id DESC LIMIT 1", (ref,))
    parts = execute(_PART, (len(ref), ref, -len(ref), ref, _LIST_LIMIT)) if ref and not exact and not named else []
    if len(parts) > 1:
        raise UsageError(
            f"several runs begin or end with {ref!r}", hint=f"give more of one of {', '.join(row[0] for row in parts)}"
        )
    found = exact or named or parts
    if not found:
        rows = execute("SELECT id, name FROM run ORDER BY started_at DESC LIMIT 200")
        raise UnknownName.among("run", ref, {str(part) for row in rows for part in row if part})
    return str(found[0][0])


def list_runs(execute: Execute, *, limit: int, since: str | None, until: str | None, filters: Mapping[str, str]) -> list[str]:
    """Give the ids of the newest runs that fit; ``limit`` 0 is all.

    Raises:
        UsageError: a filter is not one of ``FILTERS``.
    """
    unknown = next((name for name in filters if name not in FILTERS), None)
    if unknown is not None:
        raise UnknownName.among("filter", unknown, FILTERS)
    clauses = [f"{name} = ?" for name in filters] + ["started_at >= ?"] * (since is not None)
    clauses += ["started_at < ?"] * (until is not None) + ["started_seq IS NOT NULL"]
    values: list[object] = [*filters.values(), *[end for end in (since, until) if end is not None]]
    sql = f"SELECT id FROM run WHERE {' AND '.join(clauses)} ORDER BY started_at DESC, id DESC"
    if limit > 0:
        sql, values = f"{sql} LIMIT ?", [*values, limit]
    return [row[0] for row in execute(sql, values)]


def _counted(execute: Execute, ref: str) -> str:
    digits = ref[1:]
    if not digits.isdecimal() or not digits.isascii() or len(digits) > 9 or int(digits) < 1:
        raise UsageError(f"{ref!r} is no run", hint="@1 is the latest run, @2 the one before")
    sql = "SELECT id FROM run WHERE started_seq IS NOT NULL ORDER BY started_at DESC, id DESC LIMIT 1 OFFSET ?"
    found = execute(sql, (int(digits) - 1,))
    if not found:
        raise UnknownName(f"there is no run {ref}", hint="vatio runs list shows what there is")
    return str(found[0][0])
