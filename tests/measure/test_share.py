"""Joules are shared by CPU time and by reservation, and nobody gets more than there were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.ledger.summary._share import workload_of
from vatio.measure._share import Attribution, shared_channels
from vatio.records import Channel, Quantity

PACKAGE = Channel(name="package-0", unit="j", component="cpu", device="package-0", meter="rapl")
GPU = Channel(name="gpu-0", unit="j", component="gpu", device="gpu-0", meter="nvml")
Course = list[tuple[float, float, float, float]]
steps = st.lists(
    st.tuples(st.floats(0.05, 5.0), st.floats(0.0, 500.0), st.floats(0.0, 1.0), st.floats(0.0, 8.0)), min_size=1, max_size=20
)


def drive(course: Course, idle_w: float) -> tuple[list[float], float, float]:
    """Drive an attribution; give the sums so far, the joules drawn, and the seconds."""
    shares = Attribution([PACKAGE], idle_w={"package-0": idle_w})
    t_s = energy_j = tree_s = busy_s = 0.0
    sums = [shares.add(0.0, [0.0], cpu=(0.0, 0.0))[0] or 0.0]
    for at, (duration_s, power_w, ratio, load) in enumerate(course):
        t_s, energy_j, busy_s = t_s + duration_s, energy_j + power_w * duration_s, busy_s + load * duration_s
        tree_s += ratio * load * duration_s
        last = at == len(course) - 1
        sums.append(shares.add(t_s, [energy_j], cpu=(tree_s, busy_s), flush=last)[0] or 0.0)
    return sums, energy_j, t_s


@given(steps, st.floats(0.0, 100.0))
def test_a_share_never_falls_and_never_passes_the_device(course: Course, idle_w: float) -> None:
    sums, energy_j, _ = drive(course, idle_w)

    assert sums == sorted(sums)
    assert sums[-1] <= energy_j * (1 + 1e-9)


@given(steps)
def test_the_only_busy_process_has_all_active_joules(course: Course) -> None:
    alone = [(duration_s, power_w + 10.0, 1.0, load + 0.1) for duration_s, power_w, _, load in course]
    sums, energy_j, t_s = drive(alone, 10.0)

    assert sums[-1] == pytest.approx(energy_j - 10.0 * t_s, rel=1e-9, abs=1e-6)


@given(steps, st.floats(0.0, 1.0))
def test_two_that_share_a_machine_share_its_active_joules(course: Course, part: float) -> None:
    one = [(duration_s, power_w, part, load + 0.1) for duration_s, power_w, _, load in course]
    other = [(duration_s, power_w, 1.0 - part, load) for duration_s, power_w, _, load in one]
    both = [(duration_s, power_w, 1.0, load) for duration_s, power_w, _, load in one]

    together = drive(one, 5.0)[0][-1] + drive(other, 5.0)[0][-1]
    assert together == pytest.approx(drive(both, 5.0)[0][-1], rel=1e-6, abs=1e-6)


def test_without_idle_watts_a_cpu_is_not_shared_and_a_gpu_is() -> None:
    assert [channel.name for channel in shared_channels([PACKAGE, GPU], {})] == ["share:gpu-0"]


def test_a_gpu_belongs_to_the_run_from_its_first_use() -> None:
    shares = Attribution([GPU], idle_w={})
    shares.use_of_gpus({"gpu-0": 0.0})
    assert shares.add(0.0, [0.0], cpu=None) == [0.0]
    assert shares.add(1.0, [100.0], cpu=None) == [0.0]
    shares.use_of_gpus({"gpu-0": 1.0})
    assert shares.add(2.0, [200.0], cpu=None) == [100.0]
    shares.use_of_gpus({"gpu-0": 0.0})
    assert shares.add(3.0, [300.0], cpu=None) == [200.0]


def test_a_reserved_gpu_belongs_to_the_run_from_the_start() -> None:
    shares = Attribution([GPU], idle_w={}, gpus_reserved=True)
    shares.use_of_gpus({"gpu-0": 0.25})
    shares.add(0.0, [0.0], cpu=None)
    assert shares.add(1.0, [100.0], cpu=None) == [100.0]


def test_a_shared_gpu_goes_by_each_processes_share() -> None:
    shares = Attribution([GPU], idle_w={})
    shares.use_of_gpus({"gpu-0": 0.25})
    shares.add(0.0, [0.0], cpu=None)
    assert shares.add(1.0, [100.0], cpu=None) == [25.0]


joules = st.floats(1.0, 1e6)


@given(joules, st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 0.2))
def test_the_workloads_part_lies_in_its_interval_and_in_the_device(
    energy_j: float, idle: float, share: float, reserved: float, error: float
) -> None:
    drawn = Quantity.around(energy_j, energy_j * (1 - error), energy_j * (1 + error), provenance="measured")
    standing_j = idle * energy_j
    standing = Quantity.around(standing_j, standing_j * 0.5, standing_j * 2.0, provenance="modelled")
    part = workload_of(PACKAGE, drawn, standing, share * (energy_j - standing_j), reserved)

    assert part.value is not None
    assert part.high is not None
    assert 0.0 <= part.value <= energy_j * (1 + 1e-9)
    assert part.high <= energy_j * (1 + error) * (1 + 1e-9)
    assert part.provenance == "modelled"


def test_idle_that_nobody_reserved_is_claimed_whole() -> None:
    part = workload_of(PACKAGE, Quantity.exact(100.0), Quantity.exact(20.0), 40.0, None)

    assert part.value == 60.0


def test_a_model_covers_only_what_was_granted() -> None:
    modelled = Channel(name="cpu", unit="j", component="cpu", device="cpu", provenance="modelled")
    part = workload_of(modelled, Quantity.exact(100.0), Quantity.exact(20.0), 40.0, 0.25)

    assert part.value == 60.0
