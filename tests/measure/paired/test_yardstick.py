from dataclasses import replace

import pytest

from vatio.measure import Repetition
from vatio.measure.paired._yardstick import choose, counted, priced
from vatio.records import Component, Quantity, RunRecord
from vatio.testing import a_record


def part(kind: str, energy_j: float, *, share_j: float | None = None, provenance: str = "measured") -> Component:
    return Component(
        component=kind,
        device=f"{kind}-0",
        host="h",
        meter="replay",
        energy_j=Quantity.exact(energy_j, provenance=provenance),
        idle_j=Quantity.exact(1.0),
        workload_j=None if share_j is None else Quantity.exact(share_j),
    )


def run(*parts: Component, duration_s: float = 60.0, cpu_s: float = 5.0) -> RunRecord:
    return replace(a_record(duration_s=duration_s), components=parts, cpu_s=cpu_s)


def cost(record: RunRecord, *others: RunRecord, work_unit: str | None = None) -> Repetition:
    made = Repetition(arm="a", block=0, position=0, run="1", cost=None, ok=True, record=record)
    return priced(made, choose([record, *others]), work_unit=work_unit)


def test_the_workloads_share_is_compared_where_it_is_known() -> None:
    assert cost(run(part("cpu", 100.0, share_j=60.0), part("dram", 10.0, share_j=5.0))).cost == 65.0


def test_of_a_short_run_the_machines_joules_are_compared() -> None:
    assert cost(run(part("cpu", 100.0, share_j=60.0), duration_s=0.5)).cost == 100.0


def test_modelled_watts_are_no_measure() -> None:
    found = cost(run(part("cpu", 100.0, provenance="modelled"), cpu_s=7.0))
    assert found.cost == 7.0
    assert choose([run(part("cpu", 100.0, provenance="modelled"))]).unit == "cpu_s"


def test_a_gpu_alone_is_compared_where_every_arm_uses_it() -> None:
    used, idle = run(part("gpu", 90.0, share_j=80.0)), run(part("gpu", 90.0, share_j=0.0))

    assert cost(used, used).cost == 80.0
    assert "the joules of the CPU are left out" in choose([used]).note
    assert choose([used, idle]).unit == "cpu_s"


def test_a_gpu_that_is_idle_adds_what_is_its_workloads() -> None:
    assert cost(run(part("cpu", 100.0, share_j=60.0), part("gpu", 500.0, share_j=0.0), duration_s=0.5)).cost == 100.0


def test_parts_and_platforms_are_not_added_to_what_holds_them() -> None:
    inner = replace(part("cpu", 30.0), device="core", part_of="cpu-0")
    assert [each.device for each in counted(run(part("cpu", 100.0), inner, part("platform", 300.0)))] == ["cpu-0"]
    assert [each.device for each in counted(run(part("platform", 300.0)))] == ["platform-0"]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (run(), "no whole reading of cpu-0"),
        (run(part("cpu", 0.0)), "did not move"),
    ],
)
def test_a_repetition_without_a_reading_has_no_cost(record: RunRecord, said: str) -> None:
    made = Repetition(arm="a", block=0, position=0, run="1", cost=None, ok=True, record=record)
    found = priced(made, choose([run(part("cpu", 10.0))]), work_unit=None)

    assert (found.ok, found.cost) == (False, None)
    assert said in found.reason


def test_the_cost_is_for_one_unit_of_work() -> None:
    assert cost(run(part("cpu", 100.0)), work_unit="requests").cost == pytest.approx(0.1)


def test_no_cpu_time_is_no_cost() -> None:
    assert not cost(run(cpu_s=0.0)).ok
