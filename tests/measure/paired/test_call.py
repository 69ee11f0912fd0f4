"""Calls as arms: in this process, and in forks of it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.measure.paired._workloads import steady

import vatio
from vatio.ledger import Ledger
from vatio.measure import Arm, PairedMeasurement

Measure = Callable[..., PairedMeasurement]
Open = Callable[[], Ledger]


def small() -> None:
    sum(i * i for i in range(200_000))


def large() -> None:
    sum(i * i for i in range(600_000))


def idle() -> None:
    pass


def two(baseline: Callable[[], object], candidate: Callable[[], object], *, isolated: bool = False) -> tuple[Arm, Arm]:
    return (
        Arm(name="baseline", call=baseline, isolated=isolated),
        Arm(name="candidate", call=candidate, isolated=isolated),
    )


@pytest.mark.slow
@pytest.mark.parametrize("isolated", [False, True])
def test_calls_are_compared_as_commands_are(measure: Measure, ledger: Open, isolated: bool) -> None:
    found = measure(*two(small, large, isolated=isolated), pairs=5)

    # Three times the work, and the same costs around it, which weigh more on a busy machine.
    assert all(1.2 < ratio < 5.0 for ratio in found.pairs("baseline", "candidate")), found.pairs("baseline", "candidate")
    with ledger() as kept:
        assert {run.within for run in kept.runs(0) if run.id != found.run} == {found.run}
        assert not kept.verify(rebuild=True).findings


@pytest.mark.slow
@pytest.mark.parametrize("isolated", [False, True])
def test_what_a_call_says_of_itself_belongs_to_its_repetition(measure: Measure, isolated: bool) -> None:
    def telling() -> None:
        vatio.work(samples=4)
        vatio.log_metric("accuracy", 0.5)
        small()

    found = measure(*two(telling, telling, isolated=isolated), pairs=2, work_unit="samples")

    assert not found.failed
    assert [(each.work, each.metrics) for each in found.repetitions] == [({"samples": 4.0}, {"accuracy": 0.5})] * 6
    assert found.record is not None
    assert found.record.work == {}


@pytest.mark.slow
@pytest.mark.parametrize("isolated", [False, True])
def test_a_call_that_raises_has_failed(measure: Measure, isolated: bool) -> None:
    def broken() -> None:
        raise ValueError("no such layer")

    found = measure(*two(small, broken, isolated=isolated), pairs=3)

    assert list(found.failed) == ["candidate"]
    assert "ValueError: no such layer" in found.failed["candidate"]
    (only,) = [each for each in found.repetitions if each.arm == "candidate"]
    assert "Traceback" in only.stderr_tail
    assert not only.ok


@pytest.mark.slow
@pytest.mark.parametrize("isolated", [False, True])
def test_a_call_that_exits_has_failed_by_its_code(measure: Measure, isolated: bool) -> None:
    found = measure(*two(small, lambda: sys.exit(3), isolated=isolated), pairs=3)

    assert "exit code 3" in found.failed["candidate"]


def test_an_isolated_call_changes_nothing_here(measure: Measure, project: Path) -> None:
    def careless() -> None:
        os.environ["CHANGED"] = "yes"
        os.chdir("/")
        Path(str(project), "seen").write_text(os.environ["MORE"])

    arms = [Arm(name=name, call=careless, isolated=True, environ={"MORE": "1"}) for name in ("a", "b")]
    found = measure(*arms, pairs=1)

    assert not found.failed
    assert (project / "seen").read_text() == "1"
    assert "CHANGED" not in os.environ
    assert os.getcwd() == str(project)


def test_an_isolated_call_may_die(measure: Measure) -> None:
    found = measure(*two(small, lambda: os.kill(os.getpid(), 9), isolated=True), pairs=2)

    assert "signal 9" in found.failed["candidate"]


@pytest.mark.slow
def test_calls_and_commands_may_be_compared(measure: Measure) -> None:
    found = measure(Arm(name="a", call=small), Arm(name="b", command=("true",)), pairs=2)

    assert len(found.pairs("a", "b")) == 2


@pytest.mark.slow
def test_a_call_is_pinned_and_let_go(measure: Measure) -> None:
    before, seen = os.sched_getaffinity(0), list[int]()

    def looking() -> None:
        seen.append(len(os.sched_getaffinity(0)))
        small()  # next to nothing may read as no CPU time at all

    found = measure(*two(looking, small), pairs=2, pin=(max(before),))

    assert not found.failed
    assert seen == [1, 1, 1]
    assert os.sched_getaffinity(0) == before


@pytest.mark.slow
def test_calls_are_compared_by_joules_where_a_counter_can_be_read(measure: Measure) -> None:
    found = measure(*two(small, large), pairs=2, open_meters=steady)

    assert found.unit == "J"
    assert len(found.pairs("baseline", "candidate")) == 2


@pytest.mark.slow
def test_a_call_that_is_interrupted_ends_the_comparison(measure: Measure, ledger: Open) -> None:
    def interrupted() -> None:
        os.kill(os.getpid(), 2)
        small()

    with pytest.raises(KeyboardInterrupt):
        measure(*two(small, interrupted), pairs=3)
    with ledger() as kept:
        runs = kept.runs(0)
    assert [run.signal for run in runs if "paired" in run.tags] == [2]
    assert all(run.sealed for run in runs)
