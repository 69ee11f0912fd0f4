"""Kept runs are judged as the gate judges new ones, or refused with the difference named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from benchmarks.run._fake_counter import FakeDevice, build_run

from vatio.analysis import GateRule, judge_kept
from vatio.records import Environment, Processor, Quantity, RunRecord, from_json, to_json
from vatio.records import Verdict as Record

RULE = GateRule()
QUIET = (1.00, 1.01, 0.99, 1.005)


def run(watts: float, **more: object) -> RunRecord:
    part = FakeDevice([watts] * 20, idle_w=10.0, range_j=1e9).seen(0.0, 10.0, share=0.5)
    return build_run(f"run-{watts}", 0.0, 10.0, (part,), **more)


def group(watts: float, **more: object) -> list[RunRecord]:
    return [run(watts * share, **more) for share in QUIET]


def test_a_group_that_draws_more_fails_in_joules() -> None:
    verdict = judge_kept(group(100.0), group(120.0), rule=RULE).verdict
    assert verdict is not None
    assert (verdict.outcome, verdict.unit, verdict.pairs) == ("fail", "J", 4)
    assert verdict.energy_j.is_missing
    assert from_json(Record, to_json(verdict)) == verdict


def test_a_group_that_draws_the_same_passes() -> None:
    found = judge_kept(group(100.0), group(100.0)[::-1], rule=RULE)
    assert found.verdict is not None
    assert found.verdict.outcome == "pass"


def test_modelled_joules_give_way_to_cpu_seconds() -> None:
    energy_j = Quantity.around(100.0, 50.0, 200.0, provenance="modelled")
    old, new = (
        [run(100.0, energy_j=energy_j, workload_energy_j=energy_j, cpu_s=cpu_s * share) for share in QUIET]
        for cpu_s in (1.0, 2.0)
    )
    found = judge_kept(old, new, rule=RULE)
    assert found.verdict is not None
    assert (found.verdict.unit, found.verdict.outcome) == ("cpu_s", "fail")


def test_elapsed_time_alone_decides_nothing() -> None:
    blind = {"energy_j": Quantity.absent("cpu"), "workload_energy_j": Quantity.absent("cpu"), "cpu_s": None}
    found = judge_kept(group(100.0, **blind), group(120.0, **blind), rule=RULE)
    assert found.verdict is None
    assert "elapsed time decides nothing" in found.refused[0]


def test_costs_are_taken_for_a_unit_of_the_only_work_they_share() -> None:
    old = group(100.0, work={"sample": 100.0})
    new = group(200.0, work={"sample": 200.0, "epoch": 1.0})
    found = judge_kept(old, new, rule=RULE)
    assert found.verdict is not None
    assert (found.verdict.per, found.verdict.outcome) == ("sample", "pass")


PROCESSORS = [Environment(argv=(), cwd="", cpu=Processor(model=model)) for model in ("AMD EPYC 7742", "AMD EPYC 9654")]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ({"host": "a"}, {"host": "b"}, "other host: a; b"),
        ({"basis": "machine"}, {"basis": "workload"}, "other basis"),
        ({"environment": PROCESSORS[0]}, {"environment": PROCESSORS[1]}, "cpu.model AMD EPYC 7742; AMD EPYC 9654"),
    ],
)
def test_other_hardware_and_methods_are_refused_and_named(old: dict[str, object], new: dict[str, object], named: str) -> None:
    found = judge_kept(group(100.0, **old), group(100.0, **new), rule=RULE)
    assert found.verdict is None
    assert named in " ".join(found.refused)


def test_other_meters_are_refused_and_named() -> None:
    other = [replace(one, components=(replace(one.components[0], meter="cpu-model"),)) for one in group(100.0)]
    found = judge_kept(group(100.0), other, rule=RULE)
    assert found.verdict is None
    assert "cpu-model" in found.refused[0]


def repetitions(arm: str, watts: tuple[float, ...], *, mark: str = "") -> list[RunRecord]:
    return [
        run(each, within="comparison", tags={"arm": arm, "block": f"{mark}{at}", "position": "0"})
        for at, each in enumerate(watts)
    ]


def test_repetitions_of_one_comparison_are_judged_in_pairs() -> None:
    """A drift that both arms share is in no pair."""
    drift = tuple(100.0 * 1.1**at for at in range(8))
    old, new = repetitions("old", drift), repetitions("new", tuple(1.03 * each for each in drift))
    paired = judge_kept(old, new[::-1], rule=RULE).verdict
    apart = judge_kept(
        [replace(one, within=None) for one in old], [replace(one, within=None) for one in new], rule=RULE
    ).verdict
    assert paired is not None
    assert apart is not None
    assert (paired.outcome, paired.test, paired.pairs) == ("fail", "sign-flip", 8)
    assert apart.outcome == "inconclusive"


def test_warm_ups_and_runs_that_failed_do_not_count() -> None:
    old, new = repetitions("old", (100.0,) * 6), repetitions("new", (100.0,) * 6)
    warm = repetitions("new", (900.0,), mark="w")
    failed = [replace(new[0], status="failed", energy_j=Quantity.exact(1e9))]
    found = judge_kept(old, [*warm, *new, *failed], rule=RULE)
    assert found.verdict is not None
    assert found.verdict.outcome == "pass"


def test_two_runs_alone_have_no_verdict_and_no_complaint() -> None:
    found = judge_kept([run(100.0)], [run(200.0, host="b")], rule=RULE)
    assert (found.verdict, found.refused) == (None, ())


def test_one_run_is_held_against_many() -> None:
    found = judge_kept(group(100.0), [run(150.0)], rule=RULE)
    assert found.verdict is not None
    assert (found.verdict.outcome, found.verdict.candidate) == ("fail", "run:run-150.0")
