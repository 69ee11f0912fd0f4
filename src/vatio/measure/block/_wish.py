"""What ``track`` is asked for: all that a decorator has to remember until its function is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config
    from vatio.ledger import Keeper, Ledger
    from vatio.measure._meter import Meter


class Wish(NamedTuple):
    """Hold what ``track`` was asked."""

    meters: tuple[Meter, ...] = ()
    name: str | None = None
    project: str | None = None
    stage: str | None = None
    tags: Mapping[str, str] = {}
    interval_s: float | None = None
    config: Config | None = None
    clock: Callable[[], float] | None = None
    ledger: Ledger | Keeper | bool | None = True
    within: str | None = None
    parents: tuple[str, ...] = ()
