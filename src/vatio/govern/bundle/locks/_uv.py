"""Read uv.lock as far as it is plain: the project's own dependencies, with the markers on the way to each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vatio.errors import InvalidLock
from vatio.govern.bundle.locks._lock import Lock, LockedFile, LockedPackage
from vatio.govern.bundle.locks._names import check_archive_name, check_package_name, check_version, check_wheel_name

Table = Mapping[str, Any]
_OWN = ("editable", "virtual")
Markers = frozenset[str]
_MOST_WAYS = 100_000


def parse_uv_lock(tables: Table) -> Lock:
    """Read the packages that the project needs, without its extras and groups.

    Raises:
        InvalidLock: it is no uv.lock of version 1, has no single project, or forks into several versions of a package.
    """
    if tables.get("version") != 1:
        raise InvalidLock(f"version {tables.get('version')!r} of uv.lock is not known", hint="uv export --format pylock.toml")
    listed = tables.get("package")
    packages = [table for table in listed if isinstance(table, dict)] if isinstance(listed, list) else []
    projects = [table for table in packages if _is_own(table)]
    if len(projects) != 1:
        raise InvalidLock(f"it has {len(projects)} projects, not 1", hint="uv export --format pylock.toml")
    known = {str(table.get("name")): table for table in packages}
    if len(known) != len(packages):
        raise InvalidLock("it locks several versions of a package", hint="uv export --format pylock.toml")
    reached = _reached(projects[0], known)
    requires = tables.get("requires-python")
    return Lock(
        packages=tuple(_package(known[name], _either(markers)) for name, markers in sorted(reached.items())),
        requires_python=requires if isinstance(requires, str) else None,
    )


def _is_own(table: Table) -> bool:
    source = table.get("source")
    return isinstance(source, dict) and any(name in source for name in _OWN)


def _reached(project: Table, known: Mapping[str, Table]) -> dict[str, set[Markers]]:
    """Collect the markers under which each package is needed, one set for each way to it; the empty one is always."""
    reached: dict[str, set[Markers]] = {}
    seen: set[tuple[str, Markers, tuple[str, ...]]] = set()
    waiting = [(*edge, Markers()) for edge in _edges(project, ())]
    while waiting:
        name, marker, extras, outer = waiting.pop()
        if name not in known:
            raise InvalidLock(f"package {name} is needed and not locked")
        # A set: packages that need one another come to an end.
        whole = outer | {marker} if marker else outer
        if (name, whole, extras) in seen or (name, Markers(), extras) in seen:
            continue
        seen.add((name, whole, extras))
        if len(seen) > _MOST_WAYS:
            raise InvalidLock("its markers branch too often", hint="uv export --format pylock.toml")
        reached.setdefault(name, set()).add(whole)
        waiting += [(*edge, whole) for edge in _edges(known[name], extras)]
    return reached


def _edges(table: Table, extras: tuple[str, ...]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    optional = table.get("optional-dependencies")
    lists = [table.get("dependencies"), *(optional.get(extra) for extra in extras if isinstance(optional, dict))]
    for item in (item for found in lists if isinstance(found, list) for item in found):
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise InvalidLock(f"package {table.get('name')}: a dependency has no name")
        wanted = item.get("extra")
        yield item["name"], str(item.get("marker") or ""), tuple(map(str, wanted)) if isinstance(wanted, list) else ()


def _either(ways: set[Markers]) -> str | None:
    if Markers() in ways:
        return None
    texts = [" and ".join(f"({marker})" for marker in sorted(way)) for way in ways]
    return texts[0] if len(texts) == 1 else " or ".join(f"({text})" for text in sorted(texts))


def _package(table: Table, marker: str | None) -> LockedPackage:
    name = check_package_name(str(table.get("name")), "uv.lock")
    where = f"package {name}"
    wheels = table.get("wheels")
    files = [_file(item, name, where) for item in (wheels if isinstance(wheels, list) else [])]
    if isinstance(table.get("sdist"), dict):
        files.append(_file(table["sdist"], name, where))
    return LockedPackage(name=name, version=check_version(str(table.get("version")), where), files=tuple(files), marker=marker)


def _file(table: object, package: str, where: str) -> LockedFile:
    if not isinstance(table, dict):
        raise InvalidLock(f"{where}: a file is no table")
    url, digest, size = table.get("url"), table.get("hash"), table.get("size")
    place = url or table.get("path") or table.get("filename")
    if not isinstance(place, str) or not isinstance(digest, str) or not digest.startswith("sha256:"):
        raise InvalidLock(f"{where}: a file has no address or no sha256")
    named = place.replace("\\", "/").partition("#")[0].rpartition("/")[2]
    is_wheel = named.endswith(".whl")
    told, _ = check_wheel_name(named, where) if is_wheel else check_archive_name(named, where)
    if told != package:
        raise InvalidLock(f"{where}: {named} is a file of {told}")
    return LockedFile(
        sha256=digest.removeprefix("sha256:"),
        name=named,
        kind="wheel" if is_wheel else "sdist",
        url=url if isinstance(url, str) else None,
        bytes=size if isinstance(size, int) else None,
    )
