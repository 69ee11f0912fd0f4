"""Zeus traces: the seconds and watts of an epoch at each power limit; and the log of its monitor's windows, in joules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from vatio.errors import UsageError
from vatio.interop._carried import joules_of, left_out
from vatio.interop._format import Written
from vatio.interop._told import ForeignRun, Item, Part
from vatio.interop._trust import stated
from vatio.interop.formats._rows import numbers, runs_of, said
from vatio.interop.text import Row, number, table, when, write_table
from vatio.records import RunRecord

COLUMNS = ("dataset", "network", "batch_size", "optimizer", "power_limit", "time_per_epoch", "average_power")
_WINDOWS = ("window_name", "elapsed_time")
# NVML's own figure for its power reading: five per cent either way.
_NVML_RATIO = 0.05
_TOOL = "Zeus"


class Zeus:
    """Read traces and window logs, write traces."""

    name = "zeus"

    def recognises(self, head: str, path: str) -> bool:
        """Tell by the columns of either."""
        first = head.partition("\n")[0]
        is_trace = all(name in first for name in ("power_limit", "time_per_epoch", "average_power"))
        return is_trace or all(name in first for name in _WINDOWS)

    def read(self, path: str) -> Iterator[Item]:
        """Read a run from each row: an epoch, or a window."""
        found, rows = table(path)
        if all(name in found.columns for name in _WINDOWS):
            return runs_of(rows, lambda row: _window(row, decimal_comma=found.decimal_comma))
        lacking = [name for name in ("time_per_epoch", "average_power") if name not in found.columns]
        if lacking:
            raise UsageError(f"{path} has no column {lacking[0]!r}: it is no trace of Zeus")
        return runs_of(rows, lambda row: _epoch(row, decimal_comma=found.decimal_comma))

    def write(self, records: Sequence[RunRecord]) -> Written:
        """Write an epoch for each run: its GPUs' mean watts, else those of all that was measured."""
        brief = next((record for record in records if record.duration_s <= 0.0), None)
        if brief is not None:
            raise UsageError(f"run {brief.id} has no duration: a trace is of watts and seconds")
        lost = ["the dates", "the emissions", *left_out(records, ())]
        if any(joules_of(record).gpu_j.value is not None and _others(record) for record in records):
            lost.append("what is not a GPU: a trace is of GPUs")
        if any(record.work.get("epochs", 1.0) != 1.0 for record in records):
            lost.append("the number of epochs: a row is of one")
        return Written(write_table(COLUMNS, (_row(record) for record in records)), tuple(lost))


def _epoch(row: Row, *, decimal_comma: bool) -> ForeignRun:
    found = numbers(row.cells, ("time_per_epoch", "average_power", "power_limit", "batch_size"), decimal_comma=decimal_comma)
    duration_s, power_w = found["time_per_epoch"], found["average_power"]
    if duration_s is None or power_w is None:
        raise UsageError("time_per_epoch and average_power are not both given")
    words = {name: row.cells.get(name, "").strip() for name in ("dataset", "network", "optimizer")}
    limits = {"power_limit_w": found["power_limit"], "batch_size": found["batch_size"]}
    return ForeignRun(
        place=row.place,
        tool=f"{_TOOL} trace",
        name=words["network"] or _TOOL,
        said=said(row.cells),
        project=words["dataset"] or None,
        stage="training",
        tags={name: word for name, word in words.items() if word},
        duration_s=duration_s,
        parts=(_gpu(power_w * duration_s, "gpu-0"),),
        work={"epochs": 1.0},
        metrics={name: value for name, value in limits.items() if value is not None},
    )


def _window(row: Row, *, decimal_comma: bool) -> ForeignRun:
    cells = row.cells
    energies = {name: number(cells[name], what=name, decimal_comma=decimal_comma) for name in cells if name.endswith("_energy")}
    known = {name: energy_j for name, energy_j in energies.items() if energy_j is not None}
    if not known:
        raise UsageError("a window without an energy")
    return ForeignRun(
        place=row.place,
        tool=f"{_TOOL} monitor",
        name=cells["window_name"].strip() or _TOOL,
        said=said(cells),
        started_at=_start(cells.get("start_time", "").strip()),
        duration_s=number(cells["elapsed_time"], what="elapsed_time", decimal_comma=decimal_comma),
        parts=tuple(_gpu(energy_j, name.removesuffix("_energy")) for name, energy_j in known.items()),
    )


def _gpu(energy_j: float, device: str) -> Part:
    component = next((kind for kind in ("cpu", "dram") if device.startswith(kind)), "gpu")
    source = f"{_TOOL}: NVML, within its stated error"
    return Part(component=component, device=device, energy_j=stated(energy_j, within_ratio=_NVML_RATIO, source=source))


def _start(text: str) -> datetime | None:
    """Read a date, or the seconds since 1970 that the monitor writes."""
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except ValueError:
        return when(text, what="start_time")
    except (OverflowError, OSError) as error:
        raise UsageError(f"start_time is {text[:40]!r}: beyond all calendars") from error


def _others(record: RunRecord) -> bool:
    drawn = joules_of(record)
    return any(part.value for part in (drawn.cpu_j, drawn.dram_j, drawn.other_j))


def _row(record: RunRecord) -> Mapping[str, object]:
    drawn = joules_of(record)
    energy_j = drawn.gpu_j.value if drawn.gpu_j.value is not None else drawn.whole_j.value
    if energy_j is None:
        raise UsageError(f"run {record.id} has no energy to write")
    epochs = record.work.get("epochs") or 1.0
    return {
        "dataset": record.tags.get("dataset", record.project),
        "network": record.tags.get("network", record.name),
        "batch_size": record.metrics.get("batch_size"),
        "optimizer": record.tags.get("optimizer", ""),
        "power_limit": record.metrics.get("power_limit_w"),
        "time_per_epoch": record.duration_s / epochs,
        "average_power": energy_j / record.duration_s,
    }
