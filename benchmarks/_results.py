"""Keep the figures of a topic in ``benchmarks/results/<topic>.json``, and print them beside the peers."""

from __future__ import annotations

import datetime
import fcntl
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks._row import Row, from_json, in_order, to_json

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RESULTS = os.path.join(ROOT, "benchmarks", "results")


def path_of(topic: str, folder: str = RESULTS) -> str:
    """Name the file of a topic's figures."""
    return os.path.join(folder, f"{topic}.json")


def read(topic: str, folder: str = RESULTS) -> dict[str, Any]:
    """Read a topic's figures; a topic never measured has no rows."""
    try:
        with open(path_of(topic, folder), encoding="utf-8") as file:
            return dict(json.load(file))
    except FileNotFoundError:
        return {"topic": topic, "commit": "", "host": "", "date": "", "rows": []}


def write(topic: str, rows: Iterable[Row], folder: str = RESULTS) -> None:
    """Merge new rows into those that are there, one writer at a time; a row kept from an earlier commit says which it was."""
    fresh = {row.id: row for row in rows}
    commit = measured_commit()
    date = datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    os.makedirs(folder, exist_ok=True)
    with _locked(folder):
        old = read(topic, folder)
        lines = [to_json(row) for row in fresh.values()]
        lines += [_kept(line, old["commit"], commit) for line in old["rows"] if line["id"] not in fresh]
        lines.sort(key=lambda line: in_order(from_json(line)))
        _replace(path_of(topic, folder), {"topic": topic, "commit": commit, "host": host(), "date": date, "rows": lines})


@contextmanager
def _locked(folder: str) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(path: str, found: dict[str, Any]) -> None:
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        json.dump(found, file, indent=1, ensure_ascii=False, allow_nan=False)
        file.write("\n")
    os.replace(f"{path}.new", path)


def measured_commit() -> str:
    """Name the commit that is measured; ``+changes`` where the package or the benchmarks differ from it."""
    commit = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--", "src", "benchmarks", ":!benchmarks/results")
    return commit + ("+changes" if changed else "")


def host() -> str:
    """Describe the hardware and the interpreter, without the machine's name."""
    memory_gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{_cpu_model()}, {os.cpu_count()} CPUs, {memory_gib:.0f} GiB, {platform.system()} {platform.release()}, {python}"


def table(rows: Sequence[Row]) -> str:
    """Lay the rows out as text: id, verdict, figure, limit, best peer."""
    cells = [("id", "", "got", "asked", "unit", "best peer", "what")]
    for row in rows:
        verdict = "not run" if row.got is None else "ok" if row.ok else "FAILS"
        asked = f"{row.relation} {row.limit:g}"
        cells.append(
            (row.id, verdict, figure(row.got), asked, row.unit, peer(row), row.what + (f" ({row.why})" if row.why else ""))
        )
    widths = [max(len(line[column]) for line in cells) for column in range(6)]
    return "\n".join("  ".join([*(c.ljust(w) for c, w in zip(line, widths, strict=False)), line[6]]) for line in cells)


def figure(value: float | None) -> str:
    """Write a figure with three significant digits.

    >>> figure(0.012345), figure(0), figure(1234567.0), figure(None)
    ('0.0123', '0', '1.23e+06', '-')
    """
    return "-" if value is None else f"{value:.3g}"


def peer(row: Row) -> str:
    """Write what the best peer got, and its name."""
    got = "" if row.peer_got is None else row.peer_got if isinstance(row.peer_got, str) else figure(row.peer_got)
    return f"{got} {row.peer}".strip() or "-"


def _kept(line: dict[str, Any], old_commit: str, commit: str) -> dict[str, Any]:
    return line if "commit" in line or old_commit == commit else {**line, "commit": old_commit}


def _cpu_model() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        print("git is not installed: the results name no commit", file=sys.stderr)
        return ""
    return done.stdout.strip()
