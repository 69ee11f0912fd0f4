"""Read how busy, warm and full the machine is: one small file each, kept open, parsed by hand (Linux)."""

from __future__ import annotations

import os
from collections.abc import Callable

from vatio.measure._procfile import NEARLY_A_PAGE, PAGE_BYTES, rest_of
from vatio.records import Channel
from vatio.units import BYTES_PER_KIB, HZ_PER_KHZ, HZ_PER_MHZ

_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0.01
# Clocks of more cores than this say little more and cost a read each.
_CLOCKS_READ = 4
_PACKAGE_SENSORS = (b"x86_pkg_temp", b"coretemp", b"k10temp", b"zenpower", b"cpu_thermal", b"cpu-thermal", b"acpitz")

Values = list[float | None]
_Parse = Callable[[list[bytes]], Values]
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

    __slots__ = ("_fds", "_files", "_known", "read_bytes")

    def __init__(self, *, proc: str = "/proc", sys: str = "/sys") -> None:
        self._fds: list[int] = []
        self.read_bytes = 0
        clocks = _clock_paths(sys)
        # The kernel writes no more of a long file than is asked for: the first lines are enough.
        files: list[tuple[_Parse, list[int], int, slice]] = [
            (_busy, self._open(f"{proc}/stat"), 256, slice(0, 2)),
            (_clock_of_cores, self._open(*clocks), 64, slice(2, 3)),
            (_temperature, self._open(*_temperature_path(sys)), 64, slice(3, 4)),
            (_memory, self._open(f"{proc}/meminfo"), 128, slice(4, 5)),
            (_network, self._open(f"{proc}/net/dev"), PAGE_BYTES, slice(5, 7)),
        ]
        self._known: Values = [None] * len(_NAMES)
        if not clocks:
            cpuinfo = self._open(f"{proc}/cpuinfo")
            self._known[2], moves = _clock_of_boot(cpuinfo)
            files.append((_clock_of_text, cpuinfo if moves else [], 1024, slice(2, 3)))
        self._files = [file for file in files if file[1]]

    def read(self) -> Values:
        """Read every channel once; a failed read is a hole."""
        values = self._known.copy()
        for parse, fds, most_bytes, where in self._files:
            try:
                texts = []
                for fd in fds:
                    text = os.pread(fd, most_bytes, 0)
                    if len(text) > NEARLY_A_PAGE:
                        text += rest_of(fd, len(text))
                    self.read_bytes += len(text)
                    texts.append(text)
                values[where] = parse(texts)
            except (OSError, ValueError, IndexError):
                continue
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
    ticks = list(map(int, texts[0].split(None, 9)[1:9]))
    total, rest = sum(ticks), ticks[3] + ticks[4] + sum(ticks[7:])
    return [(total - rest) * _TICK_S, total * _TICK_S]


def _clock_of_cores(texts: list[bytes]) -> Values:
    return [sum(map(int, texts)) / len(texts) * HZ_PER_KHZ]


def _clock_of_text(texts: list[bytes]) -> Values:
    at = texts[0].index(b"cpu MHz")
    return [float(texts[0][at:].split(b":", 1)[1].split(b"\n", 1)[0]) * HZ_PER_MHZ]


def _clock_of_boot(cpuinfo: list[int]) -> tuple[float | None, bool]:
    """Read the clock in /proc/cpuinfo once, and tell whether it moves.

    Without cpufreq, x86 knows the clock of now by the counters APERF and MPERF alone (``arch_freq_get_on_cpu`` of
    arch/x86/kernel/cpu/aperfmperf.c); a virtual machine has none as a rule, and is told the same number at every reading.
    """
    try:
        text = os.pread(cpuinfo[0], PAGE_BYTES, 0)
        clock_hz = _clock_of_text([text])[0]
    except (OSError, ValueError, IndexError):
        return None, False
    _, found, flags = text.partition(b"\nflags\t")
    return clock_hz, not found or b" aperfmperf" in flags.split(b"\n", 1)[0]


def _temperature(texts: list[bytes]) -> Values:
    return [max(map(int, texts)) / 1e3]


def _memory(texts: list[bytes]) -> Values:
    fields = texts[0].split(None, 8)
    if fields[6] != b"MemAvailable:":
        raise ValueError
    return [float((int(fields[1]) - int(fields[7])) * BYTES_PER_KIB)]


def _network(texts: list[bytes]) -> Values:
    sent = received = 0
    for line in texts[0].split(b"\n")[2:]:
        name, _, rest = line.partition(b":")
        if rest and name.strip() != b"lo":
            fields = rest.split(None, 9)
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
