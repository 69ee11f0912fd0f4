"""Read pylock.toml (PEP 751)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from vatio.errors import InvalidLock
from vatio.govern.bundle.locks._lock import Lock, LockedFile, LockedPackage
from vatio.govern.bundle.locks._names import check_archive_name, check_package_name, check_version, check_wheel_name

T = TypeVar("T")
Table = Mapping[str, Any]
_MOST = 100_000


def parse_pylock(tables: Table) -> Lock:
    """Read the tables of a pylock.toml; what has no digest (a work tree, a version control address) is refused.

    Raises:
        InvalidLock: a field is missing, of the wrong type, hostile, or of another version of the format.
    """
    version = _field(tables, "lock-version", str, "the lock", needed=True)
    if version != "1.0":
        raise InvalidLock(f"lock-version {version!r} is not known", hint="this vatio reads 1.0")
    listed = _field(tables, "packages", list, "the lock", needed=True) or []
    if len(listed) > _MOST:
        raise InvalidLock(f"{len(listed)} packages are more than any lock has")
    return Lock(
        packages=tuple(_package(table, at) for at, table in enumerate(listed, 1)),
        requires_python=_field(tables, "requires-python", str, "the lock"),
        environments=tuple(_texts(tables, "environments", "the lock")),
    )


def _package(table: object, at: int) -> LockedPackage:
    if not isinstance(table, dict):
        raise InvalidLock(f"package {at} is no table")
    name = check_package_name(_field(table, "name", str, f"package {at}", needed=True) or "", f"package {at}")
    where = f"package {name}"
    for kind in ("vcs", "directory"):
        if kind in table:
            raise InvalidLock(f"{where}: {kind} has no hash of its bytes", hint="lock a wheel or an archive of it")
    version = _field(table, "version", str, where)
    files = tuple(_files(table, name, where))
    return LockedPackage(
        name=name,
        version=check_version(version, where) if version is not None else None,
        files=files,
        marker=_field(table, "marker", str, where),
        requires_python=_field(table, "requires-python", str, where),
    )


def _files(table: Table, name: str, where: str) -> Iterator[LockedFile]:
    for wheel in _field(table, "wheels", list, where) or ():
        yield _file(wheel, name, where, "wheel")
    for kind in ("sdist", "archive"):
        if kind in table:
            yield _file(table[kind], name, where, kind)


def _file(table: object, package: str, where: str, kind: str) -> LockedFile:
    if not isinstance(table, dict):
        raise InvalidLock(f"{where}: {kind} is no table")
    url, path = _field(table, "url", str, where), _field(table, "path", str, where)
    named = _field(table, "name", str, where) or _last(path or url or "")
    if not named:
        raise InvalidLock(f"{where}: a {kind} has neither name, path nor url")
    _check_name(named, package, where, kind)
    return LockedFile(
        sha256=_sha256(table, named, where),
        name=named,
        kind=kind,
        path=_inside(path, where) if path is not None else None,
        url=_checked_url(url, where) if url is not None else None,
        bytes=_field(table, "size", int, where),
    )


def _check_name(named: str, package: str, where: str, kind: str) -> None:
    is_wheel = kind == "wheel" or (kind == "archive" and named.endswith(".whl"))
    if kind == "archive" and not is_wheel:
        if any(letter in named for letter in "/\\\0\n\r") or named.startswith(".") or not named.isprintable():
            raise InvalidLock(f"{where}: {named!r} is no archive's name")
        return
    told, _ = check_wheel_name(named, where) if is_wheel else check_archive_name(named, where)
    if told != package:
        raise InvalidLock(f"{where}: {named} is a file of {told}")


def _sha256(table: Table, named: str, where: str) -> str:
    hashes = _field(table, "hashes", dict, where)
    digest = hashes.get("sha256") if hashes else None
    if not isinstance(digest, str):
        raise InvalidLock(f"{where}: {named} has no sha256", hint="lock it again with SHA-256 hashes")
    return digest.lower()


def _inside(path: str, where: str) -> str:
    parts = path.replace("\\", "/").split("/")
    if path.startswith("/") or ":" in path or "\0" in path or ".." in parts or not path.isprintable():
        raise InvalidLock(f"{where}: the path {path!r} leads out of the lock's folder")
    return "/".join(part for part in parts if part not in ("", "."))


def _checked_url(url: str, where: str) -> str:
    if (
        not url.startswith(("https://", "http://", "file:///"))
        or any(letter.isspace() for letter in url)
        or not url.isprintable()
    ):
        raise InvalidLock(f"{where}: {url[:100]!r} is no address of a file")
    return url


def _last(place: str) -> str:
    from urllib.parse import unquote

    return unquote(place.replace("\\", "/").partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2])


def _texts(table: Table, name: str, where: str) -> list[str]:
    items = _field(table, name, list, where) or []
    if not all(isinstance(item, str) for item in items):
        raise InvalidLock(f"{where}: {name} is no list of texts")
    return items


def _field(table: Table, name: str, kind: type[T], where: str, *, needed: bool = False) -> T | None:
    value = table.get(name)
    if value is None and not needed:
        return None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise InvalidLock(f"{where}: {name} is {'missing' if value is None else 'no ' + kind.__name__}")
    return value
