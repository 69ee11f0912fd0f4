"""Write vatio.toml: a commented one to start from, and the one in force with the origin of each value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from vatio.config._config import SECTIONS, Config, section

_HEAD = """\
# How vatio measures and accounts for this project. Every key is optional; what is commented shows an example.
# Defaults < user file < this file < environment (VATIO_SITE_ZONE) < options (--zone). `vatio config --show-origin` shows all.
"""


def config_template(found: Mapping[str, object], *, remarks: Mapping[str, str] | None = None) -> str:
    """Write a commented vatio.toml: the values ``found`` ("project.name") are set, every other key is a comment.

    ``remarks`` maps a section or key to a line that is written above it.
    """
    lines = [_HEAD]
    for name in SECTIONS:
        lines += [f"[{name}]", *_remark(remarks, name)]
        for item in fields(section(name)):
            key = f"{name}.{item.name}"
            unit = f" ({item.metadata['unit']})" if item.metadata.get("unit") else ""
            lines += [f"# {item.metadata['doc']}{unit}", *_remark(remarks, key)]
            value = f"{item.name} = {toml_value(found[key])}" if key in found else _example(item.name, item.metadata)
            lines.append(value)
        lines.append("")
    return "\n".join(lines)


def config_toml(config: Config, *, origins: bool = False) -> str:
    """Write the configuration in force as TOML; with ``origins`` each value says where it came from."""
    lines: list[str] = []
    for name in SECTIONS:
        lines.append(f"[{name}]")
        for item, value in _values(config, name):
            said = f"{item} = {toml_value(value)}" if value is not None else f"# {item} is not set"
            origin = config.origins.get(f"{name}.{item}", "default")
            lines.append(f"{said}  # {origin}" if origins and value is not None else said)
        lines.append("")
    return "\n".join(lines)


def toml_value(value: object) -> str:
    """Write one value as TOML.

    >>> toml_value({"team": ("a", 1.5, True)})
    '{ "team" = ["a", 1.5, true] }'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_quoted(str(name))} = {toml_value(item)}" for name, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(toml_value, value))}]"
    return repr(value)


def _values(config: Config, name: str) -> Iterator[tuple[str, Any]]:
    for item in fields(section(name)):
        yield item.name, getattr(getattr(config, name), item.name)


def _example(key: str, setting: Mapping[str, Any]) -> str:
    # A duration that carries its unit needs none in its key.
    key = key.removesuffix("_s") if setting["kind"] == "duration" else key
    return f"# {key} = {setting['example']}"


def _remark(remarks: Mapping[str, str] | None, key: str) -> list[str]:
    return [f"# {line}" for line in (remarks or {}).get(key, "").splitlines()]


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but for DEL and for what lies beyond 16 bits, which is written as it is.
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
