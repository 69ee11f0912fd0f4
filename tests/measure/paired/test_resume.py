"""A comparison that was killed or stopped half-way goes on: nothing is repeated, nothing is lost."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.measure.paired._workloads import python, steady

from vatio.errors import LedgerUnavailable, MeasureError, UsageError
from vatio.ledger import Ledger
from vatio.measure import Arm, PairedCosts, PairedMeasurement
from vatio.records import RunRecord

Measure = Callable[..., PairedMeasurement]
Open = Callable[[], Ledger]
# Each repetition leaves a letter when it ends, and takes long enough to be killed in.
WORK = "import time; time.sleep({0}); open('done', 'a').write('{1}')"
COMPARE = """
import os
from vatio.config import load_config
from vatio.measure import Arm, PairedDesign, PairedOptions, measure_paired
arms = [Arm(name=name, command=({python!r}, "-S", "-E", "-c", script)) for name, script in {scripts!r}]
measure_paired(
    arms, config=load_config(environ=os.environ), options=PairedOptions(environ=dict(os.environ)),
    design=PairedDesign(pairs=4, warm_up=1, pin=False),
)
"""


def arms(sleep_s: float = 0.1) -> tuple[Arm, Arm]:
    return tuple(Arm(name=name, command=python(WORK.format(sleep_s, name))) for name in ("a", "b"))  # type: ignore[return-value]


def started(project: Path, sleep_s: float = 0.1) -> "subprocess.Popen[str]":
    scripts = [(name, WORK.format(sleep_s, name)) for name in ("a", "b")]
    script = COMPARE.format(python=sys.executable, scripts=scripts)
    return subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)


def wait_for(project: Path, letters: int) -> None:
    end_s = time.monotonic() + 20.0
    while time.monotonic() < end_s:
        if (project / "done").exists() and len((project / "done").read_text()) >= letters:
            return
        time.sleep(0.01)
    raise AssertionError("the comparison did not begin")


def comparison(ledger: Open) -> RunRecord:
    with ledger() as kept:
        return next(run for run in kept.runs(0) if "paired" in run.tags)


def turns(found: PairedMeasurement) -> list[tuple[str, bool, int]]:
    return sorted((each.arm, each.warm_up, each.block) for each in found.repetitions)


ALL = sorted((arm, warm, block) for arm in "ab" for warm, blocks in ((True, 1), (False, 4)) for block in range(blocks))


@pytest.mark.slow
def test_a_comparison_that_was_killed_goes_on(measure: Measure, ledger: Open, project: Path) -> None:
    process = started(project)
    wait_for(project, 4)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(0.3)  # the workload that was running goes on to its end
    killed = comparison(ledger)
    with ledger() as kept:
        whole = sum(run.status == "finished" for run in kept.runs(0, within=killed.id))

    found = measure(*arms(), pairs=4, resume=killed.id)

    assert killed.status == "interrupted"
    assert turns(found) == ALL
    assert len(found.pairs("a", "b")) == 4
    assert found.earlier == (killed.id,)
    assert found.record is not None
    assert found.record.parents == (killed.id,)
    with ledger() as kept:
        assert len([run for run in kept.runs(0, within=found.run or "") if run.status == "finished"]) == 10 - whole
        assert found.energy_j.value is not None
        parts = (kept.run(killed.id), found.record)
        assert found.energy_j.value == pytest.approx(sum(part.energy_j.value or 0.0 for part in parts))
        assert not kept.verify(rebuild=True).findings
    assert found.duration_s > found.record.duration_s


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_comparison_that_was_stopped_is_sealed_and_goes_on(
    measure: Measure, ledger: Open, project: Path, number: signal.Signals
) -> None:
    process = started(project, 0.15)
    wait_for(project, 3)
    time.sleep(0.05)
    process.send_signal(number)
    told = process.communicate(timeout=20)[1]

    assert process.returncode == -number, told
    stopped = comparison(ledger)
    assert (stopped.status, stopped.signal, stopped.sealed) == ("failed", number, True)
    with ledger() as kept:
        assert all(run.sealed for run in kept.runs(0))
        assert not any(run.exit_code == 0 and "stopped" in str(run.notes) for run in kept.runs(0))
    found = measure(*arms(0.15), pairs=4, resume=stopped.id)
    assert turns(found) == ALL
    assert not found.failed


def test_a_comparison_may_be_gone_on_with_twice_and_for_more_pairs(measure: Measure, project: Path) -> None:
    def enough(costs: PairedCosts) -> bool:
        return len(costs.blocks) == 1

    first = measure(*arms(0.0), pairs=4, stop=enough)
    second = measure(*arms(0.0), pairs=2, resume=first.run)
    third = measure(*arms(0.0), pairs=3, resume=second.run)

    assert (first.ended_by, second.ended_by, third.ended_by) == ("stop", "pairs", "pairs")
    assert len((project / "done").read_text()) == 2 + 2 * 3
    assert third.earlier == (second.run, first.run)
    assert third.repetitions[:6] == second.repetitions
    assert [each.run for each in third.repetitions[:4]] == [each.run for each in first.repetitions]


def test_a_whole_comparison_is_read_and_not_repeated(measure: Measure, project: Path) -> None:
    first = measure(*arms(0.0), pairs=2)
    before = (project / "done").read_text()
    again = measure(*arms(0.0), pairs=2, resume=first.run)

    assert (project / "done").read_text() == before
    assert again.pairs("a", "b") == first.pairs("a", "b")
    assert (again.unit, again.basis) == (first.unit, first.basis)


@pytest.mark.slow
def test_what_is_compared_stays_what_the_first_block_has_chosen(measure: Measure, project: Path) -> None:
    # From its third time on it takes long enough for the workload's share of the joules.
    slower = python("open('n', 'a').write('x'); import os, time; time.sleep(2.1 if os.path.getsize('n') > 4 else 0.01)")
    both = tuple(Arm(name=name, command=slower) for name in ("a", "b"))
    first = measure(*both, pairs=1, open_meters=steady)
    again = measure(*both, pairs=2, open_meters=steady, resume=first.run)
    whole = measure(*both, pairs=2, open_meters=steady, resume=again.run)

    assert first.basis == again.basis == whole.basis
    assert whole.pairs("a", "b") == again.pairs("a", "b")


def test_another_comparison_is_refused_and_the_difference_named(measure: Measure) -> None:
    first = measure(*arms(0.0), pairs=1)
    one, other = arms(0.0)

    with pytest.raises(UsageError, match=r"design\.seed was 0, and is 1"):
        measure(*arms(0.0), pairs=1, seed=1, resume=first.run)
    with pytest.raises(UsageError, match=r"arms\[1\]\.command"):
        measure(one, Arm(name="b", command=("true",)), pairs=1, resume=first.run)
    with pytest.raises(UsageError, match=r"arms\[0\]\.name"):
        measure(other, one, pairs=1, resume=first.run)


def test_a_comparison_that_still_goes_on_is_left_alone(measure: Measure, ledger: Open, project: Path) -> None:
    process = started(project, 0.3)
    wait_for(project, 1)
    with pytest.raises(MeasureError, match="still goes on"):
        measure(*arms(0.3), pairs=4, resume=comparison(ledger).id)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)


def test_without_a_ledger_nothing_can_be_gone_on_with(measure: Measure, project: Path) -> None:
    (project / "vatio.toml").write_text(f'[ledger]\npath = "{project}/file/ledger.sqlite"\n')
    (project / "file").write_text("in the way")

    with pytest.raises(LedgerUnavailable):
        measure(*arms(), resume="@1")
