"""What a bundle says that it holds: ``vatio.bundle/1``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from vatio.records import FileDigest


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Name one file of a bundle by its path, its SHA-256 and its length."""

    path: str
    sha256: str
    bytes: int
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledDistribution:
    """Name one distribution of the run's environment, and the wheel that has its bytes.

    ``installed_sha256`` is the digest of its installed files, ``source`` where the wheel comes from: given, index, installed
    (made again from the installed files, ``why`` says why), or missing.
    """

    name: str
    version: str
    installed_sha256: str | None
    wheel: str | None
    source: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditableProject:
    """Name a project that was installed to be edited, and the folders of the code that it is imported from."""

    name: str
    version: str
    folders: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledInput:
    """Name a declared input, as the run's record has it, and where in the bundle its bytes lie; ``None``: they do not."""

    path: str
    sha256: str | None
    bytes: int | None
    member: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleManifest:
    """Say what a bundle holds of a run.

    ``folder`` is the working folder below the code's root, ``missing`` names what a replay of it will lack, ``notes`` what
    else there is to say.
    """

    SCHEMA: ClassVar[str] = "vatio.bundle/1"

    run: str
    vatio: str
    members: tuple[Member, ...]
    python: Mapping[str, str]
    distributions: tuple[BundledDistribution, ...] = ()
    editable: tuple[EditableProject, ...] = ()
    folder: str = ""
    inputs: tuple[BundledInput, ...] = ()
    outputs: tuple[FileDigest, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def member(self, path: str) -> Member | None:
        """Find a member by its path."""
        return next((member for member in self.members if member.path == path), None)
