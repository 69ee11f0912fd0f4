"""What surrounded a run: enough to say why two runs differ, and to replay one (CONTRACT.md 2, ``environment``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDigest:
    """Name a declared file or folder by the SHA-256 of its bytes; ``None`` while it has not been hashed."""

    path: str
    sha256: str | None
    bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """Name the commit, the digest of the uncommitted change, and the remote without its credentials."""

    commit: str | None
    dirty_sha256: str | None = None
    remote: str | None = None
    code_blob: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Name one installed distribution by the digest of its RECORD file."""

    name: str
    version: str
    record_sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """Name the CPU as the kernel does."""

    model: str
    microcode: str | None = None
    isa: str | None = None
    cores: int | None = None
    governor: str | None = None


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
    """Hold the snapshot of a run's surroundings, secrets redacted."""

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
