"""What surrounded a run: enough to say why two runs differ, and to replay one (CONTRACT.md 2, ``environment``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDigest:
    """Name a file or folder by the SHA-256 of its bytes; ``None`` while it has not been hashed.

    ``found``: nobody declared it, it was found to have been written while the run went on.
    """

    path: str
    sha256: str | None
    bytes: int | None
    found: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """Name the commit, the digest of the uncommitted change, and the remote without its credentials.

    ``code_blob`` is the copy of the uncommitted change in the ledger, ``folder`` the working folder below the tree's root.
    """

    commit: str | None
    dirty_sha256: str | None = None
    remote: str | None = None
    code_blob: str | None = None
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Name one installed distribution by the digest of its files, without scripts and what installing makes."""

    name: str
    version: str
    record_sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """Name the CPU as the kernel does; ``cpus_granted`` is how much of it the run could use, ``None`` for all."""

    model: str
    microcode: str | None = None
    isa: str | None = None
    cores: int | None = None
    governor: str | None = None
    cpus_granted: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator:
    """Name one GPU that the workload may see."""

    model: str
    uuid: str | None = None
    driver: str | None = None
    cuda: str | None = None
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Hold the snapshot of a run's surroundings, secrets redacted.

    ``changed`` names the code and inputs that are not what they were when the run began: ``code: train.py``,
    ``input: data.csv``; ``None`` where that was not looked at.
    """

    argv: tuple[str, ...]
    cwd: str
    git: Git | None = None
    python: Mapping[str, str] = field(default_factory=dict)
    distributions: tuple[Distribution, ...] = ()
    os: str = ""
    kernel: str = ""
    libc: str = ""
    cpu: Processor | None = None
    memory_bytes: int | None = None
    gpus: tuple[Accelerator, ...] = ()
    container: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    seeds: Mapping[str, str] = field(default_factory=dict)
    determinism: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[FileDigest, ...] = ()
    outputs: tuple[FileDigest, ...] = ()
    locks: tuple[FileDigest, ...] = ()
    changed: tuple[str, ...] | None = None
