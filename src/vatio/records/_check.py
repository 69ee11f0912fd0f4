"""What a check found: of a ledger (``Finding``), of a machine (``Check``)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Name one thing that a check found. ``severity``: error (exit 1) or warning."""

    severity: str
    where: str
    what: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Hold one line of ``vatio doctor``: ``state`` is ok, warning, missing or denied; ``fix`` the exact line that mends it.

    ``error_ratio`` is the expected relative error of what was checked (0.05 = 5 %), where it has one.
    """

    room: str
    name: str
    state: str
    found: str
    fix: str = ""
    error_ratio: float | None = None
