"""Say which of a machine's joules are the workload's: active ones as sampled, idle ones by reservation (CONTRACT.md 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vatio.records import Channel, Component, Quantity, total


class Share(NamedTuple):
    """Hold the workload's joules and what the footprint is of: ``workload``, or the ``machine`` where they are not known."""

    energy_j: Quantity
    basis: str


def workload_of(
    channel: Channel, energy_j: Quantity, idle_j: Quantity, share_j: float | None, reserved_ratio: float | None
) -> Quantity:
    """Give the workload's part of one device's joules.

    With ``E`` the device's joules, ``I`` the idle ones, ``s`` the workload's share of the active ones and ``r`` the reserved
    part of the machine (the whole where nobody reserved any) it is ``s (E - I) + r I``: linear in both, so its interval takes
    the corners. A GPU's share was counted whole.
    """
    if energy_j.value is None or energy_j.low is None:
        return energy_j
    if share_j is None:
        return Quantity.absent(channel.device, source="no share of it was sampled")
    if channel.component == "gpu":
        return _part_of(energy_j, min(share_j, energy_j.value), share=share_j / energy_j.value if energy_j.value else 0.0)
    if idle_j.value is None or idle_j.low is None:
        return Quantity.absent(channel.device, source="its idle watts are not known")
    # A model covers only what was granted: all of its idle joules are this run's.
    reserved = 1.0 if reserved_ratio is None or channel.provenance != "measured" else reserved_ratio
    idle = min(idle_j.value, energy_j.value)
    active = energy_j.value - idle
    share = min(1.0, share_j / active) if active > 0.0 else 0.0
    value_j = min(energy_j.value, share_j + reserved * idle)
    most = energy_j.value if energy_j.high is None else energy_j.high
    corners = [
        share * max(0.0, whole - standing) + reserved * min(standing, whole)
        for whole in (energy_j.low, most)
        for standing in (idle_j.low, idle_j.value if idle_j.high is None else idle_j.high)
    ]
    return Quantity(
        value=value_j,
        low=min(value_j, *corners),
        high=None if energy_j.high is None else max(value_j, *corners),
        provenance=total([energy_j, idle_j]).provenance,
        source=total([energy_j, idle_j]).source,
        missing=energy_j.missing,
    )


def basis_of(components: Sequence[Component]) -> Share:
    """Add the workload's parts. A device that was measured and cannot be shared makes the basis the machine."""
    parts = [part for part in components if part.workload_j is not None]
    measured = [part for part in parts if not part.energy_j.is_missing]
    unshared = [part.device for part in measured if part.workload_j is not None and part.workload_j.is_missing]
    known = [part.workload_j for part in parts if part.workload_j is not None and not part.workload_j.is_missing]
    if unshared or not known:
        return Share(Quantity.absent(*(unshared or ["energy"]), source="no share of these devices is known"), "machine")
    return Share(total([part.workload_j for part in parts if part.workload_j is not None]), "workload")


def _part_of(energy_j: Quantity, value_j: float, *, share: float) -> Quantity:
    low_j = (energy_j.low or 0.0) * share
    high_j = None if energy_j.high is None else max(value_j, energy_j.high * share)
    return Quantity(
        value=value_j,
        low=min(value_j, low_j),
        high=high_j,
        provenance=energy_j.provenance,
        source=energy_j.source,
        missing=energy_j.missing,
    )
