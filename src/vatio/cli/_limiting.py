"""Limit the power of a run, and put back what an earlier one has left."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from vatio.cli._rim import Rim
from vatio.errors import UsageError
from vatio.units import parse_ratio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure import Controller

_SLOWDOWN_RATIO = 0.05


@contextmanager
def power_limited(rim: Rim, given: Mapping[str, Any]) -> Iterator[tuple[Controller, ...]]:
    """Set what `--power-limit` asks for, give the controller that holds it, and put everything back on the way out.

    Raises:
        UsageError: an option cannot mean anything.
        Refused: the limit cannot be set here.
    """
    asked = given.get("power_limit")
    slowdown_ratio = _slowdown_ratio(asked, given.get("max_slowdown"))
    power_limit_w = _watts(asked) if asked not in (None, "auto") else None
    from vatio.ledger import places

    folder = os.path.join(places(rim.environ).state, "limits")
    if asked is None and not os.path.isdir(folder):
        yield ()
        return
    from vatio.measure import AutoCap, PowerCap, open_limits, restore_limits, surroundings

    around = surroundings(rim.environ)
    for result in restore_limits(around, folder=folder):
        rim.note(
            f"{result.device}: a killed run had left a power limit; {result.why or f'put back to {result.power_limit_w:g} W'}"
        )
    if asked is None:
        yield ()
        return
    with open_limits(around, folder=folder) as session:
        if power_limit_w is None:
            yield (AutoCap(session, told=rim.note, slowdown_ratio=slowdown_ratio),)
        else:
            yield (PowerCap(session, power_limit_w, told=rim.note),)


def _watts(text: Any) -> float:
    bare = str(text).strip().removesuffix("W").removesuffix("w").strip()
    try:
        power_limit_w = float(bare)
    except ValueError:
        power_limit_w = 0.0
    if not 0.0 < power_limit_w < 1e6:
        raise UsageError(f"--power-limit {text!r} is no power", hint="--power-limit 200, or --power-limit auto")
    return power_limit_w


def _slowdown_ratio(asked: str | None, text: str | None) -> float:
    if text is None:
        return _SLOWDOWN_RATIO
    if asked != "auto":
        raise UsageError("--max-slowdown belongs to --power-limit auto", hint="a limit in watts slows as much as it slows")
    ratio = parse_ratio(text)
    if ratio < 0.0:
        raise UsageError(f"--max-slowdown {text!r} is negative", hint="--max-slowdown 5%")
    return ratio
