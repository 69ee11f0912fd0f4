"""Resolve the configuration: defaults < user file < project file < environment < options."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from vatio.config._config import SECTIONS, Config
from vatio.config._find import SHARED_FILE, git_root, is_trusted, project_files, user_folder
from vatio.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config._layers import Layers
    from vatio.config._toml import TomlFile

_PREFIX = "VATIO_"
# What is no setting: a run's own variables (CONTRACT.md 4), where to read from, and what only this process is told.
_OTHERS = (
    "VATIO_RUN",
    "VATIO_BOOT",
    "VATIO_SPOOL",
    "VATIO_ORDER",
    "VATIO_CONFIG",
    "VATIO_DEBUG",
    "VATIO_TEST_",
    # Where a service of intensities is reached in place of its own address.
    "VATIO_UK_URL",
    "VATIO_ELECTRICITY_MAPS_URL",
)
_SHARED = ("tool", "vatio")


def load_config(
    folder: str | None = None,
    *,
    options: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    file: str | None = None,
) -> Config:
    """Resolve the configuration for a run started in ``folder`` (the current one).

    ``options`` maps "site.zone" to a value (``None``: not given); ``environ`` is where ``VATIO_SITE_ZONE`` and the user's
    folder are looked up; ``file`` is read in place of the project's vatio.toml or pyproject.toml.

    Raises:
        ConfigError: a file is not TOML, a key is unknown, or a value has the wrong type, unit or size.
    """
    here = os.path.abspath(folder or _working_folder(environ or {}))
    surroundings = environ or {}
    users = user_folder(surroundings)
    notes: list[str] = []
    user_file = _opened(path) if users and os.path.isfile(path := os.path.join(users, "config.toml")) else None
    file = file or surroundings.get("VATIO_CONFIG")
    project, remark = (_opened(os.path.join(here, file)), "") if file else _project_file(here, notes)
    variables = {name: value for name, value in surroundings.items() if value and _is_ours(name)}
    notes += [_unused(name) for name in surroundings if name.startswith(_PREFIX) and not _is_ours(name) and _is_stray(name)]
    chosen = {name: value for name, value in (options or {}).items() if value is not None}
    given: dict[str, dict[str, Any]] = {}
    origins: dict[str, str] = {}
    if user_file or project or variables or chosen:  # else nothing is given, and no reader is imported
        from vatio.config._layers import Layers

        layers = Layers(here, surroundings.get("HOME", ""))
        given, origins = layers.given, layers.origins
        for source, said in ((user_file, ""), (project, remark)):
            if source:
                _add_file(layers, source, said)
        _add_environment(layers, variables)
        _add_options(layers, chosen)
    _complete_ledger(given.setdefault("ledger", {}), users)
    root = os.path.dirname(os.path.abspath(project.path)) if project else git_root(here) or here
    return Config(given, root=root, origins=origins, notes=tuple(notes))


def _working_folder(environ: Mapping[str, str]) -> str:
    """Give the working folder; of one that was deleted, the nearest folder that is still there."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        folder = environ.get("PWD", "")
    while folder and not os.path.isdir(folder):
        folder = os.path.dirname(folder) if folder != os.path.dirname(folder) else ""
    return folder or os.sep


def _opened(path: str, prefix: tuple[str, ...] = ()) -> TomlFile | None:
    from vatio.config._toml import read_toml

    return read_toml(path, prefix)


def _project_file(here: str, notes: list[str]) -> tuple[TomlFile | None, str]:
    """Give the nearest project file, and what is said of the other file beside it."""
    for folder, paths in project_files(here):
        found: list[TomlFile] = []
        for path in paths:
            if folder != here and not is_trusted(path):
                notes.append(f"{path} is not read: it belongs to another user (name it with --config to use it)")
                continue
            prefix = _SHARED if os.path.basename(path) == SHARED_FILE else ()
            # Beside a vatio.toml a pyproject.toml is looked at only to say that it is not used.
            found.extend(filter(None, [_opened(path, prefix)]))
        if len(found) == 2:
            notes.append(f"[tool.vatio] of {found[1].path} is not read: vatio.toml beside it is")
            return found[0], " (not [tool.vatio] of pyproject.toml)"
        if found:
            return found[0], ""
    return None, ""


def _add_file(layers: Layers, file: TomlFile, remark: str) -> None:
    if not isinstance(file.tables, dict):
        raise ConfigError(f"{file.where()}: [{'.'.join(_SHARED)}] is not a table")
    for name, table in file.tables.items():
        if name not in SECTIONS or not isinstance(table, dict):
            raise _unknown_section(file.where(name), name, table)
        _add_table(layers, file, name, table, remark)


def _add_table(layers: Layers, file: TomlFile, name: str, table: Mapping[str, object], remark: str) -> None:
    from vatio.config._layers import settings

    known, seen = settings(name), dict[str, str]()
    for key, value in table.items():
        where = file.where(name, key)
        if key not in known:
            raise _unknown_key(where, name, key)
        field = known[key]["field"]
        if field in seen:
            raise ConfigError(f"{where}: {name}.{key} says again what {name}.{seen[field]} says", hint="keep one of them")
        seen[field] = key
        layers.add(name, key, value, where=where + remark, base=os.path.dirname(os.path.abspath(file.path)))


def _is_ours(variable: str) -> bool:
    """Tell ``VATIO_SITE_ZONE`` from what vatio itself sets (VATIO_RUN) and from everybody else's variables."""
    section, underscore, _ = variable.removeprefix(_PREFIX).partition("_")
    return variable.startswith(_PREFIX) and bool(underscore) and section.lower() in SECTIONS


def _is_stray(variable: str) -> bool:
    return not variable.startswith(_OTHERS)


def _unused(variable: str) -> str:
    """Say that a variable is not a setting: ``VATIO_ZONE`` may be meant as one, or belong to a newer vatio or a tool."""
    key = variable.removeprefix(_PREFIX).lower()
    homes = _homes(key)
    meant = f": did you mean {_PREFIX}{homes[0].upper()}_{key.upper()}?" if homes else ""
    return f"the variable {variable} is not used{meant}"


def _add_environment(layers: Layers, variables: Mapping[str, str]) -> None:
    from vatio.config._layers import settings

    for variable, value in variables.items():
        name, _, key = variable[len(_PREFIX) :].lower().partition("_")
        where = f"variable {variable}"
        if key not in settings(name):
            raise _unknown_key(where, name, key)
        layers.add(name, key, value, where=where)


def _add_options(layers: Layers, options: Mapping[str, object]) -> None:
    from vatio.config._layers import settings

    for full, value in options.items():
        name, _, key = full.partition(".")
        if name not in SECTIONS:
            raise _unknown_section(f"option {full}", name, {})
        setting = settings(name).get(key)
        if setting is None:
            raise _unknown_key(f"option {full}", name, key)
        # An option's text needs no unit in its name: --interval 1 is a second.
        layers.add(name, setting["field"], value, where=f"option {setting.get('option') or full}")


def _unknown_section(where: str, name: str, value: object) -> ConfigError:
    from vatio.config._value import nearest

    if isinstance(value, dict):
        return ConfigError(f"{where}: there is no section [{name}]", hint=nearest(name, tuple(SECTIONS)) or _all_sections())
    if name in SECTIONS:
        return ConfigError(f"{where}: {name} is a section, not a value", hint=f"write its keys under [{name}]")
    homes = _homes(name)
    hint = f"write it under [{homes[0]}]" if homes else nearest(name, tuple(SECTIONS)) or _all_sections()
    return ConfigError(f"{where}: {name} stands in no section", hint=hint)


def _unknown_key(where: str, name: str, key: str) -> ConfigError:
    from vatio.config._layers import settings
    from vatio.config._value import nearest

    homes = _homes(key)
    hint = f"it belongs in [{homes[0]}]" if homes else nearest(key, tuple(settings(name)))
    return ConfigError(f"{where}: there is no {name}.{key}", hint=hint or f"[{name}] has {', '.join(settings(name))}")


def _homes(key: str) -> list[str]:
    from vatio.config._layers import settings

    return [name for name in SECTIONS if key in settings(name)]


def _all_sections() -> str:
    return f"sections are {', '.join(SECTIONS)}"


def _complete_ledger(ledger: dict[str, Any], users: str | None) -> None:
    """Sign whenever there is a key, unless told otherwise."""
    if users:
        ledger.setdefault("key", os.path.join(users, "key"))
    ledger.setdefault("sign", bool(ledger.get("key")) and os.path.isfile(ledger["key"]))
