"""What surrounds this process: the machine, what of it was granted, the job, the GPUs it may see.

The one file of ``measure`` that reads the environment; everything else is handed a ``Surroundings``. Nothing here fails:
what cannot be known is ``None``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from vatio.measure._granted import cgroup_folders, granted_bytes, granted_cpus, slurp
from vatio.measure._job import Job, job
from vatio.units import BYTES_PER_KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Hold what is known before a meter is opened.

    ``host`` is a pseudonym of this machine, ``hostname`` its name (to be revealed only when configured). ``cpus`` counts
    the CPUs (threads) that the kernel shows, ``packages`` the sockets; ``cpus_granted`` and ``memory_granted_bytes`` are
    ``None`` where nothing limits this process, ``reserved_ratio`` is the reserved share of the machine. ``cgroup`` maps
    a controller to its folder (``""``: version 2). ``visible_gpus`` are the entries of CUDA_VISIBLE_DEVICES (or its like),
    ``None`` where all are visible. ``container`` and ``vm`` name the kind. ``run``, ``run_boot``, ``spool`` come from a
    wrapping ``vatio run``.
    """

    root: str = "/"
    system: str = "linux"
    boot: str = ""
    host: str = ""
    hostname: str = ""
    uid: int = 0
    cpu_model: str = ""
    cpus: int = 1
    packages: int = 1
    memory_bytes: int | None = None
    cgroup: Mapping[str, str] | None = None
    cpus_granted: float | None = None
    memory_granted_bytes: int | None = None
    reserved_ratio: float | None = None
    container: str | None = None
    vm: str | None = None
    on_battery: bool | None = None
    visible_gpus: tuple[str, ...] | None = None
    container_gpus: tuple[str, ...] | None = None
    visible_amd_gpus: tuple[str, ...] | None = None
    gpus_in_pci_order: bool = False
    nvidia: bool = False
    job: Job | None = None
    run: str | None = None
    run_boot: str | None = None
    spool: str | None = None

    def path(self, absolute: str) -> str:
        """Give a path below the root, which tests and containers may move."""
        return os.path.join(self.root, absolute.lstrip("/"))


def environment() -> Mapping[str, str]:
    """Give this process's environment variables."""
    return os.environ


def surroundings(environ: Mapping[str, str] | None = None, *, root: str = "/") -> Surroundings:
    """Look around once. ``environ`` is the process's own unless given; ``root`` is where /proc and /sys lie."""
    environ = os.environ if environ is None else environ
    processors = slurp(os.path.join(root, "proc/cpuinfo"))
    cpus = processors.count("\nprocessor") + processors.startswith("processor") or os.cpu_count() or 1
    memory = _installed_bytes(slurp(os.path.join(root, "proc/meminfo")))
    own = slurp(os.path.join(root, "proc/self/cgroup"))
    folders = cgroup_folders(root, own, slurp(os.path.join(root, "proc/self/mountinfo")))
    granted = _least(granted_cpus(folders, online=cpus), _scheduled_cpus(environ, cpus), _affinity(root, cpus))
    uid = os.getuid() if hasattr(os, "getuid") else 0
    return Surroundings(
        root=root,
        system=sys.platform,
        boot=slurp(os.path.join(root, "proc/sys/kernel/random/boot_id")).strip(),
        host=_pseudonym(root),
        hostname=_hostname(),
        uid=uid,
        cpu_model=_cpu_model(processors, environ),
        cpus=cpus,
        packages=max(1, len({line for line in processors.splitlines() if line.startswith("physical id")})),
        memory_bytes=memory,
        cgroup=folders,
        cpus_granted=granted,
        memory_granted_bytes=granted_bytes(folders, installed=memory),
        reserved_ratio=None if granted is None else min(1.0, granted / cpus),
        container=_container(environ, root, own),
        vm=_vm(processors, root),
        on_battery=_on_battery(root),
        visible_gpus=_listed(environ, "CUDA_VISIBLE_DEVICES"),
        container_gpus=_container_gpus(environ),
        visible_amd_gpus=_listed(environ, "ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES"),
        gpus_in_pci_order=environ.get("CUDA_DEVICE_ORDER") == "PCI_BUS_ID",
        nvidia=_nvidia(environ, root),
        job=job(environ, uid=uid, launcher_start=_launcher_start(root)),
        run=environ.get("VATIO_RUN") or None,
        run_boot=environ.get("VATIO_BOOT") or None,
        spool=environ.get("VATIO_SPOOL") or None,
    )


def _cpu_model(processors: str, environ: Mapping[str, str]) -> str:
    """Name the processor as the kernel does; ARM cores without a name as ``arm IMPLEMENTER PART``."""
    named = _field(processors, "model name") or _field(processors, "Model")
    if named or not processors:
        machine = os.uname().machine if hasattr(os, "uname") else ""
        return named or environ.get("PROCESSOR_IDENTIFIER", "") or machine
    return f"arm {_field(processors, 'CPU implementer')} {_field(processors, 'CPU part')}"


def _field(text: str, name: str) -> str:
    for line in text.splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return ""


def _installed_bytes(meminfo: str) -> int | None:
    kib = _field(meminfo, "MemTotal").partition(" ")[0]
    if kib.isdigit():
        return int(kib) * BYTES_PER_KIB
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _least(*limits: float | None) -> float | None:
    return min((limit for limit in limits if limit is not None), default=None)


def _scheduled_cpus(environ: Mapping[str, str], cpus: int) -> float | None:
    text = environ.get("SLURM_CPUS_ON_NODE", "")
    return float(text) if text.isdigit() and 0 < int(text) < cpus else None


def _affinity(root: str, cpus: int) -> float | None:
    if root != "/" or not hasattr(os, "sched_getaffinity"):
        return None
    count = len(os.sched_getaffinity(0))
    return float(count) if count < cpus else None


def _pseudonym(root: str) -> str:
    from vatio.digest import sha256

    machine = slurp(os.path.join(root, "etc/machine-id")).strip() or _hostname()
    return sha256(b"vatio.host/1\n" + machine.encode()).hexdigest()[:12]


def _hostname() -> str:
    return os.uname().nodename if hasattr(os, "uname") else ""


def _container(environ: Mapping[str, str], root: str, own: str) -> str | None:
    if "KUBERNETES_SERVICE_HOST" in environ or "kubepods" in own:
        return "kubernetes"
    if os.path.exists(os.path.join(root, ".dockerenv")) or "docker" in own:
        return "docker"
    if os.path.exists(os.path.join(root, "run/.containerenv")) or "libpod" in own:
        return "podman"
    if environ.get("container"):
        return environ["container"]
    if "APPTAINER_CONTAINER" in environ or "SINGULARITY_CONTAINER" in environ:
        return "apptainer"
    return "lxc" if "/lxc" in own else None


def _vm(processors: str, root: str) -> str | None:
    if " hypervisor" not in _field(processors, "flags"):
        return None
    maker = slurp(os.path.join(root, "sys/class/dmi/id/sys_vendor")).strip()
    return maker or slurp(os.path.join(root, "sys/hypervisor/type")).strip() or "hypervisor"


def _on_battery(root: str) -> bool | None:
    folder = os.path.join(root, "sys/class/power_supply")
    try:
        supplies = sorted(os.listdir(folder))
    except OSError:
        return None
    states = {slurp(f"{folder}/{name}/online").strip() for name in supplies}
    if states & {"0", "1"}:
        return "1" not in states
    charges = {slurp(f"{folder}/{name}/status").strip() for name in supplies}
    return "Discharging" in charges if charges - {""} else None


def _listed(environ: Mapping[str, str], *names: str) -> tuple[str, ...] | None:
    """Read a list of visible devices; as the runtimes do, what follows the first invalid index (-1) is not visible."""
    text = next((environ[name] for name in names if name in environ), None)
    if text is None:
        return None
    entries: list[str] = []
    for entry in (part.strip() for part in text.split(",")):
        if not entry or entry.startswith("-"):
            break
        entries.append(entry)
    return tuple(entries)


def _container_gpus(environ: Mapping[str, str]) -> tuple[str, ...] | None:
    listed = _listed(environ, "NVIDIA_VISIBLE_DEVICES")
    if listed is None or "all" in listed:
        return None
    return () if listed[:1] in (("none",), ("void",)) else listed


def _nvidia(environ: Mapping[str, str], root: str) -> bool:
    """Tell whether it is worth looking for NVML: loading ctypes and the library costs more than these look-ups."""
    if any(os.path.exists(os.path.join(root, path)) for path in ("dev/nvidiactl", "proc/driver/nvidia", "dev/dxg")):
        return True
    folders = environ.get("LD_LIBRARY_PATH", "").split(":")
    return any(folder and os.path.exists(f"{folder}/libnvidia-ml.so.1") for folder in folders)


def _launcher_start(root: str) -> str:
    """Tell one start of the launcher from another: its pid and its start time (field 22 of /proc/pid/stat)."""
    parent = os.getppid()
    after_name = slurp(os.path.join(root, f"proc/{parent}/stat")).rpartition(")")[2].split()
    return f"{parent}-{after_name[19]}" if len(after_name) > 19 else str(parent)
