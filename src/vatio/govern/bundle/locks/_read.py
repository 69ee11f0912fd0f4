"""Read a lock of any of the kinds that are known, by the name of its file."""

from __future__ import annotations

import os
import re
import tomllib
from typing import Any

from vatio.errors import InvalidLock
from vatio.files import regular
from vatio.govern.bundle.locks._lock import Lock
from vatio.govern.bundle.locks._pylock import parse_pylock
from vatio.govern.bundle.locks._requirements import parse_requirements
from vatio.govern.bundle.locks._uv import parse_uv_lock

_LARGEST_BYTES = 64 << 20
_PYLOCK = re.compile(r"pylock\.(?:[^.]+\.)?toml")


def read_lock(path: str) -> Lock:
    """Read pylock.toml (PEP 751), requirements with hashes, or uv.lock; each package has to have a SHA-256.

    Raises:
        InvalidLock: the file is not there, is broken, or locks less than it must; its line or package is named.
    """
    name = os.path.basename(path)
    text = _read(path)
    try:
        if name.endswith(".toml") or name == "uv.lock":
            tables = _toml(text)
            lock = parse_uv_lock(tables) if _is_uv(name, tables) else parse_pylock(tables)
        else:
            lock = parse_requirements(text)
    except InvalidLock as error:
        raise InvalidLock(f"{path}: {error}", hint=error.hint) from error
    except RecursionError as error:
        raise InvalidLock(f"{path}: nested too deeply") from error
    return Lock(
        packages=lock.packages,
        requires_python=lock.requires_python,
        environments=lock.environments,
        folder=os.path.dirname(os.path.abspath(path)),
    )


def _is_uv(name: str, tables: dict[str, Any]) -> bool:
    return _PYLOCK.fullmatch(name) is None and "package" in tables and "lock-version" not in tables


def _read(path: str) -> str:
    try:
        with open(path, "rb", opener=regular) as file:
            data = file.read(_LARGEST_BYTES + 1)
        if len(data) > _LARGEST_BYTES:
            raise InvalidLock(f"{path} is larger than any lock", hint="name a lock file")
        return data.decode("utf-8")
    except FileNotFoundError as error:
        raise InvalidLock(f"there is no lock {path}") from error
    except (OSError, ValueError) as error:
        raise InvalidLock(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidLock(f"not TOML: {error}") from error
