"""Derive from a record what a reader asks first: which devices were counted, mean power, the useful part, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vatio.records import PROVENANCES, Quantity, counted, scaled, total

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import Component, Emissions, RunRecord

KINDS = ("cpu", "dram", "gpu", "platform", "other")


def added(components: Sequence[Component]) -> tuple[Component, ...]:
    """Put the components that add up to the run's energy, and those that should have, into the order of showing."""
    found = counted(components)
    lost = (component for component in components if component not in found and _was_lost(component))
    return tuple(sorted((*found, *lost), key=_order))


def shown_only(components: Sequence[Component]) -> tuple[Component, ...]:
    """Choose the components that are shown and never added."""
    found = added(components)
    return tuple(sorted((component for component in components if component not in found), key=_order))


def by_kind(components: Sequence[Component]) -> dict[str, tuple[Component, ...]]:
    """Group the counted components by what they are: cpu, dram, gpu, ..."""
    found = added(components)
    kinds = dict.fromkeys(component.component for component in found)
    return {kind: tuple(component for component in found if component.component == kind) for kind in kinds}


def kind_of(component: str) -> str:
    """Name the kind that a component is shown as: one of ``KINDS``."""
    return component if component in KINDS else "other"


def meters(components: Iterable[Component]) -> str:
    """Name the meters that read these components, each once."""
    return ", ".join(dict.fromkeys(component.meter for component in components if component.meter))


def lacking(record: RunRecord) -> tuple[str, ...]:
    """Name the parts of the energy that are missing and have no component of their own to say so."""
    named = {name for component in record.components for name in (component.component, component.device)}
    return tuple(name for name in record.energy_j.missing if name not in named)


def why(quantity: Quantity) -> str:
    """Say why a number is missing, as its source does; empty when nobody said."""
    return quantity.source or ""


def ratio(part: Quantity, whole: Quantity) -> Quantity:
    """Divide a part by the whole that it was taken from, end by end, within 0 to 1.

    The ends belong together: a part is the whole less something else, so the least of one comes with the least of the
    other (1 - idle / energy grows with the energy).
    """
    ends = ((part.value, whole.value), (part.low, whole.low), (part.high, whole.high))
    known = [min(1.0, max(0.0, upper / lower)) for upper, lower in ends if upper is not None and lower]
    if part.value is None or not whole.value or not known:
        return Quantity.absent(*part.missing, *whole.missing, source=(part if part.is_missing else whole).source)
    value = known[0]
    return Quantity(
        value=value,
        low=min(known),
        high=max(known) if part.high is not None and whole.high is not None else None,
        provenance=max(part.provenance, whole.provenance, key=PROVENANCES.index),
        missing=tuple(sorted({*part.missing, *whole.missing})),
    )


def useful_ratio(record: RunRecord) -> Quantity:
    """Give the useful fraction: joules above idle over all joules of the counted devices."""
    return ratio(record.above_idle_j, record.energy_j)


def workload_ratio(record: RunRecord) -> Quantity:
    """Give the workload's share of all joules of the counted devices."""
    return ratio(record.workload_energy_j, record.energy_j)


def mean_power_w(energy_j: Quantity, duration_s: float) -> Quantity:
    """Give the mean power over a time; a run of no length has none."""
    if duration_s <= 0.0:
        return Quantity.absent(*energy_j.missing, source="the run has no length")
    return scaled(energy_j, 1.0 / duration_s)


def idle_power_w(record: RunRecord) -> Quantity:
    """Give the power that the counted devices would have drawn idle."""
    return mean_power_w(total(component.idle_j for component in added(record.components)), record.duration_s)


def whole_g(emissions: Emissions) -> Quantity:
    """Give operational and embodied grams together, or the operational ones alone where the others are not known."""
    return emissions.operational if emissions.embodied.is_missing else emissions.total


def head_of(record: RunRecord, head: str | None) -> str | None:
    """Give the ledger's head that proves a record: as it is now, else as it was when the run was last written."""
    return head or (record.entries[-1].hash if record.entries else None)


def _was_lost(component: Component) -> bool:
    return component.energy_j.is_missing and component.part_of is None and component.component != "platform"


def _order(component: Component) -> tuple[int, str, str]:
    place = KINDS.index(kind_of(component.component))
    return place, component.host, component.device
