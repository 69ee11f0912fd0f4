"""Open the source of intensities that a user names: a file, a service with a key from the environment or keyring, the table."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from vatio.cli._rim import Rim
from vatio.errors import MeasureError, UnknownName, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account import IntensitySource
    from vatio.config import Config

_KEYS = {"electricity-maps": "ELECTRICITY_MAPS_KEY"}
# Names that ask nobody: the annual table, and the files that are given otherwise.
_NOBODY = ("annual", "file")


def open_source(rim: Rim, name: str) -> IntensitySource:
    """Open a source by its name, or a file by its path.

    Raises:
        UsageError: there is neither a source nor a file of that name.
        MeasureError: the service needs a key.
    """
    from vatio.plugins import installed, load

    if os.path.exists(name):
        from vatio.account import FileSource

        return FileSource(name)
    if name == "file":
        raise UsageError("--source file needs a path", hint="--source FILE.csv")
    try:
        kind = load("intensity", name)
    except UnknownName as error:
        known = ", ".join(installed("intensity"))
        raise UsageError(f"{name!r} is neither a source nor a file", hint=f"sources: {known}; or a path") from error
    source: IntensitySource = kind() if name == "annual" else kind(_access(rim, name))
    return source


def planning_source(rim: Rim, config: Config) -> tuple[IntensitySource | None, tuple[str, ...]]:
    """Open the source that a plan asks; ``None`` where nobody is to be asked, or it cannot be opened, which is then said.

    Raises:
        UsageError: there is neither a source nor a file of that name.
    """
    try:
        return open_to_plan(rim, config), ()
    except MeasureError as error:
        return None, (f"{error}: {error.hint}",)


def open_to_plan(rim: Rim, config: Config) -> IntensitySource | None:
    """Open the source that the configuration names; ``None`` where nobody is to be asked.

    Raises:
        UsageError: there is neither a source nor a file of that name.
        MeasureError: the service needs a key.
    """
    name = config.plan.source
    if name is None or name in _NOBODY:
        return None
    beside = os.path.join(config.root, name)
    return open_source(rim, beside if not os.path.exists(name) and os.path.exists(beside) else name)


def _access(rim: Rim, name: str) -> Any:
    from vatio.account import Access
    from vatio.ledger import places

    environ = rim.environ
    return Access(
        key=environ.get(_KEYS.get(name, "")) or _from_keyring(name),
        cache=os.path.join(places(environ).state, "intensity"),
        base_url=environ.get(f"VATIO_{name.upper().replace('-', '_')}_URL"),
        patience_s=rim.config().plan.patience_s,
        told=rim.note,
    )


def _from_keyring(name: str) -> str | None:
    """Ask the desktop's keyring, where that library is installed: `keyring set vatio electricity-maps`."""
    if name not in _KEYS:
        return None
    try:
        found: str | None = import_module("keyring").get_password("vatio", name)
    except ImportError:
        return None
    return found
