"""Build run records whose joules are known: a fake device whose counter any number of runs read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from vatio.records import Component, Emissions, Host, Overhead, Quantity, RunRecord

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def absent() -> Quantity:
    return Quantity.absent("none")


def build_run(
    name: str,
    start_s: float,
    end_s: float,
    components: tuple[Component, ...],
    *,
    boot: str = "boot-1",
    host: str = "host-1",
    basis: str = "workload",
    grams: float | None = None,
    **more: Any,
) -> RunRecord:
    workload = [
        part.workload_j.value for part in components if part.workload_j is not None and part.workload_j.value is not None
    ]
    workload_j = Quantity.exact(sum(workload)) if workload else absent()
    energy_j = Quantity.exact(sum(part.energy_j.value or 0.0 for part in components))
    operational = absent() if grams is None else Quantity.exact(grams)
    fields: dict[str, Any] = dict(  # noqa: C408
        id=name, name=name, project="p", series="s", job=None, command=("python",), status="finished", sealed=True,
        exit_code=0, signal=None, started_at=NOON + timedelta(seconds=start_s), ended_at=NOON + timedelta(seconds=end_s),
        duration_s=end_s - start_s, paused_s=0.0, interval_s=1.0, start_monotonic_s=start_s, gaps=(), stage="other", tags={},
        within=None, parents=(), plan=None, hosts=(Host(host=host, boot=boot, ranks=(0,), energy_j=energy_j, cpu_s=None),),
        energy_j=energy_j, workload_energy_j=workload_j, cpu_s=end_s - start_s, basis=basis, above_idle_j=absent(),
        complete=True, components=components,
        emissions_g=Emissions(operational=operational, operational_market=absent(), embodied=absent(), total=operational),
        intensity_g_per_kwh=None, renewable_ratio=absent(), pue=absent(), water_l=absent(), cost_eur=absent(), footprints=(),
        work={}, flop=absent(), metrics={}, phases=(), utilisation={}, peak_memory_bytes=None, peak_gpu_memory_bytes=None,
        bytes_read=None, bytes_written=None, bytes_sent=None, bytes_received=None,
        overhead=Overhead(cpu_s=0.0, energy_j=absent()), environment=None, entries=(),
    )  # fmt: skip
    return RunRecord(**{**fields, **more})


class FakeDevice:
    """Draw a known power (watts for each whole second), counted in a register that wraps."""

    def __init__(
        self, watts: list[float], *, idle_w: float, range_j: float, start_j: float = 0.0, device: str = "package-0"
    ) -> None:
        self.watts, self.idle_w, self.range_j, self.start_j, self.device = watts, idle_w, range_j, start_j, device

    def true_j(self, start_s: float, end_s: float) -> float:
        return sum(watts * max(0.0, min(end_s, at + 1) - max(start_s, at)) for at, watts in enumerate(self.watts) if at < end_s)

    def seen(self, start_s: float, end_s: float, *, share: float = 0.0, component: str = "cpu") -> Component:
        """Give the component of a run over that time that used ``share`` of the device's active joules."""
        energy_j = self.true_j(start_s, end_s)
        idle_j = min(energy_j, self.idle_w * (end_s - start_s))
        raw_j = (self.start_j + self.true_j(0.0, start_s)) % self.range_j
        workload_j = share * (energy_j - idle_j) + (0.0 if component == "gpu" else idle_j)
        return Component(
            component=component, device=self.device, host="host-1", meter="fake", energy_j=Quantity.exact(energy_j),
            idle_j=Quantity.exact(idle_j), workload_j=Quantity.exact(workload_j), counter_j=(raw_j, raw_j + energy_j),
            counter_range_j=self.range_j,
        )  # fmt: skip
