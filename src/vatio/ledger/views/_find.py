"""Find a run by what a person calls it: its id, an unambiguous part of it, its name, or how many runs ago."""

from __future__ import annotations

from collections.abc import Mapping

from vatio.errors import UnknownName, UsageError
from vatio.ledger._backend import Execute

_LIST_LIMIT = 8
# What SQLite takes as a number.
_MOST = 2**63 - 1
# The end of an id is random, and what lists show: the last eight letters have an index.
_TAIL = 8
_BEGIN = "SELECT id FROM run WHERE id >= ? AND id < ? LIMIT ?"
_END = "SELECT id FROM run WHERE substr(id, ?) = ? LIMIT ?"
_LONG_END = "SELECT id FROM run WHERE tail = ? AND substr(id, ?) = ? LIMIT ?"
FILTERS = ("project", "series", "name", "stage", "job", "within", "host")


def find_run(execute: Execute, ref: str) -> str:
    """Give the id of the run that ``ref`` means: id, unique prefix or suffix, name (its latest run), ``@1`` the latest.

    Raises:
        UnknownName: no run is called so.
        UsageError: several are.
    """
    ref = _stored(ref)
    if ref.startswith("@"):
        return _counted(execute, ref)
    exact = execute("SELECT id FROM run WHERE id = ?", (ref,))
    named = execute("SELECT id FROM run WHERE name = ? ORDER BY started_at DESC, id DESC LIMIT 1", (ref,))
    parts = _parts(execute, ref) if ref and not exact and not named else []
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
    """Give the ids of the newest runs that fit; ``limit`` 0 is all. An empty ``within`` asks for runs within no other.

    Raises:
        UsageError: a filter is not one of ``FILTERS``.
    """
    unknown = next((name for name in filters if name not in FILTERS), None)
    if unknown is not None:
        raise UnknownName.among("filter", unknown, FILTERS)
    is_top = filters.get("within") == ""
    filters = {name: value for name, value in filters.items() if name != "within" or value}
    clauses = [f"{name} = ?" for name in filters] + ["started_at >= ?"] * (since is not None) + ["within IS NULL"] * is_top
    clauses += ["started_at < ?"] * (until is not None) + ["started_seq IS NOT NULL"]
    values: list[object] = [*map(_stored, filters.values()), *[end for end in (since, until) if end is not None]]
    sql = f"SELECT id FROM run WHERE {' AND '.join(clauses)} ORDER BY started_at DESC, id DESC"
    if limit > 0:
        sql, values = f"{sql} LIMIT ?", [*values, min(limit, _MOST)]
    return [row[0] for row in execute(sql, values)]


def _parts(execute: Execute, ref: str) -> list[tuple[str]]:
    ends = (
        execute(_LONG_END, (ref[-_TAIL:], -len(ref), ref, _LIST_LIMIT))
        if len(ref) >= _TAIL
        else execute(_END, (-len(ref), ref, _LIST_LIMIT))
    )
    # Every id that begins so sorts before the same letters with the last of all letters after them.
    begins = execute(_BEGIN, (ref, ref + "\U0010ffff", _LIST_LIMIT))
    return [(str(run),) for run in dict.fromkeys(row[0] for row in (*begins, *ends))]


def _stored(text: str) -> str:
    """Write a word of the command line that is no text as records are written: with escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _counted(execute: Execute, ref: str) -> str:
    digits = ref[1:]
    if not digits.isdecimal() or not digits.isascii() or len(digits) > 9 or int(digits) < 1:
        raise UsageError(f"{ref!r} is no run", hint="@1 is the latest run, @2 the one before")
    sql = "SELECT id FROM run WHERE started_seq IS NOT NULL ORDER BY started_at DESC, id DESC LIMIT 1 OFFSET ?"
    found = execute(sql, (int(digits) - 1,))
    if not found:
        raise UnknownName(f"there is no run {ref}", hint="vatio runs list shows what there is")
    return str(found[0][0])
