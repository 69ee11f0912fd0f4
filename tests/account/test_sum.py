"""A joule of one device in one boot counts once, however many runs claim it (CONTRACT.md 5)."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from benchmarks.run._fake_counter import FakeDevice, absent, build_run
from hypothesis import given, settings
from hypothesis import strategies as st

from vatio.account import Sum, sum_runs
from vatio.records import Component, Host, Quantity, RunRecord


def device(**more: float) -> FakeDevice:
    return FakeDevice([100.0] * 100, idle_w=40.0, range_j=more.pop("range_j", 700.0), **more)


def balance(found: Sum) -> float:
    runs, off, rest, host = (found.runs_j.value, found.overlap_j.value, found.unattributed_j.value, found.host_j.value)
    assert None not in (runs, off, rest, host)
    return (runs - off + rest) / host - 1.0


def test_one_run_alone_keeps_all_that_it_claims() -> None:
    part = device().seen(10.0, 20.0, share=0.5)
    found = sum_runs([build_run("a", 10.0, 20.0, (part,), grams=5.0)])
    assert found.energy_j.value == found.runs_j.value == 400.0 + 0.5 * 600.0
    assert (found.overlap_j.value, found.host_j.value, found.unattributed_j.value) == (0.0, 1000.0, 300.0)
    assert found.emissions_g.operational.value == 5.0
    assert found.kept_ratio == {"a": 1.0}


def test_idle_that_two_runs_claim_at_one_time_counts_once() -> None:
    fake = device()
    first = build_run("a", 0.0, 20.0, (fake.seen(0.0, 20.0, share=0.2),))
    second = build_run("b", 10.0, 30.0, (fake.seen(10.0, 30.0, share=0.3),))
    found = sum_runs([first, second])
    assert found.overlap_j.value == pytest.approx(40.0 * 10.0)
    assert found.host_j.value == pytest.approx(3000.0)
    assert found.energy_j.value == pytest.approx(30.0 * 40.0 + 20.0 * 60.0 * 0.2 + 20.0 * 60.0 * 0.3)


def test_idle_that_three_runs_claim_is_taken_off_twice() -> None:
    fake = device()
    found = sum_runs([build_run(name, 0.0, 10.0, (fake.seen(0.0, 10.0, share=0.1),)) for name in "abc"])
    assert found.overlap_j.value == pytest.approx(2 * 400.0)
    assert list(found.kept_ratio.values()) == pytest.approx([(400.0 / 3 + 60.0) / 460.0] * 3)


def test_reserved_idle_is_taken_off_only_where_the_reservations_pass_the_whole() -> None:
    fake = device()

    def reserving(name: str, ratio: float) -> RunRecord:
        part = fake.seen(0.0, 10.0)
        own = replace(part, workload_j=Quantity.exact(400.0 * ratio))
        return build_run(name, 0.0, 10.0, (own,), reserved_ratio=ratio)

    assert sum_runs([reserving("a", 0.5), reserving("b", 0.25)]).overlap_j.value == pytest.approx(0.0)
    assert sum_runs([reserving("a", 0.5), reserving("b", 0.75)]).overlap_j.value == pytest.approx(100.0)


def test_a_nested_run_adds_nothing_while_its_container_lasts() -> None:
    fake = device()
    outer = build_run("outer", 0.0, 30.0, (fake.seen(0.0, 30.0, share=0.5),), grams=9.0)
    inner = build_run("inner", 5.0, 15.0, (fake.seen(5.0, 15.0, share=0.5),), within="outer", grams=3.0)
    alone, both = sum_runs([outer]), sum_runs([outer, inner])
    assert both.energy_j == alone.energy_j
    assert both.emissions_g.operational.value == 9.0
    assert both.cpu_s == alone.cpu_s
    assert (both.nested, both.kept_ratio["inner"]) == (1, 0.0)


def test_a_nested_run_counts_for_the_time_after_its_container() -> None:
    fake = device()
    outer = build_run("outer", 0.0, 20.0, (fake.seen(0.0, 20.0, share=0.5),))
    inner = build_run("inner", 10.0, 30.0, (fake.seen(10.0, 30.0, share=0.5),), within="outer")
    found = sum_runs([outer, inner])
    assert found.energy_j.value == pytest.approx(30.0 * (40.0 + 30.0))
    assert found.host_j.value == pytest.approx(3000.0)
    assert found.cpu_s == pytest.approx(20.0 + 10.0)


def test_a_grandchild_is_covered_by_either_container() -> None:
    fake = device()
    outer = build_run("outer", 0.0, 40.0, (fake.seen(0.0, 40.0, share=0.5),))
    middle = build_run("middle", 5.0, 10.0, (fake.seen(5.0, 10.0, share=0.5),), within="outer")
    inner = build_run("inner", 20.0, 30.0, (fake.seen(20.0, 30.0, share=0.5),), within="middle")
    assert sum_runs([outer, middle, inner]).energy_j == sum_runs([outer]).energy_j


def test_runs_that_contain_one_another_do_not_loop() -> None:
    fake = device()
    first = build_run("a", 0.0, 10.0, (fake.seen(0.0, 10.0),), within="b")
    second = build_run("b", 20.0, 30.0, (fake.seen(20.0, 30.0),), within="a")
    assert sum_runs([first, second]).runs == 2


def test_runs_of_different_boots_add_even_when_one_is_within_the_other() -> None:
    fake = device()
    outer = build_run("outer", 0.0, 10.0, (fake.seen(0.0, 10.0, share=0.5),))
    other = build_run("other", 0.0, 10.0, (fake.seen(0.0, 10.0, share=0.5),), within="outer", boot="boot-2")
    found = sum_runs([outer, other])
    assert found.overlap_j.value == 0.0
    assert found.host_j.value == pytest.approx(2000.0)
    assert found.nested == 0


def test_two_runs_that_claim_a_whole_gpu_do_not_pass_its_counter() -> None:
    fake = device()
    runs = [build_run(name, 0.0, 10.0, (fake.seen(0.0, 10.0, share=1.0, component="gpu"),)) for name in "ab"]
    whole = [replace(run, components=(replace(run.components[0], workload_j=run.components[0].energy_j),)) for run in runs]
    found = sum_runs(whole)
    assert found.energy_j.value == pytest.approx(1000.0)
    assert found.unattributed_j.value == pytest.approx(0.0)


def test_without_counters_the_time_that_two_runs_share_counts_once() -> None:
    fake = device()
    runs = []
    for name, start_s, end_s in (("a", 0.0, 20.0), ("b", 10.0, 30.0)):
        part = replace(fake.seen(start_s, end_s, share=0.2), counter_j=None, counter_range_j=None)
        runs.append(build_run(name, start_s, end_s, (part,)))
    found = sum_runs(runs)
    assert found.host_j.value == pytest.approx(3000.0)
    assert abs(balance(found)) <= 1e-12


def test_counters_that_cannot_be_of_one_device_are_not_joined() -> None:
    fake = FakeDevice([100.0] * 60, idle_w=40.0, range_j=1e9)
    first = build_run("a", 0.0, 20.0, (fake.seen(0.0, 20.0),))
    stray = replace(fake.seen(10.0, 30.0), counter_j=(5e6, 5e6 + 2000.0))
    assert sum_runs([first, build_run("b", 10.0, 30.0, (stray,))]).host_j.value == pytest.approx(3000.0)


def test_what_is_not_known_of_a_run_is_missing_from_the_sum() -> None:
    part = Component(
        component="cpu",
        device="package-0",
        host="host-1",
        meter="none",
        energy_j=absent(),
        idle_j=absent(),
        workload_j=absent(),
    )
    known = build_run("a", 0.0, 10.0, (device().seen(0.0, 10.0),))
    found = sum_runs([known, build_run("b", 0.0, 10.0, (part,))])
    assert found.energy_j.missing == ("none",)
    assert found.energy_j.high is None
    assert found.energy_j.value == known.workload_energy_j.value


def test_an_imported_run_without_components_counts_as_itself() -> None:
    imported = build_run("a", 0.0, 10.0, (), energy_j=Quantity.exact(7.0), basis="machine", hosts=())
    found = sum_runs([imported, replace(imported, id="b")])
    assert found.energy_j.value == found.host_j.value == 14.0


def test_no_runs_come_to_nothing_known() -> None:
    assert sum_runs([]).energy_j.is_missing


def test_a_run_given_twice_counts_once() -> None:
    run = build_run("a", 0.0, 10.0, (device().seen(0.0, 10.0),))
    assert sum_runs([run, run]) == sum_runs([run])


def test_a_machine_basis_counts_the_device_once() -> None:
    fake = device()
    runs = [build_run(name, 0.0, 10.0, (fake.seen(0.0, 10.0),), basis="machine") for name in "ab"]
    found = sum_runs(runs)
    assert found.energy_j.value == pytest.approx(1000.0)
    assert found.unattributed_j.value == pytest.approx(0.0)


def test_every_host_of_a_job_is_counted_apart() -> None:
    here, there = device().seen(0.0, 10.0), replace(device().seen(0.0, 10.0), host="host-2")
    hosts = tuple(
        Host(host=name, boot=f"boot of {name}", ranks=(), energy_j=absent(), cpu_s=None) for name in ("host-1", "host-2")
    )
    found = sum_runs([build_run("job", 0.0, 10.0, (here, there), hosts=hosts)])
    assert found.host_j.value == pytest.approx(2000.0)


def test_a_chain_of_thousands_of_overlapping_runs_is_added_in_no_time() -> None:
    fake = FakeDevice([100.0] * 10, idle_w=40.0, range_j=1e12)
    part = fake.seen(0.0, 10.0, share=0.1)
    runs = []
    for at in range(2000):
        own = replace(part, counter_j=(500.0 * at, 500.0 * at + 1000.0))
        runs.append(build_run(f"run {at}", 5.0 * at, 5.0 * at + 10.0, (own,)))
    started_s = time.process_time()
    found = sum_runs(runs)
    assert time.process_time() - started_s < 1.0
    assert found.host_j.value == pytest.approx(500.0 * 2001)
    assert found.overlap_j.value == pytest.approx(1999 * 5 * 40.0)


spans = st.tuples(st.integers(0, 60), st.integers(1, 40)).map(lambda pair: (float(pair[0]), float(pair[0] + pair[1])))
crowds = st.lists(spans, min_size=1, max_size=7)


@settings(max_examples=150, deadline=None)
@given(crowds, st.integers(0, 2**32), st.floats(300.0, 5000.0))
def test_the_balance_holds_whatever_the_crowd_and_in_any_order(
    crowd: list[tuple[float, float]], seed: int, range_j: float
) -> None:
    rng = random.Random(seed)
    watts = [40.0 + rng.random() * 100.0 for _ in range(100)]
    fake = FakeDevice(watts, idle_w=40.0, range_j=range_j, start_j=rng.random() * range_j)
    runs = []
    for at, (start_s, end_s) in enumerate(crowd):
        within = f"run {rng.randrange(at)}" if at and rng.random() < 0.4 else None
        part = fake.seen(start_s, end_s, share=rng.random() / len(crowd))
        runs.append(build_run(f"run {at}", start_s, end_s, (part,), within=within, grams=1.0))
    found = sum_runs(runs)
    rng.shuffle(runs)
    assert sum_runs(runs) == found
    assert abs(balance(found)) <= 1e-9
    assert found.unattributed_j.value is not None
    assert found.unattributed_j.value >= -1e-9 * (found.host_j.value or 0.0)
    assert all(0.0 <= ratio <= 1.0 for ratio in found.kept_ratio.values())


@settings(max_examples=60, deadline=None)
@given(crowds)
def test_the_host_is_what_the_counter_says_over_the_time_that_runs_cover(crowd: list[tuple[float, float]]) -> None:
    fake = device(range_j=1e9)
    runs = [build_run(f"run {at}", *span, (fake.seen(*span),)) for at, span in enumerate(crowd)]
    cuts = sorted({edge for span in crowd for edge in span})
    covered = [(early, late) for early, late in pairwise(cuts) if any(a <= early and late <= b for a, b in crowd)]
    true_j = sum(fake.true_j(early, late) for early, late in covered)
    assert sum_runs(runs).host_j.value == pytest.approx(true_j, rel=1e-12)
