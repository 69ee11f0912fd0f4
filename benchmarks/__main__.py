"""Run the benchmarks of a topic: ``python -m benchmarks run --only run-01,run-02 --no-peers``.

Every module ``benchmarks/<topic>/<name>.py`` whose name does not start with ``_`` offers ``rows(peers: bool) -> list[Row]``.
With ``--only`` a module is run when its source spells one of the ids.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from benchmarks._results import ROOT, path_of, read, table, write
from benchmarks._row import Row, from_json, in_order, wanted


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, merge with what is there, print the table; 1 when a figure misses its limit or a module breaks."""
    options = _parser().parse_args(arguments)
    only = tuple(part.strip() for part in options.only.split(",") if part.strip())
    shown: list[Row] = []
    broken: list[str] = []
    for name in modules(options.topic, only):
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        rows = measure(options.topic, name, peers=options.peers)
        if rows is None:
            broken.append(name)
            continue
        fresh = [row for row in rows if wanted(row.id, only)]
        write(options.topic, fresh)
        shown += fresh
    if not only:
        shown = [from_json(line) for line in read(options.topic)["rows"]]
    _tell(options.topic, sorted(shown, key=in_order), broken)
    return 1 if broken or any(row.got is not None and not row.ok for row in shown) else 0


def modules(topic: str, only: tuple[str, ...]) -> list[str]:
    """Name the topic's modules that measure one of the wanted ids."""
    folder = os.path.join(ROOT, "benchmarks", topic)
    if not os.path.isdir(folder):
        raise SystemExit(f"no benchmarks for topic {topic!r}")
    names = sorted(file[:-3] for file in os.listdir(folder) if file.endswith(".py") and not file.startswith("_"))
    return [name for name in names if not only or _measures(os.path.join(folder, f"{name}.py"), only)]


def measure(topic: str, name: str, *, peers: bool) -> list[Row] | None:
    """Run one module in a process of its own; None when it broke (its traceback is on stderr)."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "rows.json")
        command = [sys.executable, "-m", "benchmarks._module", topic, name, "peers" if peers else "alone", out]
        if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode:
            return None
        with open(out, encoding="utf-8") as file:
            return [from_json(line) for line in json.load(file)]


def _tell(topic: str, rows: list[Row], broken: list[str]) -> None:
    print(table(rows))
    print(f"\n{sum(row.ok for row in rows)} of {len(rows)} rows hold; written to {os.path.relpath(path_of(topic), ROOT)}")
    for name in broken:
        print(f"{name}: broke, its rows are as they were", file=sys.stderr)


def _measures(path: str, only: tuple[str, ...]) -> bool:
    with open(path, encoding="utf-8") as file:
        spelt = set(re.findall(r"\b[a-z]+-\d+[a-z]?(?:-[a-z0-9]+)*", file.read()))
    return any(wanted(one, only) or any(wanted(asked, (one,)) for asked in only) for one in spelt)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure a topic beside its peers.")
    parser.add_argument("topic")
    parser.add_argument("--only", default="", help="ids to measure, parted by commas: run-01,run-07")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True, help="measure the peers too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
