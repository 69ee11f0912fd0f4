"""What a search for a cheaper model found, ``vatio.front/1``: what can be deployed, at what cost, how good (CONTRACT.md 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from vatio.errors import InvalidRecord
from vatio.records._quantity import Quantity
from vatio.records._verdict import Interval


def _unknown() -> Quantity:
    return Quantity.absent("energy")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPoint:
    """Hold one model that answers ``batch`` cases a call: what 1 000 answers cost, and how good they are.

    ``chain`` are the steps that made it, none for the model as it is. ``times`` says how many times cheaper than that it
    is, ``change`` by how much its quality differs, on the cases that certify; ``certified`` tells that no more than the
    allowed loss can have been lost. ``quality`` is by metric. ``artefact`` and ``recipe`` are paths below the folder of the
    front. ``latency_s`` has p50 and p99 of a call. ``payback_calls`` is after how many answers the search is repaid,
    ``None`` where never, or where there is nothing to repay. ``reason`` says why it is not certified.

    Raises:
        InvalidRecord: the batch or the size cannot be.
    """

    id: str
    chain: tuple[str, ...]
    batch: int
    cpu_s_per_1000: Quantity
    times: Interval
    quality: Mapping[str, Interval]
    energy_per_1000_j: Quantity = field(default_factory=_unknown)
    change: Interval | None = None
    certified: bool = False
    artefact: str | None = None
    recipe: str | None = None
    size_bytes: int | None = None
    latency_s: Mapping[str, float] = field(default_factory=dict)
    payback_calls: int | None = None
    reason: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.batch < 1 or (self.size_bytes or 0) < 0 or (self.payback_calls or 0) < 0:
            raise InvalidRecord(
                f"point {self.id!r} has batch {self.batch}, {self.size_bytes} bytes, {self.payback_calls} calls"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Name a chain that is on no front, and why: not applicable, dearer, beaten, stopped.

    Where it was measured, ``batch``, its costs and its ``quality`` on the selecting cases are known.
    """

    chain: tuple[str, ...]
    reason: str
    status: str = ""
    batch: int | None = None
    cpu_s_per_1000: Quantity = field(default_factory=lambda: Quantity.absent("cpu_s"))
    energy_per_1000_j: Quantity = field(default_factory=_unknown)
    quality: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontSearch:
    """Hold what the search itself cost, failed trials included."""

    energy_j: Quantity
    cpu_s: float
    trials: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """Hold what a search has found, by batch size. ``baseline`` is the model as it is, once for each batch.

    ``chosen`` names by batch the point to deploy, which may be the baseline: it is the cheapest whose loss of ``metric`` was
    certified, at ``confidence``, to be ``max_loss`` at most. ``rejected`` are the chains that are not on the front, with
    the reason. ``run`` is the search's. ``calls_per_day`` for ``days`` is what the answers are declared to be.

    Raises:
        InvalidRecord: two points share an id, or what is chosen is neither a baseline nor certified for that batch.
    """

    SCHEMA: ClassVar[str] = "vatio.front/1"

    baseline: tuple[FrontPoint, ...]
    points: tuple[FrontPoint, ...]
    rejected: tuple[Rejected, ...] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)
    search: FrontSearch
    metric: str
    max_loss: float
    confidence: float
    run: str | None = None
    model: str = ""
    calls_per_day: float | None = None
    days: float | None = None
    notes: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = {point.id: point for point in (*self.baseline, *self.points)}
        if len(found) < len(self.baseline) + len(self.points):
            raise InvalidRecord("two points of a front share an id")
        kept = {point.id for point in self.baseline}
        for batch, name in self.chosen.items():
            point = found.get(name)
            if point is None or str(point.batch) != batch:
                raise InvalidRecord(f"the front has no point {name!r} for batch {batch}")
            if name not in kept and not point.certified:
                raise InvalidRecord(f"{name!r} was chosen and is not certified", hint="the baseline can always be kept")

    @property
    def batches(self) -> tuple[int, ...]:
        """List the batch sizes, smallest first."""
        return tuple(sorted({point.batch for point in (*self.baseline, *self.points)}))

    @property
    def unit(self) -> str:
        """Name what its points are compared in: J where a sensor counted them for all of them, else cpu_s.

        What is modelled from CPU time can only repeat what the CPU-seconds say.
        """
        counted = (point.energy_per_1000_j.provenance == "measured" for point in (*self.baseline, *self.points))
        return "J" if all(counted) else "cpu_s"

    def cost_of(self, point: FrontPoint | Rejected) -> Quantity:
        """Give what 1 000 answers of a point cost, in ``unit``."""
        return point.energy_per_1000_j if self.unit == "J" else point.cpu_s_per_1000

    def chosen_for(self, batch: int) -> FrontPoint | None:
        """Give the point to deploy for a batch size; ``None`` where the search came to none."""
        name = self.chosen.get(str(batch))
        return next((point for point in (*self.baseline, *self.points) if point.id == name), None)
