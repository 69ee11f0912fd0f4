"""Read what the machine says of itself: processor, GPUs, system, and the variables that steer a computation."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from vatio.measure._granted import slurp
from vatio.records import Accelerator, Processor

_CPUINFO_BYTES = 16384  # the first processor's block; a machine of 256 has 400 kB of them
_ISA_DIGITS = 16
_SEEDS = ("PYTHONHASHSEED", "PL_GLOBAL_SEED", "SEED", "RANDOM_SEED", "GLOBAL_SEED", "TORCH_SEED", "NUMPY_SEED", "TF_SEED")
_SEED_OPTIONS = frozenset(("seed", "random-seed", "random-state", "global-seed", "manual-seed", "data-seed"))
_SWITCHES = """CUBLAS_WORKSPACE_CONFIG OMP_NUM_THREADS OMP_DYNAMIC MKL_NUM_THREADS MKL_CBWR MKL_DYNAMIC OPENBLAS_NUM_THREADS
NUMEXPR_NUM_THREADS TF_DETERMINISTIC_OPS TF_CUDNN_DETERMINISTIC CUDA_LAUNCH_BLOCKING NVIDIA_TF32_OVERRIDE
TORCH_ALLOW_TF32_CUBLAS_OVERRIDE NCCL_ALGO NCCL_PROTO PYTORCH_CUDA_ALLOC_CONF KMP_DETERMINISTIC_REDUCTION KMP_AFFINITY
ATEN_CPU_CAPABILITY OPENBLAS_CORETYPE NPY_DISABLE_CPU_FEATURES NPY_ENABLE_CPU_FEATURES MKL_ENABLE_INSTRUCTIONS
ONEDNN_MAX_CPU_ISA BLIS_ARCH_TYPE BLIS_NUM_THREADS VECLIB_MAXIMUM_THREADS XLA_FLAGS JAX_ENABLE_X64 TOKENIZERS_PARALLELISM
CUDA_DEVICE_ORDER RAYON_NUM_THREADS TORCH_DETERMINISTIC"""
_SHOWN = """CUDA_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES HIP_VISIBLE_DEVICES PYTHONPATH PYTHONOPTIMIZE PYTHONHASHSEED VIRTUAL_ENV
CONDA_PREFIX LANG LC_ALL TZ LD_PRELOAD LD_LIBRARY_PATH HF_HOME HF_HUB_OFFLINE TORCH_HOME
WORLD_SIZE RANK LOCAL_RANK SLURM_JOB_ID"""


def processor(*, root: str = "/", cpus_granted: float | None = None) -> Processor | None:
    """Name the CPU as the kernel does; ``isa`` is the architecture and a digest of its flags."""
    try:
        with open(os.path.join(root, "proc/cpuinfo"), "rb") as file:
            text = file.read(_CPUINFO_BYTES).decode("utf-8", "replace")
    except OSError:
        return None
    fields = dict(_fields(text.partition("\n\n")[0]))
    flags = fields.get("flags") or fields.get("Features") or ""
    digest = sha256(" ".join(sorted(flags.split())).encode()).hexdigest()[:_ISA_DIGITS]
    governor = slurp(os.path.join(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")).strip()
    return Processor(
        model=fields.get("model name") or fields.get("Model") or fields.get("CPU part") or "",
        microcode=fields.get("microcode"),
        isa=f"{os.uname().machine}-{digest}",
        cores=os.cpu_count(),
        governor=governor or None,
        cpus_granted=cpus_granted,
    )


def accelerators(visible: Sequence[str] | None, *, root: str = "/") -> tuple[Accelerator, ...]:
    """List the NVIDIA GPUs that the workload may see, as their driver shows them in /proc; by index or UUID."""
    folder = os.path.join(root, "proc/driver/nvidia/gpus")
    try:
        buses = sorted(os.listdir(folder))
    except OSError:
        return ()
    driver = _driver(slurp(os.path.join(root, "proc/driver/nvidia/version")))
    found = []
    for index, bus in enumerate(buses):
        fields = dict(_fields(slurp(os.path.join(folder, bus, "information"))))
        uuid = fields.get("GPU UUID", "")
        if (
            visible is None
            or str(index) in visible
            or any(name.startswith("GPU-") and uuid.startswith(name) for name in visible)
        ):
            found.append(Accelerator(model=fields.get("Model", ""), uuid=uuid or None, driver=driver))
    return tuple(found)


def system(*, root: str = "/") -> dict[str, str]:
    """Name the distribution, the kernel and the C library."""
    release = dict(line.partition("=")[::2] for line in slurp(os.path.join(root, "etc/os-release")).splitlines())
    try:
        libc = os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (AttributeError, ValueError, OSError):
        libc = ""
    name = os.uname()
    return {"os": release.get("PRETTY_NAME", name.sysname).strip('"'), "kernel": f"{name.sysname} {name.release}", "libc": libc}


def seeds(argv: Sequence[str], environ: Mapping[str, str]) -> dict[str, str]:
    """Collect the seeds that are said in the environment and on the command line.

    >>> seeds(["train.py", "--seed", "42", "trainer.seed=7"], {"PYTHONHASHSEED": "0"})
    {'PYTHONHASHSEED': '0', '--seed': '42', 'trainer.seed': '7'}
    """
    found = chosen(_SEEDS, environ)
    for at, word in enumerate(argv):
        name, equals, value = word.partition("=")
        if name.lstrip("-").rpartition(".")[2].replace("_", "-").lower() not in _SEED_OPTIONS:
            continue
        value = value if equals else argv[at + 1] if word.startswith("-") and at + 1 < len(argv) else ""
        if value.lstrip("-").isdigit():
            found[name] = value
    return found


def determinism(environ: Mapping[str, str]) -> dict[str, str]:
    """Collect the switches that decide whether a computation can be repeated bit by bit."""
    return chosen(_SWITCHES.split(), environ)


def allowed(environ: Mapping[str, str], more: Iterable[str]) -> dict[str, str]:
    """Collect the variables on the list, and those that the configuration adds to it."""
    return chosen((*_SHOWN.split(), *more), environ)


def chosen(names: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """Pick the variables that are set."""
    return {name: environ[name] for name in names if name in environ}


def _fields(text: str) -> Iterable[tuple[str, str]]:
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip(), value.strip()


def _driver(text: str) -> str | None:
    """Find the first number with two dots or more: ``NVRM version: ... Module  550.54.14  Thu Feb ...``."""
    return next((word for word in text.split() if word.count(".") >= 1 and word.replace(".", "").isdigit()), None)
