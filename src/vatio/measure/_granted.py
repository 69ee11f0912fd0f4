"""How much of a machine the kernel or a scheduler grants to this process: cgroup v1 and v2, affinity, Slurm."""

from __future__ import annotations

import os
from collections.abc import Mapping

Paths = Mapping[str, str]


def slurp(path: str) -> str:
    """Read a small text file; what cannot be read is empty."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return ""
    try:
        parts = []
        while part := os.read(descriptor, 65536):
            parts.append(part)
        return b"".join(parts).decode("utf-8", "replace")
    except OSError:
        return ""
    finally:
        os.close(descriptor)


def cgroup_folders(root: str, own: str, mounts: str) -> dict[str, str]:
    """Find the folder of each cgroup controller from /proc/self/cgroup and /proc/self/mountinfo; ``""`` is cgroup v2.

    Inside a container the path in /proc/self/cgroup may be the host's: then the mount's own root is the folder.
    """
    paths = dict(_controllers(own))
    folders: dict[str, str] = {}
    for line in mounts.splitlines():
        head, _, tail = line.partition(" - ")
        fields, kind = head.split(), tail.split()
        if len(fields) < 5 or not kind or kind[0] not in ("cgroup", "cgroup2"):
            continue
        names = [""] if kind[0] == "cgroup2" else kind[-1].split(",")
        for name in names:
            if name in paths:
                mount = os.path.join(root, fields[4].lstrip("/"))
                folders[name] = _existing(mount, paths[name], fields[3])
    return folders


def granted_cpus(folders: Paths, *, online: int) -> float | None:
    """Give the CPUs that a quota or a cpuset grants, or ``None`` where neither limits this process."""
    limits = [limit for limit in (_quota_v2(folders), _quota_v1(folders), _cpuset(folders, online)) if limit is not None]
    return min(limits, default=None)


def granted_bytes(folders: Paths, *, installed: int | None) -> int | None:
    """Give the memory that the cgroup grants, or ``None`` where it grants all there is."""
    found = []
    for folder in _upwards(folders.get("")):
        found.append(slurp(f"{folder}/memory.max").strip())
    for folder in _upwards(folders.get("memory")):
        found.append(slurp(f"{folder}/memory.limit_in_bytes").strip())
    limits = [int(text) for text in found if text.isdigit()]
    # Without a limit cgroup v1 prints nearly 2**63.
    limits = [limit for limit in limits if limit < (installed or 2**60)]
    return min(limits, default=None)


def cpus_in(text: str) -> int:
    """Count the CPUs of a kernel list.

    >>> cpus_in("0-3,8")
    5
    """
    count = 0
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        if first.isdigit():
            count += int(last or first) - int(first) + 1
    return count


def _controllers(own: str) -> list[tuple[str, str]]:
    lines = [line.split(":", 2) for line in own.splitlines() if line.count(":") >= 2]
    return [(name, path) for _, names, path in lines for name in names.split(",")]


def _existing(mount: str, path: str, mount_root: str) -> str:
    inside = path[len(mount_root) :] if mount_root != "/" and path.startswith(mount_root) else path
    folder = os.path.normpath(f"{mount}/{inside}")
    return folder if os.path.isdir(folder) else mount


def _upwards(folder: str | None) -> list[str]:
    """List a cgroup's folder and those above it: a limit on any of them holds."""
    folders: list[str] = []
    while folder and (os.path.exists(f"{folder}/cgroup.procs") or not folders):
        folders.append(folder)
        folder = os.path.dirname(folder)
    return folders


def _quota_v2(folders: Paths) -> float | None:
    limits = []
    for folder in _upwards(folders.get("")):
        quota, _, period = slurp(f"{folder}/cpu.max").strip().partition(" ")
        if quota.isdigit() and period.isdigit() and int(period):
            limits.append(int(quota) / int(period))
    return min(limits, default=None)


def _quota_v1(folders: Paths) -> float | None:
    limits = []
    for folder in _upwards(folders.get("cpu")):
        quota = slurp(f"{folder}/cpu.cfs_quota_us").strip()
        period = slurp(f"{folder}/cpu.cfs_period_us").strip()
        if quota.isdigit() and period.isdigit() and int(period):
            limits.append(int(quota) / int(period))
    return min(limits, default=None)


def _cpuset(folders: Paths, online: int) -> float | None:
    v2, v1 = folders.get(""), folders.get("cpuset")
    text = (slurp(f"{v2}/cpuset.cpus.effective") if v2 else "") or (slurp(f"{v1}/cpuset.effective_cpus") if v1 else "")
    text = text or (slurp(f"{v1}/cpuset.cpus") if v1 else "")
    count = cpus_in(text)
    return float(count) if 0 < count < online else None
