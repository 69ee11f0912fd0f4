"""Share out what making the hardware emitted: M = TE x (time / lifetime) x (reserved / whole), as in ISO/IEC 21031."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from vatio.account._counted import counted
from vatio.catalog import embodied
from vatio.records import Factor, Quantity, product, scaled
from vatio.units import BYTES_PER_GIB, S_PER_YEAR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.catalog import EmbodiedRow
    from vatio.config import SiteConfig
    from vatio.records import Component, Ended, Environment, RunRecord

# GiB of memory where the snapshot does not tell: low, usual, high for each kind of machine.
_MEMORY_GIB = {"server": (32, 256, 1024), "arm": (8, 64, 512), "desktop": (8, 32, 128), "laptop": (8, 16, 64)}


class EmbodiedPart(NamedTuple):
    """Hold one device's share of its own making, in grams, and the factors that gave it."""

    device: str
    share_g: Quantity
    factors: tuple[Factor, ...]


def embodied_parts(
    record: RunRecord | Ended, *, basis: str, kind: str, site: SiteConfig | None, environment: Environment | None
) -> tuple[EmbodiedPart, ...]:
    """Give the share of each processor, the memory, each GPU and the rest of the machine."""
    components = counted(record.components)
    years = site.lifetime_years if site is not None else None
    reserved = getattr(record, "reserved_ratio", None)
    cpus = [part for part in components if part.component == "cpu"]
    shares = _Shares(basis=basis, reserved_ratio=reserved, components=components)
    granted = _granted(environment, packages=max(1, len(cpus)))
    packages = scaled(embodied("cpu", kind).embodied_g, granted * max(1, len(cpus)))
    whole = [
        ("cpu", packages, embodied("cpu", kind), shares.of("cpu")),
        ("dram", _memory_g(kind, environment), embodied("dram", kind), shares.of("dram")),
        ("rest", scaled(embodied("rest", kind).embodied_g, granted), embodied("rest", kind), shares.of("rest")),
        *_gpus(components, environment, shares),
    ]
    return tuple(
        _part(device, whole_g, row, share, duration_s=record.duration_s, lifetime_years=years)
        for device, whole_g, row, share in whole
    )


class _Shares:
    """Tell which share of a component is this run's."""

    def __init__(self, *, basis: str, reserved_ratio: float | None, components: Iterable[Component]) -> None:
        self._whole, self._reserved_ratio, self._components = basis == "machine", reserved_ratio, tuple(components)

    def of(self, component: str, device: str | None = None) -> float:
        """Give the reserved share, else that of the device's joules; the rest of a machine has no joules: that of all."""
        if self._whole:
            return 1.0
        if self._reserved_ratio is not None and component != "gpu":
            return min(1.0, max(0.0, self._reserved_ratio))
        mine = [part for part in self._components if part.component == component and device in (None, part.device)]
        own = _share_of_joules(mine)
        found = _share_of_joules(self._components) if own is None else own
        return 1.0 if found is None else found


def _share_of_joules(components: Iterable[Component]) -> float | None:
    known = [part for part in components if part.workload_j is not None and part.workload_j.value is not None]
    whole_j = sum(part.energy_j.value or 0.0 for part in known)
    if whole_j <= 0.0:
        return None
    share_j = sum(part.workload_j.value or 0.0 for part in known if part.workload_j is not None)
    return min(1.0, max(0.0, share_j / whole_j))


def _granted(environment: Environment | None, *, packages: int) -> float:
    """Give the share of the machine's threads that a virtual machine sees; 1 where the table does not tell."""
    if environment is None or environment.cpu is None or not environment.cpu.cores:
        return 1.0
    from vatio.catalog import processor  # here: a snapshot may not be taken

    threads = processor(environment.cpu.model).threads
    return min(1.0, environment.cpu.cores / (threads * packages)) if threads else 1.0


def _memory_g(kind: str, environment: Environment | None) -> Quantity:
    per_gib = embodied("dram", kind).embodied_g
    if environment is not None and environment.memory_bytes:
        return scaled(per_gib, environment.memory_bytes / BYTES_PER_GIB)
    low, usual, high = _MEMORY_GIB[kind]
    return product(per_gib, Quantity.around(usual, low, high, provenance="default", source=f"memory of a {kind}"))


def _gpus(
    components: Iterable[Component], environment: Environment | None, shares: _Shares
) -> list[tuple[str, Quantity, EmbodiedRow, float]]:
    devices = [part.device for part in components if part.component == "gpu"]
    if not devices:
        return []
    from vatio.catalog import accelerator  # here: most runs have no GPU

    models = [gpu.model for gpu in environment.gpus] if environment is not None else []
    found = []
    for at, device in enumerate(devices):
        row = accelerator(models[at] if at < len(models) else "")
        kind = "hbm" if row.kind == "hbm" else "gddr"
        found.append((device, row.embodied_g, embodied("gpu", kind), shares.of("gpu", device)))
    return found


def _part(
    device: str, whole_g: Quantity, row: EmbodiedRow, share: float, *, duration_s: float, lifetime_years: float | None
) -> EmbodiedPart:
    years = row.lifetime_years
    if lifetime_years is not None:
        years = Quantity.exact(lifetime_years, provenance="modelled", source="site configuration")
    used = scaled(_inverse(years), max(0.0, duration_s) / S_PER_YEAR)
    factors = (
        Factor(name=f"embodied {device}", value=whole_g, unit="g", source=row.source, year=row.year),
        Factor(name=f"lifetime {device}", value=years, unit="years", source=years.source or "", year=row.year),
        Factor(
            name=f"share {device}",
            value=Quantity.exact(share, provenance="modelled", source="share of the device that is this run's"),
            unit="ratio",
            source="this run",
        ),
    )
    return EmbodiedPart(device=device, share_g=scaled(product(whole_g, used), share), factors=factors)


def _inverse(years: Quantity) -> Quantity:
    value, low, high = (float(end or 0.0) for end in (years.value, years.low, years.high))
    return Quantity.around(1.0 / value, 1.0 / high, 1.0 / low, provenance=years.provenance, source=years.source)
