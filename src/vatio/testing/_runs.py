"""Make runs, whole and plausible, for tests of whatever records or reads them."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import Any

from vatio.ledger import Ledger, OwnerLock, Spool, SpoolHeader, new_id, open_ledger
from vatio.records import Channel, Component, Emissions, Ended, Footprint, Quantity, Started

CHANNELS = (
    Channel(name="package-0", unit="j", component="cpu", device="package-0", meter="replay"),
    Channel(name="cpu.clock_hz", unit="hz", kind="gauge"),
)


def user_of(folder: str) -> dict[str, str]:
    """Give an environment whose user folders lie in a test's own."""
    return {"HOME": os.path.join(folder, "home"), "TMPDIR": os.path.join(folder, "tmp")}


def ledger_in(folder: str, *, name: str = "ledger.sqlite", readonly: bool = False, lock_s: float = 5.0) -> Ledger:
    """Open a ledger that lies, with its user's folders, in a test's own folder."""
    return open_ledger(os.path.join(folder, name), environ=user_of(folder), readonly=readonly, lock_s=lock_s)


def a_start(name: str = "train", **changed: Any) -> Started:
    """Make the start of a run."""
    fields: dict[str, Any] = {
        "id": new_id(),
        "name": name,
        "project": "tests",
        "series": "s1",
        "command": ("python", "train.py"),
        "stage": "training",
        "started_at": datetime.now(UTC),
        "start_monotonic_s": time.monotonic(),
        "boot": "boot",
        "host": "host",
        "interval_s": 1.0,
    }
    return Started(**{**fields, **changed})


def an_end(energy_j: float = 30.0, status: str = "finished", **changed: Any) -> Ended:
    """Make the end of a run."""
    part = Component(
        component="cpu",
        device="package-0",
        host="host",
        meter="replay",
        energy_j=Quantity.exact(energy_j),
        idle_j=Quantity.exact(energy_j / 3),
    )
    fields: dict[str, Any] = {
        "status": status,
        "ended_at": datetime.now(UTC),
        "duration_s": 1.0,
        "components": (part,),
        "basis": "workload",
        "workload_energy_j": Quantity.exact(energy_j),
        "exit_code": 0,
        "cpu_s": 2.0,
    }
    return Ended(**{**fields, **changed})


def a_footprint(run: str, operational_g: float = 2.0) -> Footprint:
    """Account a run."""
    grams = Quantity.exact(operational_g)
    return Footprint(
        run=run,
        accounted_at=datetime.now(UTC),
        basis="workload",
        energy_j=Quantity.exact(30.0),
        emissions_g=Emissions(operational=grams, operational_market=grams, embodied=grams, total=grams),
        intensity_g_per_kwh=None,
        pue=Quantity.exact(1.0),
        water_l=Quantity.absent("water"),
        cost_eur=Quantity.absent("price"),
        renewable_ratio=Quantity.absent("renewables"),
    )


def spooled(folder: str, started: Started, rows: int = 3, *, channels: tuple[Channel, ...] = CHANNELS) -> str:
    """Write a spool of some rows, 30 J and about 2 GHz each second."""
    spool = Spool.create(folder, SpoolHeader(started=started, channels=channels))
    for row in range(rows):
        spool.append(float(row), [30.0 * row, 2.0e9 + row])
    spool.close()
    return folder


def a_run(ledger: Ledger, name: str = "train", *, rows: int = 3, environment: bytes | None = None, **changed: Any) -> str:
    """Record a whole run with samples and footprint."""
    started = a_start(name, **changed)
    folder = ledger.spool_folder(started.id)
    os.makedirs(folder)
    with OwnerLock(folder):
        ledger.start(started)
        spooled(folder, started, rows)
        footprint = a_footprint(started.id)
        ledger.seal(started.id, an_end(), spool_folder=folder, footprint=footprint, environment=environment)
    return started.id
