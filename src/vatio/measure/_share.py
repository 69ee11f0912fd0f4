"""Share a machine's joules with one workload: active ones by CPU time, a GPU's by use (CONTRACT.md 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vatio.records import Channel

# The kernel counts busy time in ticks of 10 ms: over less than a second the ratio of two such counts is mostly noise.
WINDOW_S = 1.0
_BY_CPU_TIME = ("cpu", "dram", "platform")


def shared_channels(channels: Sequence[Channel], idle_w: Mapping[str, float]) -> tuple[Channel, ...]:
    """Name the columns ``share:<device>`` of the devices whose joules can be shared."""
    return tuple(
        Channel(name=f"share:{channel.device}", unit="j", device=channel.device, meter=channel.meter)
        for channel in channels
        if is_shared(channel, idle_w)
    )


class _Device:
    """Hold one shared device: where its counter stood, the active joules that wait, the workload's joules so far."""

    __slots__ = ("at", "idle_w", "is_gpu", "last_j", "last_s", "share", "sum_j", "waiting_j")

    def __init__(self, at: int, *, idle_w: float, is_gpu: bool, share: float) -> None:
        self.at, self.idle_w, self.is_gpu, self.share = at, idle_w, is_gpu, share
        self.last_s = self.last_j = None
        self.waiting_j = self.sum_j = 0.0

    last_s: float | None
    last_j: float | None

    def take(self, t_s: float, now_j: float | None) -> None:
        if now_j is None:
            return
        if self.last_j is not None and self.last_s is not None:
            drawn_j = now_j - self.last_j
            if self.is_gpu:
                self.sum_j += drawn_j * self.share if drawn_j > 0.0 else 0.0
            elif (active_j := drawn_j - self.idle_w * (t_s - self.last_s)) > 0.0:
                self.waiting_j += active_j
        self.last_s, self.last_j = t_s, now_j


class Attribution:
    """Accumulate the workload's joules of each shared device, interval by interval; what accumulates never falls.

    A GPU's column holds all its joules from the run's first use of it on (times the processes' share), that of CPU and
    DRAM the active joules alone: idle ones go by reservation when the run is summed up.
    """

    __slots__ = ("_before", "_begun", "_devices", "_reserved", "_window_s")

    def __init__(
        self,
        channels: Sequence[Channel],
        *,
        idle_w: Mapping[str, float],
        gpus_reserved: bool = False,
        window_s: float = WINDOW_S,
    ) -> None:
        self._window_s, self._reserved = window_s, gpus_reserved
        self._devices = {
            channel.device: _Device(
                at, idle_w=idle_w.get(channel.device, 0.0), is_gpu=channel.component == "gpu", share=float(gpus_reserved)
            )
            for at, channel in enumerate(channels)
            if is_shared(channel, idle_w)
        }
        self._begun: tuple[float, float, float] | None = None
        self._before: tuple[float, float] | None = None

    def use_of_gpus(self, shares: Mapping[str, float | None]) -> None:
        """Take each GPU's share by processes: 0 is no use yet (or any more), ``None`` (cannot tell) the whole device."""
        for name, share in shares.items():
            device = self._devices.get(name)
            if device is not None and not self._reserved and share != 0.0:
                device.share = min(1.0, share) if share is not None else (device.share or 1.0)

    def add(
        self, t_s: float, energies_j: Sequence[float | None], *, cpu: tuple[float, float] | None, flush: bool = False
    ) -> list[float | None]:
        """Add the interval up to ``t_s`` and give each device's sum so far, in the order of ``shared_channels``.

        ``energies_j`` are accumulated counters, ``cpu`` the accumulated CPU-seconds of the workload and of the whole
        machine. Active joules wait until a window is full, or for ``flush``.
        """
        for device in self._devices.values():
            device.take(t_s, energies_j[device.at])
        if cpu is not None:
            self._settle(t_s, *cpu, flush=flush)
        return [device.sum_j if device.is_gpu or cpu is not None else None for device in self._devices.values()]

    def _settle(self, t_s: float, tree_s: float, busy_s: float, *, flush: bool) -> None:
        if self._begun is None:
            self._begun = (t_s, tree_s, busy_s)
            return
        begun_s, tree_from_s, busy_from_s = self._begun
        if t_s - begun_s < self._window_s:
            if not flush:
                return
            # The last, short window borrows the one before it, whose ratio is less noisy.
            tree_from_s, busy_from_s = self._before or (tree_from_s, busy_from_s)
        tree_s_used, busy_s_used = tree_s - tree_from_s, busy_s - busy_from_s
        ratio = 0.0
        if tree_s_used > 0.0:
            ratio = tree_s_used / busy_s_used if busy_s_used > tree_s_used else 1.0
        for device in self._devices.values():
            device.sum_j += device.waiting_j * ratio
            device.waiting_j = 0.0
        self._before, self._begun = (tree_from_s, busy_from_s), (t_s, tree_s, busy_s)


def is_shared(channel: Channel, idle_w: Mapping[str, float]) -> bool:
    """Tell whether a device's joules can be shared: those of a CPU cannot without knowing what it draws idle."""
    if channel.part_of is not None:
        return False
    return channel.component == "gpu" or (channel.component in _BY_CPU_TIME and channel.device in idle_w)
