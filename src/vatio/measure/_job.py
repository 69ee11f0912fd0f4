"""Which job of several processes this process belongs to, as its launcher tells by environment variables (CONTRACT.md 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Hold the key that all processes of one job share, and this process's place in it.

    ``hosts_expected`` and ``ranks_expected`` are ``None`` where the launcher does not say. ``requeues`` counts how often
    Slurm has restarted the job, ``array`` names the array that it belongs to.
    """

    key: str
    launcher: str
    rank: int = 0
    local_rank: int = 0
    ranks_expected: int | None = None
    hosts_expected: int | None = None
    array: str | None = None
    requeues: int = 0


def job(environ: Mapping[str, str], *, uid: int, launcher_start: str = "") -> Job | None:
    """Find the job in the environment of its launcher; the user's id is part of its key.

    ``launcher_start`` tells one start of a launcher from another (its pid and start time).

    >>> job({"SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_PROCID": "3", "SLURM_NTASKS": "4"}, uid=1000).key
    '1000:slurm:7.0'
    """
    found = _launcher(environ, launcher_start)
    if found is None:
        return None
    launcher, key = found
    return Job(
        key=f"{uid}:{key}",
        launcher=launcher,
        rank=_first(environ, _RANK) or 0,
        local_rank=_first(environ, _LOCAL_RANK) or 0,
        ranks_expected=_first(environ, _RANKS),
        hosts_expected=_first(environ, _HOSTS),
        array=environ.get("SLURM_ARRAY_JOB_ID"),
        requeues=_first(environ, ("SLURM_RESTART_COUNT",)) or 0,
    )


_RANK = ("RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK")
_LOCAL_RANK = ("LOCAL_RANK", "SLURM_LOCALID", "OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID")
_RANKS = ("WORLD_SIZE", "SLURM_NTASKS", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE")
_HOSTS = ("SLURM_NNODES", "SLURM_JOB_NUM_NODES")


def _launcher(environ: Mapping[str, str], start: str) -> tuple[str, str] | None:
    if "VATIO_RUN" in environ:
        return "vatio", f"vatio:{environ['VATIO_RUN']}"
    if "SLURM_JOB_ID" in environ:
        return "slurm", f"slurm:{environ['SLURM_JOB_ID']}.{environ.get('SLURM_STEP_ID', 'batch')}"
    torch = environ.get("TORCHELASTIC_RUN_ID")
    if torch and torch != "none":
        return "torchrun", f"torchrun:{torch}"
    if torch or ("MASTER_ADDR" in environ and "RANK" in environ):
        where = f"{environ.get('MASTER_ADDR', '')}:{environ.get('MASTER_PORT', '')}"
        return "torchrun", f"torchrun:{where}:{start}"
    return _mpi(environ, start)


def _mpi(environ: Mapping[str, str], start: str) -> tuple[str, str] | None:
    for name in ("OMPI_MCA_ess_base_jobid", "PMIX_NAMESPACE", "PMI_JOBID", "HYDI_CONTROL_FD"):
        if name in environ:
            return "mpi", f"mpi:{environ[name]}" if name != "HYDI_CONTROL_FD" else f"mpi:{start}"
    if "PMI_RANK" in environ or "OMPI_COMM_WORLD_RANK" in environ:
        return "mpi", f"mpi:{start}"
    return None


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    for name in names:
        text = environ.get(name, "")
        if text.isdigit():
            return int(text)
    return None
