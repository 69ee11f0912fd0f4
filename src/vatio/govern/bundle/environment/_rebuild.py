"""Make a wheel again from what was installed: the same files, byte for byte, where the original cannot be had."""

from __future__ import annotations

import base64
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import BinaryIO

from vatio.errors import EnvironmentFailed, InvalidLock
from vatio.files import regular
from vatio.govern.bundle.environment._installed import Installed
from vatio.govern.bundle.locks import check_wheel_name
from vatio.measure.snapshot import listed, part_name

# The oldest date that a zip can hold: the same files make the same wheel.
_DATE = (1980, 1, 1, 0, 0, 0)
_SLICE_BYTES, _LARGE_BYTES = 1 << 20, 1 << 31
_SHEBANG = re.compile(rb"^#![^\n]*python[^\n]*")


def rebuild_wheel(item: Installed, folder: str) -> str:
    """Write a wheel of an installed distribution into a folder, and give its path.

    Scripts that an entry point makes are left to the installer, other ones are put in with a neutral first line. Nothing is
    compressed, so that the bytes depend on the files alone.

    Raises:
        EnvironmentFailed: nothing lists its files, one of them is gone, or it says not for which platform it is.
    """
    if item.editable:
        raise EnvironmentFailed(f"{item.name} is installed to be edited: its files are its project's")
    stem = os.path.basename(item.folder).removesuffix(".dist-info")
    files = dict(_files(item, stem))
    name = _wheel_name(item, stem)
    if not files:
        raise EnvironmentFailed(f"{item.name} {item.version}: no RECORD lists its files")
    path = os.path.join(folder, name)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        lines = [_added(archive, name, files[name], item) for name in sorted(files)]
        record = f"{stem}.dist-info/RECORD"
        archive.writestr(zipfile.ZipInfo(record, _DATE), "".join([*lines, f"{record},,\n"]))
    return path


def _files(item: Installed, stem: str) -> Iterator[tuple[str, str]]:
    """Pair the names in the wheel with the paths of the installed files."""
    place, made = os.path.dirname(item.folder), _made_scripts(item)
    for line in listed(item.folder):
        path = os.path.normpath(os.path.join(place, line.path))
        counted = part_name(line.path)
        if counted is None:
            script = _script(line.path)
            if script is not None and script not in made:
                yield f"{stem}.data/scripts/{script}", path
        elif counted.startswith("{"):
            kind, _, rest = counted.partition("/")
            yield f"{stem}.data/{kind.strip('{}')}/{rest}", path
        else:
            yield counted, path


def _script(path: str) -> str | None:
    parts = path.split("/")
    return parts[-1] if path.startswith("../") and len(parts) > 1 and parts[-2] in ("bin", "Scripts") else None


def _made_scripts(item: Installed) -> set[str]:
    """Name the scripts that installing makes of entry points."""
    from configparser import ConfigParser, Error

    points = ConfigParser(delimiters=("=",), interpolation=None)
    points.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        points.read(os.path.join(item.folder, "entry_points.txt"), encoding="utf-8")
    except (Error, UnicodeDecodeError):
        return set()
    names = {name for section in ("console_scripts", "gui_scripts") if points.has_section(section) for name in points[section]}
    return names | {f"{name}.exe" for name in names}


def _added(archive: zipfile.ZipFile, name: str, path: str, item: Installed) -> str:
    hasher, length_bytes, member = sha256(), 0, zipfile.ZipInfo(name, _DATE)
    try:
        with open(path, "rb", opener=regular) as file:
            status = os.fstat(file.fileno())
            member.external_attr = (0o100755 if status.st_mode & 0o100 else 0o100644) << 16
            with archive.open(member, "w", force_zip64=status.st_size > _LARGE_BYTES) as packed:
                for part in _parts(file, is_script=".data/scripts/" in name):
                    hasher.update(part)
                    length_bytes += packed.write(part)
    except OSError as error:
        raise EnvironmentFailed(f"{item.name} {item.version}: {name} is gone or cannot be read") from error
    digest = base64.urlsafe_b64encode(hasher.digest()).decode().rstrip("=")
    quoted = f'"{name}"' if "," in name else name
    return f"{quoted},sha256={digest},{length_bytes}\n"


def _parts(file: BinaryIO, *, is_script: bool) -> Iterator[bytes]:
    if is_script:  # the installer puts the interpreter of its environment there
        yield _SHEBANG.sub(b"#!python", file.read())
        return
    while part := file.read(_SLICE_BYTES):
        yield part


def _wheel_name(item: Installed, stem: str) -> str:
    told = _wheel_file(item)
    parts = [tag.split("-") for tag in told.get("Tag", ()) if tag.count("-") == 2]
    if not parts:
        raise EnvironmentFailed(f"{item.name} {item.version} does not say for which platform it is")
    tags = [".".join(dict.fromkeys(part[at] for part in parts)) for at in range(3)]
    build = [told["Build"][0]] if told.get("Build") else []
    name = "-".join([stem, *build, *tags]) + ".whl"
    try:
        check_wheel_name(name, item.name)
    except InvalidLock as error:
        raise EnvironmentFailed(str(error)) from error
    return name


def _wheel_file(item: Installed) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        with open(os.path.join(item.folder, "WHEEL"), encoding="utf-8", opener=regular) as file:
            for line in file:
                field, _, value = line.partition(":")
                found.setdefault(field.strip(), []).append(value.strip())
    except (OSError, ValueError):
        return {}
    return found
