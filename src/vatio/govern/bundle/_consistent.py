"""Check that the parts of a bundle speak of the same run: record, lock, wheels, code, inputs."""

from __future__ import annotations

import os
from collections.abc import Iterator

from vatio.errors import BundleRefused
from vatio.govern.bundle.archive import BundledInput, BundleManifest
from vatio.govern.bundle.environment import check_wheel, wheel_digest
from vatio.govern.bundle.locks import Lock, normalised
from vatio.measure.snapshot import StatCache, digest_in_slices
from vatio.records import FileDigest, RunRecord


def check_consistent(manifest: BundleManifest, *, record: RunRecord, lock: Lock | None, folder: str) -> None:
    """Hold the parts of an unpacked bundle against one another; ``folder`` is where they lie.

    Raises:
        BundleRefused: one contradicts another, or a wheel is none.
    """
    for what in (
        *_of_record(manifest, record),
        *_of_lock(manifest, lock),
        *_of_wheels(manifest, record, folder),
        *_of_places(manifest),
        *_of_inputs(manifest, record, folder),
    ):
        raise BundleRefused(f"the bundle contradicts itself: {what}")


def _of_record(manifest: BundleManifest, record: RunRecord) -> Iterator[str]:
    if manifest.run != record.id:
        yield "its manifest is of another run"
    environment = record.environment
    change, git = manifest.member("change.bin"), environment.git if environment is not None else None
    if change is not None and (git is None or git.code_blob != change.sha256):
        yield "the uncommitted change is not the one of the run"
    if environment is not None and manifest.outputs != environment.outputs:
        yield "its outputs are not the record's"


def _of_lock(manifest: BundleManifest, lock: Lock | None) -> Iterator[str]:
    wheels = {member.path: member for member in manifest.members if member.path.startswith("wheels/")}
    if lock is None:
        if wheels:
            yield "it has wheels and no lock"
        return
    named = set()
    for file in (file for package in lock.packages for file in package.files):
        member = wheels.get(file.path or "")
        if file.kind != "wheel" or file.url is not None:
            yield f"the lock names {file.name} by an address, or to be built"
        elif member is None or member.sha256 != file.sha256:
            yield f"the lock names {file.name}, which is not there or has other bytes"
        named.add(file.path)
    for path in wheels.keys() - named:
        yield f"{path} is in no lock"


def _of_wheels(manifest: BundleManifest, record: RunRecord, folder: str) -> Iterator[str]:
    """Hold each wheel against the distribution that the run has recorded: one with other bytes would run before it is found."""
    environment = record.environment
    installed = {normalised(item.name): item.record_sha256 for item in environment.distributions} if environment else {}
    named = {item.wheel: item for item in manifest.distributions if item.wheel is not None}
    for member in manifest.members:
        if not member.path.startswith("wheels/"):
            continue
        name, version = check_wheel(os.path.join(folder, member.path))
        item = named.get(member.path.removeprefix("wheels/"))
        if item is None or (item.name, item.version) != (name, version):
            yield f"{member.path} is the wheel of no distribution that is named"
        elif installed.get(name) is None or wheel_digest(os.path.join(folder, member.path)) != installed[name]:
            yield f"{member.path} has other files than the run had of {name} {version}"


def _of_places(manifest: BundleManifest) -> Iterator[str]:
    """Name what would lead out of the code: folders, written by hand."""
    folders = [manifest.folder, *(folder for project in manifest.editable for folder in project.folders)]
    for folder in folders:
        parts = folder.split("/") if folder else []
        if any(part in ("", ".", "..") for part in parts) or "\\" in folder or not folder.isprintable():
            yield f"the folder {folder[:100]!r} is not one of its code"


def _of_inputs(manifest: BundleManifest, record: RunRecord, folder: str) -> Iterator[str]:
    recorded = {item.path: item for item in record.environment.inputs} if record.environment is not None else {}
    for item in manifest.inputs:
        known = recorded.get(item.path)
        if known is None or known.sha256 != item.sha256:
            yield f"the input {item.path} is not the record's"
        elif item.member is not None:
            yield from _of_input(item, manifest, folder)


def _of_input(item: BundledInput, manifest: BundleManifest, folder: str) -> Iterator[str]:
    within = [member for member in manifest.members if f"{member.path}/".startswith(f"{item.member}/")]
    if not within or not (item.member or "").startswith("inputs/"):
        yield f"the input {item.path} is not where it is said to be"
        return
    found = _digest(os.path.join(folder, item.member or ""))
    if item.sha256 is not None and found.sha256 != item.sha256:
        yield f"the input {item.path} has other bytes than the run read"


def _digest(path: str) -> FileDigest:
    steps = digest_in_slices(path, StatCache(None))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: FileDigest = end.value
            return found
