"""Runs that Slurm holds until they begin: a real slurmctld, slurmd and munged, on loopback."""

from __future__ import annotations

import json

import pytest
from benchmarks.plan._slurm import Cluster

from vatio.plan.engines import Filed, SlurmEngine

from .conftest import Project, until
from .test_orders import an_order

pytestmark = pytest.mark.slurm


@pytest.mark.slow
def test_a_run_is_held_by_slurm_and_joined_to_its_plan(project: Project, slurm: Cluster) -> None:
    project.environ["SLURM_CONF"] = slurm.environ["SLURM_CONF"]
    now_s = project.curve((4.0, 90.0))
    more = ("--engine", "slurm", "--slurm=--output=job.log", "--name", "night")
    done = project(*project.order("sh", "-c", "date +%s.%N >> begun", options=more))
    assert done.returncode == 0, done.stderr
    (plan,) = project.plans()
    assert (plan["id"], plan["state"], plan["engine"]) == (done.stdout.strip(), "waiting", "slurm")
    assert plan["ticket"].isdecimal()
    until(lambda: project.states() == ["finished"], 60.0)
    (begun_s,) = map(float, project.lines("begun"))
    assert begun_s - now_s > 3.9
    run = json.loads(project("runs", "show", plan["id"], "--json").stdout)
    assert (run["name"], run["job"] is not None) == ("night", True)
    assert run["plan"] in {entry["hash"] for entry in run["entries"] if entry["kind"] == "plan"}
    assert "saved" in (project.folder / "job.log").read_text()


@pytest.mark.slow
def test_what_is_taken_back_leaves_the_queue(project: Project, slurm: Cluster) -> None:
    project.environ["SLURM_CONF"] = slurm.environ["SLURM_CONF"]
    project.curve((100.0, 160.0))
    plan = project(*project.order("touch", "never", options=("--engine", "slurm"))).stdout.strip()
    (shown,) = project.plans()
    assert shown["ticket"] in slurm.asked("squeue", "--noheader", "--format=%i").stdout.split()
    assert project("plan", "cancel", plan).returncode == 0
    assert shown["ticket"] not in slurm.asked("squeue", "--noheader", "--format=%i").stdout.split()
    assert project.states() == ["cancelled"]


def test_what_slurm_refuses_is_refused(project: Project, slurm: Cluster) -> None:
    project.environ["SLURM_CONF"] = slurm.environ["SLURM_CONF"]
    project.curve((100.0, 160.0))
    done = project(*project.order("true", options=("--engine", "slurm", "--slurm=--partition=none")))
    assert done.returncode == 125
    assert "partition" in done.stderr
    assert project.states() == ["cancelled"]


def test_a_job_that_slurm_does_not_know_is_gone(slurm: Cluster, tmp_path) -> None:
    filed = Filed(an_order(), str(tmp_path))
    filed.ticketed("99999")
    assert SlurmEngine(environ=slurm.environ).standing(filed) == "gone"
