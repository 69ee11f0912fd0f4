"""Tell how a run that nobody has sealed stands: it goes on, it was interrupted, or it is out of sight (CONTRACT.md 3)."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import NamedTuple

from vatio.ledger.disk import is_owned, machine_id, owner_machine
from vatio.ledger.samples import EVENTS, SAMPLES
from vatio.records import Ended, Quantity, Started

# A writer that holds no lock (it imports, it is a test) has this long between its start and its seal.
_GRACE_S = 60.0


class Standing(NamedTuple):
    """Hold the status of an unsealed run and when it was last seen alive."""

    status: str
    last_sign: datetime
    is_out_of_sight: bool = False


def standing(started: Started, folder: str, *, origin_is_here: bool, now: datetime) -> Standing:
    """Tell the status of an unsealed run whose spool would lie in ``folder``.

    ``origin_is_here`` says whether the chain that its start is in is written on this machine.
    """
    last = _last_sign(folder, started.started_at)
    machine = owner_machine(folder)
    if machine is None:
        recent = (now - started.started_at).total_seconds() < _GRACE_S
        if origin_is_here and not recent:
            return Standing("interrupted", last)
        return Standing("running", last, is_out_of_sight=not origin_is_here)
    if machine != machine_id():
        return Standing("running", last, is_out_of_sight=True)
    return Standing("running" if is_owned(folder) else "interrupted", now if is_owned(folder) else last)


def unsealed(started: Started, standing: Standing) -> Ended:
    """Give the end, as far as it can be told, of a run of which no sample can be read."""
    missing = Quantity.absent("energy", source="no samples can be read")
    return Ended(
        status=standing.status,
        ended_at=standing.last_sign,
        duration_s=max(0.0, (standing.last_sign - started.started_at).total_seconds()),
        components=(),
        basis="machine",
        workload_energy_j=missing,
    )


def _last_sign(folder: str, default: datetime) -> datetime:
    times_s = []
    for name in (SAMPLES, EVENTS):
        try:
            times_s.append(os.stat(os.path.join(folder, name)).st_mtime)
        except OSError:
            continue
    return datetime.fromtimestamp(max(times_s), UTC) if times_s else default
