"""Read all of a run's instruments once, each reading with its own time, and lay them out as one row of samples."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vatio.measure._host import HostMeter
from vatio.measure._meter import Meter
from vatio.measure._share import Attribution, shared_channels
from vatio.measure._tree import ProcessTree
from vatio.records import Channel

Values = list[float | None]
# How long a reading took, when it began, and what was read.
Timed = tuple[float, float, Sequence[float | None]]
_TREE = (
    ("workload.cpu_s", "s", "counter"),
    ("workload.memory_bytes", "bytes", "gauge"),
    ("io.read_bytes", "bytes", "counter"),
    ("io.written_bytes", "bytes", "counter"),
)


class Instruments:
    """Hold what a run reads: its meters and, where they can be read, the host and the workload's process tree.

    ``busy`` gives the CPU-seconds among which CPU joules are shared, where those are not the host's.
    """

    __slots__ = ("busy", "host", "meters", "tree")

    def __init__(
        self,
        meters: Sequence[Meter],
        *,
        host: HostMeter | None = None,
        tree: ProcessTree | None = None,
        busy: Callable[[], float | None] | None = None,
    ) -> None:
        self.meters, self.host, self.tree, self.busy = tuple(meters), host, tree, busy

    def close(self) -> None:
        """Give the sensors back."""
        for part in (*self.meters, self.host, self.tree):
            if part is not None:
                part.close()


class Reader:
    """Read the instruments into rows. ``channels`` are the columns after the time.

    Columns: each meter's channels; ``time:<meter>`` for each meter but the first, whose time is the row's; the host's; the
    tree's; ``share:<device>``, the joules of the workload; ``vatio.cpu_s``, what measuring has cost.
    """

    def __init__(self, instruments: Instruments, *, idle_w: Mapping[str, float], gpus_reserved: bool = False) -> None:
        self._busy = instruments.busy
        self._meters, self._host, self._tree = instruments.meters, instruments.host, instruments.tree
        metered = [channel for meter in self._meters for channel in meter.channels]
        times = [Channel(name=f"time:{_label(meter)}", unit="s", kind="gauge") for meter in self._meters[1:]]
        tree = [Channel(name=name, unit=unit, kind=kind) for name, unit, kind in _TREE] if self._tree is not None else []
        host = self._host.channels if self._host is not None else ()
        shares = shared_channels(metered, idle_w) if self._host is not None and self._tree is not None else ()
        own = Channel(name="vatio.cpu_s", unit="s")
        self.channels = (*metered, *times, *host, *tree, *shares, own)
        self._metered = metered
        self.tree_at = len(metered) + len(times) + len(host) if self._tree is not None else None
        self._attribution = Attribution(metered, idle_w=idle_w, gpus_reserved=gpus_reserved) if shares else None
        self._sharing: list[Any] = [meter for meter in self._meters if hasattr(meter, "shares")]
        self._shared_s = float("-inf")
        self.spent_s = 0.0
        self._spent_before_s: float | None = None
        self.faults: dict[str, str] = {}
        # Below its floor no counter falls; a gauge has none.
        self._counts = [channel.kind == "counter" for channel in metered]
        self._floor: list[float] = [float("-inf")] * len(metered)

    def poll(self) -> None:
        """Read the meters that must be read more often than a sample is taken, and keep nothing of it."""
        for meter in self._meters:
            if meter.poll_s is not None:
                meter.read()

    def read(
        self, clock: Callable[[], float], *, start_s: float, last: bool = False, patience: tuple[int, float] = (2, 0.05)
    ) -> tuple[float, Values]:
        """Read everything: the row's time in seconds since ``start_s``, and one value a channel.

        ``patience`` is how often a meter is read, and after how many seconds a reading is torn.
        """
        torn_s = patience[1]
        metered: Values = []
        times: list[float] = []
        for meter in self._meters:
            before_s = clock()
            values = meter.read()
            if (took_s := clock() - before_s) > torn_s:
                before_s, values = self._read_again(meter, clock, patience, (took_s, before_s, values))
            times.append(before_s - start_s)
            metered += values
        t_s = times[0] if times else clock() - start_s
        self._note_faults(metered)
        host: Values = [] if self._host is None else self._host.read()
        tree, shares = self._read_tree(t_s, metered, host, last=last)
        return t_s, [*metered, *times[1:], *host, *tree, *shares, self.spent()]

    def read_at(self, t_s: float) -> tuple[float, Values]:
        """Read the meters alone, at a time that the caller knows."""
        metered = [value for meter in self._meters for value in meter.read()]
        self._note_faults(metered)
        return t_s, [*metered, *[t_s] * max(0, len(self._meters) - 1), self.spent()]

    def spent(self) -> float:
        """Give the CPU-seconds that measuring has cost: counted where the workload is this process, else all of it."""
        return self.spent_s if self._tree is None or self._tree.own else time.process_time()

    def _read_again(
        self, meter: Meter, clock: Callable[[], float], patience: tuple[int, float], torn: Timed
    ) -> tuple[float, Sequence[float | None]]:
        """Read a meter again while another thread held the interpreter lock between two of its counters; keep the best."""
        (tries, torn_s), (least_s, t_s, found) = patience, torn
        for _ in range(tries - 1):
            before_s = clock()
            values = meter.read()
            took_s = clock() - before_s
            if took_s < least_s:
                least_s, t_s, found = took_s, before_s, values
            if took_s <= torn_s:
                break
        return t_s, found

    def _note_faults(self, metered: Values) -> None:
        """Keep the reason of each hole, and let no counter fall."""
        floors, counts = self._floor, self._counts
        for at, value in enumerate(metered):
            if value is None or value != value:
                metered[at] = None
                self._note_hole(self._metered[at])
            elif counts[at]:
                if value < floors[at]:
                    metered[at] = floors[at]
                else:
                    floors[at] = value

    def _note_hole(self, channel: Channel) -> None:
        if channel.component and channel.name not in self.faults:
            self.faults[channel.name] = self._reason(channel)

    def _reason(self, channel: Channel) -> str:
        for meter in self._meters:
            if channel in meter.channels:
                return meter.faults().get(channel.name, "no reading")
        return "no reading"

    def _read_tree(self, t_s: float, metered: Values, host: Values, *, last: bool) -> tuple[Values, Values]:
        if self._tree is None:
            return [], []
        used = self._tree.read(rescan=last)
        if self._spent_before_s is None:
            self._spent_before_s = self.spent_s
        cpu_s, read_bytes = used.cpu_s, used.read_bytes
        if self._tree.own:
            cpu_s -= self.spent_s - self._spent_before_s
            read_bytes -= self._host.read_bytes if self._host is not None else 0
        tree: Values = [cpu_s, used.memory_bytes, read_bytes, used.written_bytes]
        if self._attribution is None:
            return tree, []
        if self._sharing and (last or t_s - self._shared_s >= 1.0):
            self._shared_s = t_s
            for meter in self._sharing:
                self._attribution.use_of_gpus(meter.shares(self._tree.pids()))
        busy_s = self._busy() if self._busy is not None else host[0] if host else None
        cpu = None if busy_s is None else (cpu_s, busy_s)
        return tree, self._attribution.add(t_s, metered, cpu=cpu, flush=last)


def counted_columns(channels: Sequence[Channel]) -> list[int]:
    """Give the places of the columns whose joules are added: no part of another, a platform only where it is alone."""
    own = [at for at, channel in enumerate(channels) if channel.component and channel.part_of is None]
    return [at for at in own if channels[at].component != "platform"] or own


def _label(meter: Meter) -> str:
    """Name a meter as its channels do: that is how a sum of the samples finds its times."""
    return next((channel.meter for channel in meter.channels if channel.component), meter.name)
