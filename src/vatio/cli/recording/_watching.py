"""Follow a run from another terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import sleep

from vatio.cli._rim import Rim
from vatio.cli._terminal import live_writer, put_json
from vatio.ledger import Ledger
from vatio.records import RunRecord
from vatio.report import NOT_MEASURED, best, duration

_LEAST_S, _MOST_S = 0.2, 5.0


def watched(ledger: Ledger, ref: str, rim: Rim, *, as_json: bool = False, wait: Callable[[float], object] = sleep) -> RunRecord:
    """Show a run after each of its samples until it ends, and give its last state.

    With ``as_json`` each state is one line of JSON on stdout, else a line on stderr.
    """
    run = ledger.find(ref)
    show = live_writer(sys.stderr, rim.environ)
    record = ledger.run(run)
    while record.status == "running":
        if as_json:
            put_json(record, indent=None)
            sys.stdout.flush()
        elif not rim.quiet:
            show(_line(record))
        wait(min(max(record.interval_s, _LEAST_S), _MOST_S))
        record = ledger.run(run)
    if not as_json and not rim.quiet:
        show("")
    return record


def _line(record: RunRecord) -> str:
    energy = NOT_MEASURED if record.energy_j.is_missing else best(record.energy_j, "j")
    cpu = "" if record.cpu_s is None else f" · {record.cpu_s:.1f} CPU-s"
    return f"{record.name} · {duration(record.duration_s)} · {energy}{cpu}"
