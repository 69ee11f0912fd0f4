"""Keep the bookings, their stretches and their tallies in step with the entries, inside the transaction that writes them.

A run that meets no other adds to its tally at once. Runs of one boot that touch in time make a stretch; what each of them adds
is told by the rule of ``account`` when somebody asks (``_shares``), and until then the stretch is not ``fresh``. A tally
whose runs changed is not fresh either, and is added up again by the next reader who may write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from vatio.ledger.books._booking import Booking, Row, booking
from vatio.ledger.books._schema import BOOKING_COLUMNS, BUCKET, FIGURES, SUMS
from vatio.ledger.books._told import told_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger._backend import Execute

_BUCKET = ", ".join(BUCKET)
_SAME = " AND ".join(f"{name} = ?" for name in BUCKET)
_TALLY = (*BUCKET, "fresh", "runs", "nested", "machine", "cpu_s", *FIGURES)
_ADD_UP = f"INSERT INTO tally ({', '.join(_TALLY)}) SELECT {_BUCKET}, 1, {SUMS} FROM booking WHERE {_SAME} GROUP BY {_BUCKET}"
_ADD = f"""INSERT INTO tally ({", ".join(_TALLY)}) VALUES ({", ".join("?" * len(_TALLY))})
    ON CONFLICT ({_BUCKET}) DO UPDATE SET {
    ", ".join(
        f"{name} = CASE WHEN excluded.{name} IS NULL THEN tally.{name} ELSE coalesce(tally.{name}, 0) + excluded.{name} END"
        for name in ("runs", "nested", "machine", "cpu_s", *FIGURES)
    )
}"""
_TOUCHING = (
    """SELECT id, start_s, end_s, runs, fresh FROM stretch WHERE boot = ? AND end_s >= ? ORDER BY end_s LIMIT 16 OFFSET ?"""
)
_SETTLED = "SELECT s.id FROM booking b JOIN stretch s ON s.id = b.stretch WHERE b.run = ? AND s.fresh = 1"
# Where a run lies: without a change of these a new word on it changes figures only.
_PLACE = ("run", "slot", "project", "stage", "host", "ended_at", "boot", "start_s", "end_s")


class _Stretch(NamedTuple):
    id: str
    start_s: float
    end_s: float
    runs: int
    fresh: int


def book(execute: Execute, run: str, found: Booking | None) -> None:
    """Bring one run's booking up to date."""
    old = booked(execute, run)
    if found is None:
        if old is not None:
            _unbook(execute, old)
            _unsettle_below(execute, run)
        return
    if old is not None and old == {**found.row, "stretch": old["stretch"]}:
        return
    if old is not None and all(old[name] == found.row[name] for name in _PLACE):
        _change(execute, old, found)
        return
    if old is not None:
        _unbook(execute, old)
    _insert(execute, "booking", BOOKING_COLUMNS, found.row)
    for key, value in found.tags.items():
        execute("INSERT INTO tag (run, key, value) VALUES (?, ?, ?)", (run, key, value))
    _place(execute, found)
    _unsettle_below(execute, run)


def booked(execute: Execute, run: str) -> Row | None:
    """Read one run's booking."""
    rows = execute(f"SELECT {', '.join(BOOKING_COLUMNS)} FROM booking WHERE run = ?", (run,))
    return dict(zip(BOOKING_COLUMNS, rows[0], strict=True)) if rows else None


def forget(execute: Execute, row: Row) -> None:
    """Say that a booking's tally has to be added up again."""
    empty: list[Any] = [row[name] for name in BUCKET]
    # A tally that nobody has begun is begun, so that the next reader finds it.
    blank = [*empty, 0, 0, 0, 0, *(None for _ in ("cpu_s", *FIGURES))]
    marks = ", ".join("?" * len(_TALLY))
    execute(f"INSERT INTO tally ({', '.join(_TALLY)}) VALUES ({marks}) ON CONFLICT ({_BUCKET}) DO UPDATE SET fresh = 0", blank)


def add_up_stale(execute: Execute) -> None:
    """Add the tallies that are not fresh up again."""
    for bucket in execute(f"SELECT {_BUCKET} FROM tally WHERE fresh = 0"):
        execute(f"DELETE FROM tally WHERE {_SAME}", bucket)
        execute(_ADD_UP, bucket)


def clear(execute: Execute) -> None:
    """Empty every table of bookings."""
    for table in ("booking", "stretch", "tally", "tag"):
        execute(f"DELETE FROM {table}")


def touching(execute: Execute, boot: str, start_s: float, end_s: float) -> list[_Stretch]:
    """Find the stretches of a boot that a span touches; stretches never touch one another, so that they end in order."""
    found: list[_Stretch] = []
    offset = 0
    while True:
        rows = [_Stretch(*row) for row in execute(_TOUCHING, (boot, start_s, offset))]
        found += [stretch for stretch in rows if stretch.start_s <= end_s]
        if len(rows) < 16 or rows[-1].start_s > end_s:
            return found
        offset += len(rows)


def _place(execute: Execute, found: Booking) -> None:
    row = found.row
    others = touching(execute, row["boot"], row["start_s"], row["end_s"]) if row["boot"] else []
    if others:
        _join(execute, row, others)
        return
    _open_stretch(execute, row, is_fresh=found.is_simple)
    if found.is_simple:
        execute(_ADD, [*(row[name] for name in BUCKET), 1, 1, *_terms(row)])
    else:
        forget(execute, row)


def _terms(row: Row) -> list[Any]:
    # As TERMS has them, for a run that is alone: all of it counts.
    return [row["nested"], row["machine"], row["cpu_s"], *(row[name] for name in FIGURES)]


def _open_stretch(execute: Execute, row: Row, *, is_fresh: bool) -> None:
    values = (row["run"], row["boot"], row["start_s"], row["end_s"], 1, int(is_fresh))
    execute("INSERT INTO stretch (id, boot, start_s, end_s, runs, fresh) VALUES (?, ?, ?, ?, ?, ?)", values)


def _join(execute: Execute, row: Row, others: Sequence[_Stretch]) -> None:
    """Make one stretch of all that a run touches; the largest keeps its name, so that few rows are written."""
    kept = max(others, key=lambda stretch: stretch.runs)
    for stretch in others:
        if stretch.fresh:
            _forget_stretch(execute, stretch.id)
        if stretch is not kept:
            execute("UPDATE booking SET stretch = ? WHERE stretch = ?", (kept.id, stretch.id))
            execute("DELETE FROM stretch WHERE id = ?", (stretch.id,))
    start_s = min(row["start_s"], *(stretch.start_s for stretch in others))
    end_s = max(row["end_s"], *(stretch.end_s for stretch in others))
    runs = 1 + sum(stretch.runs for stretch in others)
    sql = "UPDATE stretch SET start_s = ?, end_s = ?, runs = ?, fresh = 0 WHERE id = ?"
    execute(sql, (start_s, end_s, runs, kept.id))
    execute("UPDATE booking SET stretch = ? WHERE run = ?", (kept.id, row["run"]))
    forget(execute, row)


def _forget_stretch(execute: Execute, stretch: str) -> None:
    for bucket in execute(f"SELECT DISTINCT {_BUCKET} FROM booking WHERE stretch = ?", (stretch,)):
        forget(execute, dict(zip(BUCKET, bucket, strict=True)))


def _unsettle_below(execute: Execute, run: str) -> None:
    """Let the shares of a link's descendants be told anew: now another run is known, or none, to contain them.

    A link lies within a run and contains some itself. What any other container covers touches it, and is its stretch.
    """
    above = execute("SELECT within FROM run WHERE id = ?", (run,))
    waiting = [] if above and above[0][0] is None else _directly_below(execute, run)
    seen: set[str] = set()
    while waiting:
        below = waiting.pop()
        if below in seen:
            continue
        seen.add(below)
        for (stretch,) in execute(_SETTLED, (below,)):
            _forget_stretch(execute, stretch)
            execute("UPDATE stretch SET fresh = 0 WHERE id = ?", (stretch,))
        waiting += _directly_below(execute, below)


def _directly_below(execute: Execute, run: str) -> list[str]:
    return [row[0] for row in execute("SELECT id FROM run WHERE within = ?", (run,))]


def _change(execute: Execute, old: Row, found: Booking) -> None:
    """Replace a run's figures, as a new footprint does; where it shares its stretch, its share is told again."""
    row = found.row
    others = execute("SELECT runs FROM stretch WHERE id = ?", (old["stretch"],))[0][0] - 1
    is_fresh = found.is_simple and not others
    changed = {name: item for name, item in row.items() if name not in ("run", "stretch")}
    assigned = ", ".join(f"{name} = ?" for name in changed)
    execute(f"UPDATE booking SET {assigned} WHERE run = ?", [*changed.values(), row["run"]])
    execute("UPDATE stretch SET fresh = ? WHERE id = ?", (int(is_fresh), old["stretch"]))
    forget(execute, old)
    forget(execute, row)


def _unbook(execute: Execute, old: Row) -> None:
    """Take a run out; the others of its stretch are placed anew, which may part them."""
    forget(execute, old)
    execute("DELETE FROM booking WHERE run = ?", (old["run"],))
    execute("DELETE FROM tag WHERE run = ?", (old["run"],))
    execute("DELETE FROM stretch WHERE id = ?", (old["stretch"],))
    rest = [row[0] for row in execute("SELECT run FROM booking WHERE stretch = ?", (old["stretch"],))]
    _forget_stretch(execute, old["stretch"])
    for run in rest:
        execute("DELETE FROM booking WHERE run = ?", (run,))
        execute("DELETE FROM tag WHERE run = ?", (run,))
    for run in rest:
        told = told_of(execute, run)
        book(execute, run, booking(run, told.payloads) if told is not None else None)


def _insert(execute: Execute, table: str, columns: Sequence[str], row: Row) -> None:
    marks = ", ".join("?" * len(columns))
    execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", [row[name] for name in columns])
