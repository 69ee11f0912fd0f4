"""Read one TOML file and answer for its lines."""

from __future__ import annotations

import os
from typing import Any

from vatio.errors import ConfigError

# A configuration is a page; a file past this is something else.
_LARGEST_BYTES = 1 << 20


class TomlFile:
    """Hold the tables of one file; ``where`` names the file and line of a key."""

    __slots__ = ("_lines", "_prefix", "_text", "name", "path", "tables")

    def __init__(self, path: str, text: str, prefix: tuple[str, ...] = ()) -> None:
        self.path, self.name, self._text, self._prefix = path, shown_path(path), text, prefix
        self._lines: dict[tuple[str, ...], int] | None = None
        self.tables: object = _parsed(text, path)
        for name in prefix:
            self.tables = self.tables.get(name, {}) if isinstance(self.tables, dict) else {}

    def where(self, *keys: str) -> str:
        """Write ``vatio.toml:12`` for a key."""
        from vatio.config._lines import key_lines, line_of

        if self._lines is None:
            self._lines = key_lines(self._text)
        line = line_of(self._lines, (*self._prefix, *keys))
        return f"{self.name}:{line}" if line else self.name


def shown_path(path: str) -> str:
    """Write a path as a user would: from the current folder where that is shorter."""
    try:
        near = os.path.relpath(path) if os.path.isabs(path) else path
    except FileNotFoundError:  # the working folder was deleted
        return path
    return min((near, path), key=len)


def read_toml(path: str, prefix: tuple[str, ...] = ()) -> TomlFile | None:
    """Read a file; ``None`` where ``prefix`` (tool, vatio) is asked for and the file cannot hold it.

    Raises:
        ConfigError: the file cannot be read, is not UTF-8 or not TOML.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"cannot read {shown_path(path)}: {reason}", hint="vatio init writes a vatio.toml") from error
    if prefix and prefix[-1].encode() not in data:
        return None  # the usual pyproject.toml is not ours: it costs one read and no parser
    if len(data) > _LARGEST_BYTES:
        raise ConfigError(f"{shown_path(path)} has more than {_LARGEST_BYTES} bytes", hint="it is no configuration")
    file_read = TomlFile(path, _decoded(data, path), prefix)
    return file_read if file_read.tables or not prefix else None


def _decoded(data: bytes, path: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ConfigError(f"{shown_path(path)} is UTF-16", hint="save it as UTF-8")
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{shown_path(path)}:{line}: not UTF-8", hint="save the file as UTF-8") from error


def _parsed(text: str, path: str) -> dict[str, Any]:
    import tomllib  # 9 ms that a project without a file does not pay

    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ConfigError(f"{shown_path(path)}: nested too deeply", hint="it is no configuration") from error
    except ValueError as error:
        what, _, at = str(error).partition(" (at ")
        line = at.removeprefix("line ").partition(",")[0] if at.startswith("line ") else str(text.count("\n") + 1)
        raise ConfigError(f"{shown_path(path)}:{line}: not TOML: {what}", hint="see https://toml.io for the grammar") from error
