"""Read how busy, warm and full the machine is: one small file each, kept open, parsed by hand (Linux)."""

from __future__ import annotations

import os
from collections.abc import Callable

from vatio.records import Channel
from vatio.units import BYTES_PER_KIB, HZ_PER_KHZ, HZ_PER_MHZ

_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0.01
# Clocks of more cores than this say little more and cost a read each.
_CLOCKS_READ = 4
_PACKAGE_SENSORS = (b"x86_pkg_temp", b"coretemp", b"k10temp", b"zenpower", b"cpu_thermal", b"cpu-thermal", b"acpitz")

Values = list[float | None]
_NAMES = (
    ("cpu.busy_s", "s", "counter"),
    ("cpu.total_s", "s", "counter"),
    ("cpu.clock_hz", "hz", "gauge"),
    ("cpu.temperature_celsius", "celsius", "gauge"),
    ("memory.used_bytes", "bytes", "gauge"),
    ("net.sent_bytes", "bytes", "counter"),
    ("net.received_bytes", "bytes", "counter"),
)


class HostMeter:
    """Give the machine's utilisation, clock, temperature, memory and network bytes; a file that is not there is a hole.

    Bytes are those of all network interfaces but the loopback, seen from the process's own network namespace.
    """

    channels = tuple(Channel(name=name, unit=unit, kind=kind, meter="host") for name, unit, kind in _NAMES)

    __slots__ = ("_fds", "_fields", "read_bytes")

    def __init__(self, *, proc: str = "/proc", sys: str = "/sys") -> None:
        self._fds: list[int] = []
        self.read_bytes = 0
        clocks = _clock_paths(sys)
        cpuinfo = [] if clocks else self._open(f"{proc}/cpuinfo")
        temperature = _temperature_path(sys)
        # The kernel writes no more of a long file than is asked for: the first lines are enough.
        self._fields: list[tuple[Callable[[list[bytes]], Values], list[int], int, int]] = [
            (_busy, self._open(f"{proc}/stat"), 2, 256),
            (_clock_of_cores, self._open(*clocks), 1, 64) if clocks else (_clock_of_text, cpuinfo, 1, 1024),
            (_temperature, self._open(*temperature), 1, 64),
            (_memory, self._open(f"{proc}/meminfo"), 1, 256),
            (_network, self._open(f"{proc}/net/dev"), 2, 16384),
        ]

    def read(self) -> Values:
        """Read every channel once; a failed read is a hole."""
        values: Values = []
        for parse, fds, width, most_bytes in self._fields:
            try:
                texts = [os.pread(fd, most_bytes, 0) for fd in fds]
                self.read_bytes += sum(map(len, texts))
                values.extend(parse(texts) if texts else [None] * width)
            except (OSError, ValueError, IndexError):
                values.extend([None] * width)
        return values

    def close(self) -> None:
        """Close the files."""
        while self._fds:
            os.close(self._fds.pop())

    def _open(self, *paths: str) -> list[int]:
        found = []
        for path in paths:
            try:
                found.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
            except OSError:
                continue
        self._fds.extend(found)
        return found


def _busy(texts: list[bytes]) -> Values:
    """Read busy and total CPU-seconds (proc(5)): idle, iowait and time stolen by the hypervisor are not busy.

    Guest time is already in user time.
    """
    user, nice, system, idle, iowait, irq, softirq, *stolen = map(int, texts[0].split(b"\n", 1)[0].split()[1:9])
    busy = user + nice + system + irq + softirq
    return [busy * _TICK_S, (busy + idle + iowait + sum(stolen)) * _TICK_S]


def _clock_of_cores(texts: list[bytes]) -> Values:
    return [sum(map(int, texts)) / len(texts) * HZ_PER_KHZ]


def _clock_of_text(texts: list[bytes]) -> Values:
    at = texts[0].index(b"cpu MHz")
    return [float(texts[0][at:].split(b":", 1)[1].split(b"\n", 1)[0]) * HZ_PER_MHZ]


def _temperature(texts: list[bytes]) -> Values:
    return [max(map(int, texts)) / 1e3]


def _memory(texts: list[bytes]) -> Values:
    fields = texts[0].split(None, 12)
    return [float((int(fields[1]) - int(fields[fields.index(b"MemAvailable:") + 1])) * BYTES_PER_KIB)]


def _network(texts: list[bytes]) -> Values:
    sent = received = 0
    for line in texts[0].split(b"\n")[2:]:
        name, _, rest = line.partition(b":")
        if rest and name.strip() != b"lo":
            fields = rest.split()
            received += int(fields[0])
            sent += int(fields[8])
    return [float(sent), float(received)]


def _clock_paths(sys: str) -> list[str]:
    folder = f"{sys}/devices/system/cpu/cpufreq"
    try:
        policies = sorted(name for name in os.listdir(folder) if name.startswith("policy"))
    except OSError:
        return []
    step = max(1, len(policies) // _CLOCKS_READ)
    return [f"{folder}/{name}/scaling_cur_freq" for name in policies[::step][:_CLOCKS_READ]]


def _temperature_path(sys: str) -> list[str]:
    """Find the CPU package's sensor, best kind first; several packages have one each."""
    found: dict[bytes, list[str]] = {}
    for folder, label, value in ((f"{sys}/class/thermal", "type", "temp"), (f"{sys}/class/hwmon", "name", "temp1_input")):
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for name in names:
            try:
                fd = os.open(f"{folder}/{name}/{label}", os.O_RDONLY | os.O_CLOEXEC)
                found.setdefault(os.read(fd, 64).strip(), []).append(f"{folder}/{name}/{value}")
                os.close(fd)
            except OSError:
                continue
    return next((found[kind] for kind in _PACKAGE_SENSORS if kind in found), [])
