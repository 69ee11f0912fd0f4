"""By what arms are compared: measured joules where sensors count them, else CPU-seconds. Chosen once, for all alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from vatio.measure.paired._measurement import Repetition
from vatio.records import Component, RunRecord

# The kernel counts busy time in ticks of 10 ms: a share of joules by CPU time over less is mostly noise.
_SHARED_FROM_S = 2.0
_HOST = ("cpu", "platform")


class Yardstick(NamedTuple):
    """Hold what a cost is: its unit, the devices whose joules are added, and whether the workload's share or all of them."""

    unit: str
    basis: str
    devices: tuple[str, ...] = ()
    is_shared: bool = False
    note: str = ""


CPU_TIME = Yardstick(
    "cpu_s", "CPU-seconds", note="no energy counter can be read here: the CPU-seconds of the process tree are compared"
)


def choose(records: Sequence[RunRecord]) -> Yardstick:
    """Choose from the first block what every repetition is measured by.

    Modelled watts are no measure: they follow the CPU time that they are made from. Joules of GPUs alone will do where all
    arms use them.
    """
    if not records:
        return CPU_TIME
    found = [{part.device: part for part in counted(record)} for record in records]
    devices = tuple(device for device in found[0] if all(device in parts for parts in found))
    if not any(found[0][device].component in _HOST for device in devices):
        used = tuple(device for device in devices if all(_is_used(parts[device]) for parts in found))
        names = ", ".join(used)
        note = f"only {names} is measured here: the joules of the CPU are left out"
        return Yardstick("J", f"joules of {names}", used, note=note) if used else CPU_TIME
    host = [parts[device] for parts in found for device in devices if parts[device].component != "gpu"]
    is_long = min(record.duration_s for record in records) >= _SHARED_FROM_S
    is_shared = is_long and all(part.workload_j is not None and not part.workload_j.is_missing for part in host)
    basis = f"joules of {', '.join(devices)}, {'the share of the workload' if is_shared else 'of the whole machine'}"
    return Yardstick("J", basis, devices, is_shared)


def counted(record: RunRecord) -> tuple[Component, ...]:
    """Give the devices that a run measured and adds; a platform's sensor only where nothing finer is added."""
    whole = [part for part in record.components if part.part_of is None]
    own = [part for part in whole if part.component != "platform"] or whole
    return tuple(part for part in own if part.energy_j.provenance == "measured" and part.energy_j.is_complete)


def priced(repetition: Repetition, yardstick: Yardstick, *, work_unit: str | None) -> Repetition:
    """Give a repetition its cost, or the reason why it has none. One that failed has none."""
    record = repetition.record
    if not repetition.ok or record is None:
        return repetition
    cost, reason = _cost(record, yardstick)
    if cost is not None and work_unit is not None:
        done = record.work.get(work_unit, 0.0)
        cost, reason = (cost / done, "") if done > 0.0 else (None, f"the workload told no {work_unit} of work")
    return replace(repetition, cost=cost, ok=cost is not None, reason=reason)


def _cost(record: RunRecord, yardstick: Yardstick) -> tuple[float | None, str]:
    if yardstick.unit == "cpu_s":
        return (record.cpu_s, "") if record.cpu_s else (None, "no CPU time of it could be read")
    parts = {part.device: part for part in counted(record)}
    lost = [device for device in yardstick.devices if device not in parts]
    if lost:
        return None, f"no whole reading of {', '.join(lost)}"
    drawn_j = [_joules(parts[device], yardstick) for device in yardstick.devices]
    known_j = [energy_j for energy_j in drawn_j if energy_j is not None]
    if len(known_j) < len(drawn_j):
        return None, "its share of the joules is not known"
    return (sum(known_j), "") if sum(known_j) > 0.0 else (None, "the counters did not move")


def _joules(part: Component, yardstick: Yardstick) -> float | None:
    own = part.workload_j
    # A GPU's share goes by processes and not by ticks: it holds for the shortest run too.
    if part.component == "gpu" and own is not None and not own.is_missing:
        return own.value
    if yardstick.is_shared:
        return None if own is None else own.value
    return part.energy_j.value


def _is_used(part: Component) -> bool:
    return part.component == "gpu" and part.workload_j is not None and (part.workload_j.value or 0.0) > 0.0
