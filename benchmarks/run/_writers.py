"""Append to one ledger from many processes that are killed as they write, and count what was acknowledged."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from vatio.errors import LedgerUnavailable
from vatio.testing import ledger_in

_ME = "benchmarks.run._writers"


def write(folder: str, name: str, entries: int) -> None:
    """Append until ``entries`` have been acknowledged; note each acknowledgement as it comes."""
    notes = os.open(os.path.join(folder, f"{name}.acknowledged"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    done = os.fstat(notes).st_size // 65
    with ledger_in(folder, lock_s=30.0) as ledger:
        while done < entries:
            try:
                entry = ledger.append("correction", {"writer": name, "number": done})
            except LedgerUnavailable:
                continue
            os.write(notes, f"{entry.hash}\n".encode())
            done += 1


def run_writers(folder: str, *, writers: int, entries: int, kills: int) -> set[str]:
    """Let the writers write, killing one at random again and again; give the hashes that were acknowledged."""
    pick = random.Random(7)
    names = [f"writer-{number}" for number in range(writers)]
    running = {name: _start(folder, name, entries) for name in names}
    while running:
        for name, process in list(running.items()):
            code = process.poll()
            if code == 0:
                del running[name]
            elif code is not None:
                running[name] = _start(folder, name, entries)
        if kills and running:
            time.sleep(pick.uniform(0.05, 0.6))
            running[pick.choice(sorted(running))].send_signal(signal.SIGKILL)
            kills -= 1
        else:
            time.sleep(0.02)
    return {line for name in names for line in Path(folder, f"{name}.acknowledged").read_text().split()}


def _start(folder: str, name: str, entries: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", _ME, folder, name, str(entries)])


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2], int(sys.argv[3]))
