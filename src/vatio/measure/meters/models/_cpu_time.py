"""CPU-seconds that were used: of the machine, of a cgroup, or of this process where nothing else can be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from time import process_time

Watch = Callable[[], float | None]


def machine_watch(path: str) -> Watch | None:
    """Watch the busy CPU-seconds of /proc/stat; time stolen by a hypervisor is not this machine's and does not count."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, AttributeError):
        return None
    ticks_per_s = os.sysconf("SC_CLK_TCK")

    def busy_s() -> float | None:
        try:
            fields = os.pread(descriptor, 256, 0).split(None, 9)
            # cpu user nice system idle iowait irq softirq steal: guests are already part of user and nice.
            ticks = int(fields[1]) + int(fields[2]) + int(fields[3]) + int(fields[6]) + int(fields[7])
        except (OSError, ValueError, IndexError):
            return None
        return ticks / ticks_per_s

    return busy_s


def cgroup_watch(folders: Mapping[str, str]) -> Watch | None:
    """Watch the CPU-seconds of a cgroup: cpu.stat of version 2, cpuacct.usage of version 1."""
    for folder, file, read in (
        (folders.get(""), "cpu.stat", _usage_v2_s),
        (folders.get("cpuacct"), "cpuacct.usage", _usage_v1_s),
    ):
        path = f"{folder}/{file}"
        if folder and read(path) is not None:
            return lambda path=path, read=read: read(path)  # type: ignore[misc]
    return None


def no_less_than_ours(watch: Watch, *, ours: Callable[[], float] = process_time) -> Watch:
    """Watch a cgroup that this process is in: its counter may lag by a tick, and this process's own CPU time does not.

    What is told is never more than the group has truly used: it grows by what is certainly part of that.
    """
    told_s, ours_s = 0.0, ours()

    def used_s() -> float | None:
        nonlocal told_s, ours_s
        now, ours_now_s = watch(), ours()
        if now is None:
            return None
        told_s, ours_s = max(now, told_s + ours_now_s - ours_s if told_s else now), ours_now_s
        return told_s

    return used_s


def process_watch() -> float:
    """Give the CPU-seconds of this process and its ended children, where the system tells no more."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _usage_v2_s(path: str) -> float | None:
    text = _bytes(path)
    for line in text.splitlines():
        if line.startswith(b"usage_usec "):
            return int(line[11:]) * 1e-6
    return None


def _usage_v1_s(path: str) -> float | None:
    text = _bytes(path).strip()
    return int(text) * 1e-9 if text.isdigit() else None


def _bytes(path: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(descriptor, 4096)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
