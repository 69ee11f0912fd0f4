"""What came of running a run again, ``vatio.replay/1``: how far both agree, where they part, and why (CONTRACT.md 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vatio.errors import InvalidRecord
from vatio.records._quantity import Quantity

TIERS = ("L0", "L1", "L2")
_OUTCOMES = ("reached", "diverged", "impossible")


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """Name one field in which original and replay differ, both of its values, and the likely reason.

    ``reason`` begins with one word that stays: seed metric code data library threads isa driver output ...
    """

    field: str
    original: Any
    replay: Any
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedEnergy:
    """Hold what both runs cost, in ``unit`` (J or cpu_s). ``equivalent`` is ``None`` where it cannot be said, ``why`` says why.

    ``margin_ratio`` is by how much they may differ and still be called equivalent.
    """

    original: Quantity
    replay: Quantity
    equivalent: bool | None
    unit: str = "J"
    margin_ratio: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Hold the verdict of a replay. ``tier`` is the best one reached: L0 bitwise, L1 numeric, L2 metric-equivalent.

    ``diverged`` has the first difference of the results first; ``differences`` are those of the surroundings, which need not
    matter; ``missing`` names what a replay lacked. ``attestation`` is the hash of the ledger entry that holds the statement,
    ``signed_by`` the id of its key (``None``: unsigned). ``compared`` says what was held against what, ``environment`` in
    which one the replay ran, ``replays`` are its further runs, one for each seed.
    """

    SCHEMA: ClassVar[str] = "vatio.replay/1"

    outcome: str
    tier: str | None
    required: str
    diverged: tuple[Divergence, ...]
    missing: tuple[str, ...]
    energy: ReplayedEnergy | None
    original: str
    replay: str | None
    attestation: str | None
    signed_by: str | None = None
    differences: tuple[Divergence, ...] = ()
    compared: tuple[str, ...] = ()
    environment: str = ""
    replays: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.outcome not in _OUTCOMES:
            raise InvalidRecord(f"the outcome of a replay is {self.outcome!r}", hint=f"one of {', '.join(_OUTCOMES)}")
        for tier in (self.required, *(() if self.tier is None else (self.tier,))):
            if tier not in TIERS:
                raise InvalidRecord(f"the tier of a replay is {tier!r}", hint=f"one of {', '.join(TIERS)}")
