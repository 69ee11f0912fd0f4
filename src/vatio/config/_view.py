"""Show the configuration in force as plain values."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from vatio.config._config import SECTIONS, Config, section


def config_view(config: Config) -> dict[str, Any]:
    """Give every value by section, and the origin of each that is not a default."""
    return {
        "schema": "vatio.config/1",
        "root": config.root,
        **{name: _values(config, name) for name in SECTIONS},
        "origins": dict(config.origins),
        "notes": list(config.notes),
    }


def _values(config: Config, name: str) -> dict[str, Any]:
    chosen = getattr(config, name)
    return {item.name: getattr(chosen, item.name) for item in fields(section(name))}
