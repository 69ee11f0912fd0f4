"""Write the reference of the configuration from the fields that read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from vatio.config._config import SECTIONS, section
from vatio.config._template import toml_value

_HEAD = """\
# Configuration

vatio reads `vatio.toml`, or `[tool.vatio]` in `pyproject.toml`, from the current folder or the nearest one above it, up to
the git root; where both lie in one folder, `vatio.toml` is read. A later layer wins:

1. the defaults below,
2. the user's file `$XDG_CONFIG_HOME/vatio/config.toml` (`~/.config/vatio/config.toml`),
3. the project's file, or the one that `--config FILE` or `VATIO_CONFIG` names,
4. environment variables: `VATIO_`, the section, `_`, the key, in capitals; lists with commas, tables as `a=1,b=2`,
5. options of the command.

`vatio config --show-origin` shows every value and where it came from; `vatio init` writes a commented file to start from;
`vatio config --schema` prints the JSON Schema. Durations are numbers of seconds, or text with a unit: `interval = "250ms"`.
Paths in a file are relative to that file. Tags of several layers are joined; every other value replaces the one before.
A file above the current folder that belongs to another user is not read, because a configuration can name commands.
"""


def configuration_reference() -> str:
    """Write docs/reference/configuration.md."""
    return "\n".join([_HEAD, *(_section(name) for name in SECTIONS)])


def _section(name: str) -> str:
    kind = section(name)
    rows = [_row(name, item) for item in fields(kind)]
    head = ["| key | value | default | environment | option |", "|---|---|---|---|---|"]
    return "\n".join([f"## [{name}]", "", (kind.__doc__ or "").strip(), "", *head, *rows, ""])


def _row(name: str, item: Field[Any]) -> str:
    setting = item.metadata
    option = f"`{setting['option']}`" if setting.get("option") else ""
    cells = [f"`{item.name}`", _described(setting), _default(item), f"`VATIO_{name.upper()}_{item.name.upper()}`", option]
    return f"| {' | '.join(cells)} |"


def _described(setting: Mapping[str, Any]) -> str:
    return " ".join(filter(None, [setting["doc"], _allowed(setting), f"Example: `{setting['example']}`"]))


def _allowed(setting: Mapping[str, Any]) -> str:
    words = [*setting.get("choices", ())]
    if setting.get("plugins"):
        from vatio.plugins import names

        words += names(setting["plugins"])
    if words:
        return f"One of {', '.join(f'`{word}`' for word in words)}."
    if "low" not in setting:
        return ""
    unit = {"ratio": "", "of the metric": ""}.get(setting.get("unit", "s"), f" {setting.get('unit', 's')}")
    high = f"to {setting['high']:g}" if "high" in setting else "up"
    return f"From {setting['low']:g} {high}{unit}."


def _default(item: Field[Any]) -> str:
    if item.default is MISSING or item.default in (None, ()):
        return "unset"
    return f"`{toml_value(item.default)}`"
