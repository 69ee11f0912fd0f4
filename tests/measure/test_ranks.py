"""Processes of one job that track without a wrapper measure their host once, whoever of them dies."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vatio.ledger import open_ledger
from vatio.measure.block._elect import Election
from vatio.records import RunRecord

RANK = Path(__file__).with_name("rank.py")
POWER_W = 100.0

pytestmark = pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="ranks meet in /dev/shm")


def start(folder: Path, rank: int, ranks: int, seconds: float, *, work_s: float = 0.05, **more: str) -> subprocess.Popen[str]:
    job = {"TORCHELASTIC_RUN_ID": f"test-{folder.name}-{os.getpid()}", "RANK": str(rank), "LOCAL_RANK": str(rank)}
    environ = {**os.environ, **job, "WORLD_SIZE": str(ranks), "VATIO_RECORD_ENVIRONMENT": "off", **more}
    command = [sys.executable, str(RANK), str(seconds), str(work_s)]
    return subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.PIPE, text=True)


def runs(folder: Path) -> tuple[RunRecord, ...]:
    with open_ledger(str(folder / ".vatio" / "ledger.sqlite")) as ledger:
        return ledger.runs(0)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "vatio.toml").write_text("")
    return tmp_path


def first_line(rank: subprocess.Popen[str]) -> list[str]:
    assert rank.stdout is not None
    return rank.stdout.readline().split()


@pytest.mark.slow
@pytest.mark.parametrize("ranks", [4, 8])
def test_one_run_of_all_ranks_has_the_hosts_joules_once(project: Path, ranks: int) -> None:
    started = [start(project, rank, ranks, 1.5) for rank in range(ranks)]
    told = [json.loads(rank.communicate(timeout=60)[0].splitlines()[-1]) for rank in started]

    (run,) = runs(project)

    assert {each["id"] for each in told} == {run.id}
    assert run.energy_j.value == pytest.approx(POWER_W * run.duration_s, rel=1e-3)
    assert run.status == "finished"
    assert run.sealed
    assert run.hosts[0].ranks == tuple(range(ranks))
    assert run.work == {"samples": float(ranks)}
    assert sorted(phase.name for phase in run.phases) == sorted(f"rank {rank}" for rank in range(ranks))


@pytest.mark.slow
@pytest.mark.parametrize("range_j", ["1e9", "60.0"])
def test_when_the_measurer_is_killed_another_goes_on_and_no_joule_is_lost(project: Path, range_j: str) -> None:
    started = [start(project, rank, 4, 2.5, RANGE_J=range_j) for rank in range(4)]
    heads = [first_line(rank) for rank in started]
    measurer = next(rank for rank, head in zip(started, heads, strict=True) if head[2] == "True")
    time.sleep(0.7)
    measurer.kill()
    for rank in started:
        rank.communicate(timeout=60)

    (run,) = runs(project)

    assert {head[1] for head in heads} == {run.id}
    assert run.energy_j.value == pytest.approx(POWER_W * run.duration_s, rel=1e-3)
    assert run.duration_s > 2.2
    assert run.status == "failed"
    assert any("another one goes on" in gap.reason for gap in run.gaps)
    assert any("ended without leaving its block" in note for note in run.notes)


@pytest.mark.slow
def test_a_measurer_that_leaves_first_hands_its_run_over(project: Path) -> None:
    first = start(project, 0, 2, 0.5)
    head = first_line(first)
    second = start(project, 1, 2, 2.0)
    told = json.loads(first.communicate(timeout=60)[0].splitlines()[-1])
    second.communicate(timeout=60)

    (run,) = runs(project)

    assert head[2] == "True"
    assert (told["id"], told["status"], told["sealed"]) == (run.id, "running", False)
    assert run.duration_s > 1.9
    assert run.energy_j.value == pytest.approx(POWER_W * run.duration_s, rel=1e-3)
    assert run.status == "finished"


@pytest.mark.slow
def test_the_cpu_time_of_every_rank_is_the_runs(project: Path) -> None:
    started = [start(project, rank, 3, 1.5, work_s=0.4) for rank in range(3)]
    for rank in started:
        rank.communicate(timeout=60)

    (run,) = runs(project)

    assert run.cpu_s == pytest.approx(1.2, rel=0.25)


def test_when_all_ranks_are_killed_the_run_reads_interrupted_with_its_energy(project: Path) -> None:
    started = [start(project, rank, 2, 30.0) for rank in range(2)]
    for rank in started:
        first_line(rank)
    time.sleep(1.2)
    for rank in started:
        rank.kill()
        rank.communicate()

    (run,) = runs(project)

    assert (run.status, run.sealed) == ("interrupted", False)
    assert run.energy_j.value == pytest.approx(POWER_W * run.duration_s, rel=1e-3)
    assert run.duration_s > 0.8


def test_nothing_is_left_behind_in_memory(project: Path) -> None:
    before = set(os.listdir("/dev/shm"))
    for rank in [start(project, rank, 2, 0.3) for rank in range(2)]:
        rank.communicate(timeout=60)

    assert set(os.listdir("/dev/shm")) <= before


def test_a_folder_that_others_may_write_is_refused(tmp_path: Path) -> None:
    election = Election("job", shared=str(tmp_path))
    os.makedirs(election.folder)
    os.chmod(election.folder, 0o777)

    with pytest.raises(Exception, match="not ours alone"):
        election.enter()
