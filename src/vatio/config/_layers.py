"""Gather values, each layer over the one before it, and remember where each came from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from vatio.config._config import section
from vatio.config._value import read_value
from vatio.errors import ConfigError


class Layers:
    """Hold what has been given so far: ``given[section][field]``, its ``origins``, and ``notes`` on what was not used."""

    def __init__(self, here: str, home: str) -> None:
        self.given: dict[str, dict[str, Any]] = {}
        self.origins: dict[str, str] = {}
        self.notes: list[str] = []
        self._here, self._home = here, home

    def add(self, name: str, key: str, value: object, *, where: str, base: str = "") -> None:
        """Read one value of section ``name``; ``where`` names its source, ``base`` the folder of its file.

        Raises:
            ConfigError: the value does not fit the key.
        """
        setting = settings(name)[key]
        try:
            if setting.get("needs_unit") and not isinstance(value, str):
                raise ConfigError(f"is {value!r}, without a unit", hint=f"write {key} = {setting['example']}")
            read = self._placed(read_value(value, setting), setting["kind"], base or self._here)
        except ConfigError as error:
            raise ConfigError(f"{where}: {name}.{key} {error}", hint=error.hint) from None
        self._keep(name, setting, read, where)

    def _keep(self, name: str, setting: Mapping[str, Any], value: Any, where: str) -> None:
        held, field = self.given.setdefault(name, {}), setting["field"]
        if setting["kind"] == "table" and field in held:
            value, where = {**held[field], **value}, f"{self.origins[f'{name}.{field}']} + {where}"
        held[field] = value
        self.origins[f"{name}.{field}"] = where

    def _placed(self, value: Any, kind: str, base: str) -> Any:
        """Let a path mean the same file seen from here as from the file that names it."""
        if kind == "path":
            return os.path.normpath(os.path.join(base, self._at_home(value)))
        if kind == "paths" and base != self._here:
            return tuple(os.path.relpath(os.path.join(base, path), self._here) for path in value)
        return value

    def _at_home(self, path: str) -> str:
        return self._home + path[1:] if (path == "~" or path.startswith("~/")) and self._home else path


def settings(name: str) -> dict[str, Mapping[str, Any]]:
    """Give the settings of one section by key; the duration ``interval_s`` is also found as ``interval``."""
    known: dict[str, Mapping[str, Any]] = {}
    for item in fields(section(name)):
        known[item.name] = {**item.metadata, "field": item.name}
        if item.metadata["kind"] == "duration":
            known[item.name.removesuffix("_s")] = {**item.metadata, "field": item.name, "needs_unit": True}
    return known
