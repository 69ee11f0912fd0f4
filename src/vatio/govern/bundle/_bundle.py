"""A bundle that was opened, and that holds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from vatio.govern.bundle.archive import BundleManifest
from vatio.govern.bundle.locks import Lock
from vatio.records import RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Hold an opened bundle: every byte of it has the digest that its manifest names, and the record is what entries prove.

    ``folder`` is where it lies unpacked. ``signed_by`` is the public key of the manifest's signature, ``proven_by`` that of
    the entries of the ledger; ``None`` where they are not signed. ``sha256`` is the digest of the bundle's file.
    """

    folder: str
    manifest: BundleManifest
    record: RunRecord
    lock: Lock | None
    sha256: str
    signed_by: str | None = None
    proven_by: str | None = None

    @property
    def code(self) -> str:
        """Give the folder of the run's code: its commit with the uncommitted change."""
        return os.path.join(self.folder, "code")

    @property
    def cwd(self) -> str:
        """Give the folder, in the code, that the run was started in."""
        return os.path.join(self.code, self.manifest.folder) if self.manifest.folder else self.code

    @property
    def wheels(self) -> str:
        """Give the folder of the wheels that the lock names."""
        return os.path.join(self.folder, "wheels")

    @property
    def inputs(self) -> Mapping[str, str]:
        """Map the declared paths of the inputs to where their bytes lie."""
        return {item.path: os.path.join(self.folder, item.member) for item in self.manifest.inputs if item.member is not None}

    @property
    def editable(self) -> tuple[str, ...]:
        """Give the folders of projects that were installed to be edited: they are imported from there."""
        return tuple(os.path.join(self.code, folder) for project in self.manifest.editable for folder in project.folders)
