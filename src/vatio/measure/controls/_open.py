"""Find what of this machine has a power limit, and where journals of limits lie."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from vatio.errors import MeterAbsent, Refused
from vatio.ledger import places
from vatio.measure._surroundings import Surroundings
from vatio.measure.controls._knob import Knob
from vatio.measure.controls._nvml import nvml_knobs
from vatio.measure.controls._rapl import rapl_knobs
from vatio.measure.controls._session import LimitSession, Restored, left_over, restore_left_over
from vatio.measure.meters import RAPL_FOLDER
from vatio.records import Check


def journals(environ: Mapping[str, str] | None = None) -> str:
    """Give the folder in which sessions write down what they found."""
    return os.path.join(places(environ).state, "limits")


def knobs(around: Surroundings, *, library: Any = None) -> tuple[Knob, ...]:
    """List what has a power limit here: the GPUs that the workload may see, and the CPU packages."""
    return (*nvml_knobs(around, library=library), *rapl_knobs(around.path(RAPL_FOLDER)))


def open_limits(around: Surroundings, *, folder: str, library: Any = None) -> LimitSession:
    """Open a session on the visible GPUs, or, where there is none, on the CPU packages.

    Raises:
        Refused: nothing here has a power limit.
    """
    found = knobs(around, library=library)
    chosen = tuple(knob for knob in found if knob.device.startswith("gpu-")) or found
    if not chosen:
        raise Refused(
            "--power-limit: no GPU and no CPU package here has a power limit that can be set",
            hint="vatio doctor says what this machine offers; a virtual machine passes none on",
        )
    return LimitSession(chosen, folder=folder, boot=around.boot)


def restore_limits(around: Surroundings, *, folder: str, library: Any = None) -> tuple[Restored, ...]:
    """Put back what runs that were killed have left, if there are any; looking costs nothing where there are none."""
    if not left_over(folder):
        return ()
    return restore_left_over(folder, knobs(around, library=library), boot=around.boot)


def limit_checks(around: Surroundings, *, folder: str, library: Any = None) -> tuple[Check, ...]:
    """Say for ``vatio doctor`` which limits there are, and put back what a killed run has left."""
    done = [
        Check(
            room="measure",
            name=f"power limit of {result.device}",
            state="denied" if result.why else "ok",
            found=result.why or f"a killed run had left one; put back to {result.power_limit_w:g} W",
            fix="sudo vatio doctor" if result.why.startswith("cannot") else "",
        )
        for result in restore_limits(around, folder=folder, library=library)
    ]
    return (*done, *(_range(knob) for knob in knobs(around, library=library)))


def _range(knob: Knob) -> Check:
    try:
        allowed, now_w = knob.allowed(), knob.read_w()
    except MeterAbsent as error:
        return Check(room="measure", name=f"power limit of {knob.device}", state="missing", found=str(error), fix=error.hint)
    found = f"{now_w:g} W now; {allowed.lowest_w:g} to {allowed.highest_w:g} W can be set with --power-limit"
    return Check(room="measure", name=f"power limit of {knob.device}", state="ok", found=found)
