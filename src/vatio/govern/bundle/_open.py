"""Open a bundle: nothing of it is used, or left on the disk, before all of it holds."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from typing import Any, BinaryIO, TypeVar

from vatio.errors import BundleRefused, InvalidLock, InvalidRecord
from vatio.files import regular
from vatio.govern.bundle._bundle import Bundle
from vatio.govern.bundle._consistent import check_consistent
from vatio.govern.bundle._workplace import workplace
from vatio.govern.bundle.archive import (
    ArchiveReader,
    BundleManifest,
    Member,
    check_member_names,
    check_signature,
    read_proof,
)
from vatio.govern.bundle.locks import Lock, read_lock
from vatio.records import RunRecord, from_json

T = TypeVar("T")
_MANIFEST_BYTES = 256 << 20
_SIGNATURE_BYTES = 1 << 16
_SMALL_BYTES = 256 << 20
_SPARE_RATIO = 1.05


def open_bundle(path: str, *, into: str, key: str | None = None) -> Bundle:
    """Unpack a bundle into a new folder, after checking every byte of it; ``key`` is the public key that must have signed it.

    Raises:
        BundleRefused: it is no bundle, was changed or cut off, would write elsewhere, or does not prove its run; then
            nothing of it is left in ``into``.
    """
    if os.path.lexists(into) and not (os.path.isdir(into) and not os.listdir(into)):
        raise BundleRefused(f"{into} is there already", hint="name a folder that is not there")
    parent = os.path.dirname(os.path.abspath(into))
    try:
        os.makedirs(parent, exist_ok=True)
        with workplace(parent) as part, _opened(path) as file:
            bundle = _checked(file, part, key=key)
            if os.path.isdir(into):
                os.rmdir(into)
            os.rename(part, into)
        lock = None if bundle.lock is None else read_lock(os.path.join(into, "pylock.toml"))
    except OSError as error:
        raise BundleRefused(f"the bundle cannot be unpacked: {error.strerror or error}") from error
    return Bundle(
        folder=os.path.abspath(into),
        manifest=bundle.manifest,
        record=bundle.record,
        lock=lock,
        sha256=bundle.sha256,
        signed_by=bundle.signed_by,
        proven_by=bundle.proven_by,
    )


class _Counted:
    """Read a file and digest all of it on the way."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.hasher = sha256()

    def read(self, length_bytes: int = -1) -> bytes:
        data = self._file.read(length_bytes)
        self.hasher.update(data)
        return data


def _opened(path: str) -> BinaryIO:
    try:
        return open(path, "rb", opener=regular)
    except OSError as error:
        raise BundleRefused(f"{path} cannot be read: {error.strerror}") from error


def _checked(file: BinaryIO, part: str, *, key: str | None) -> Bundle:
    counted = _Counted(file)
    reader = ArchiveReader(counted)  # type: ignore[arg-type]
    manifest_bytes = _small(reader, "manifest.json", _MANIFEST_BYTES)
    signature = _small(reader, "signature.json", _SIGNATURE_BYTES)
    signed_by = check_signature(signature, sha256(manifest_bytes).hexdigest(), key=key)
    manifest = _manifest(manifest_bytes)
    check_member_names(manifest.members)
    _check_room(part, sum(member.bytes for member in manifest.members), os.fstat(file.fileno()).st_size)
    for member in manifest.members:
        _unpack(reader, member, part)
    if reader.header() is not None:
        raise BundleRefused("it holds more than its manifest names")
    told = _json(part, manifest, "record.json") or {}
    environment = _bytes(part, manifest, "environment.json")
    proven_by = _proven(part, manifest, told, environment)
    lock = _lock(part, manifest)
    record = _read("record.json", lambda: from_json(RunRecord, told))
    check_consistent(manifest, record=record, lock=lock, folder=part)
    os.makedirs(os.path.join(part, "code", manifest.folder), mode=0o700, exist_ok=True)
    digest = counted.hasher.hexdigest()
    return Bundle(
        folder=part, manifest=manifest, record=record, lock=lock, sha256=digest, signed_by=signed_by, proven_by=proven_by
    )


def _small(reader: ArchiveReader, path: str, most_bytes: int) -> bytes:
    header = reader.header()
    if header is None or header.path != path or header.executable:
        raise BundleRefused(f"this is no bundle: {path} is not where it has to be")
    if header.bytes > most_bytes:
        raise BundleRefused(f"{path} is longer than any is")
    found = bytearray()
    reader.content(header, found.extend)
    return bytes(found)


def _manifest(data: bytes) -> BundleManifest:
    def read() -> BundleManifest:
        told = json.loads(data)
        if not isinstance(told, dict) or told.get("schema") != BundleManifest.SCHEMA:
            schema = told.get("schema") if isinstance(told, dict) else None
            raise BundleRefused(f"its schema is {schema!r}, not {BundleManifest.SCHEMA!r}", hint="use the vatio that made it")
        return from_json(BundleManifest, told)

    return _read("manifest.json", read)


def _unpack(reader: ArchiveReader, member: Member, part: str) -> None:
    header = reader.header()
    if header is None or (header.path, header.bytes, header.executable) != (member.path, member.bytes, member.executable):
        raise BundleRefused(f"{member.path!r} is missing, or is not what the manifest names")
    place = os.path.join(part, *member.path.split("/"))
    os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(place, flags, 0o700 if member.executable else 0o600), "wb") as file:
        digest = reader.content(header, file.write)
    if digest != member.sha256:
        raise BundleRefused(
            f"{member.path!r} has not the digest that the manifest names", hint="it was changed; fetch it again"
        )


def _check_room(part: str, needed_bytes: int, length_bytes: int) -> None:
    if needed_bytes > length_bytes:
        raise BundleRefused(f"the bundle is cut off: it says that it holds {needed_bytes} bytes, and has {length_bytes}")
    if shutil.disk_usage(part).free < needed_bytes * _SPARE_RATIO:
        raise BundleRefused(f"there is no room for its {needed_bytes} bytes", hint="free some room")


def _proven(part: str, manifest: BundleManifest, told: dict[str, Any], environment: bytes | None) -> str | None:
    proof = _bytes(part, manifest, "proof.json")
    if proof is None or not isinstance(told.get("id"), str):
        raise BundleRefused("it holds no record, or nothing that proves it")
    return read_proof(proof, record=told, environment=environment)


def _lock(part: str, manifest: BundleManifest) -> Lock | None:
    if manifest.member("pylock.toml") is None:
        return None
    try:
        return read_lock(os.path.join(part, "pylock.toml"))
    except InvalidLock as error:
        raise BundleRefused(f"its lock is broken: {error}", hint=error.hint) from error


def _json(part: str, manifest: BundleManifest, path: str) -> dict[str, Any] | None:
    data = _bytes(part, manifest, path)
    found = None if data is None else _read(path, lambda: json.loads(data))
    return found if isinstance(found, dict) else None


def _bytes(part: str, manifest: BundleManifest, path: str) -> bytes | None:
    member = manifest.member(path)
    if member is None:
        return None
    if member.bytes > _SMALL_BYTES:
        raise BundleRefused(f"{path} is longer than any is")
    with open(os.path.join(part, path), "rb") as file:
        return file.read()


def _read(path: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except (ValueError, InvalidRecord, RecursionError) as error:
        raise BundleRefused(f"{path} cannot be read: {error}") from error
