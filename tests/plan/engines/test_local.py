"""Runs that wait on this host: real processes, real signals, real clocks."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

from .conftest import Project, until

FAR = (100.0, 160.0)
MARK = ("sh", "-c", "date +%s.%N >> begun")


@pytest.mark.slow
def test_it_starts_in_its_clean_slot_and_is_held_against_its_plan(project: Project) -> None:
    now_s = project.curve((4.0, 30.0))
    done = project(*project.order("sh", "-c", "date +%s.%N >> begun; exit 7", options=("--record", "run.json", "--tag", "a=b")))
    (begun_s,) = map(float, project.lines("begun"))
    assert done.returncode == 7
    assert 3.9 <= begun_s - now_s <= 9.0
    assert "90.0 % saved" in done.stderr
    assert "90 % renewable" in done.stderr
    run = json.loads((project.folder / "run.json").read_text())
    (plan,) = project.plans()
    assert (run["id"], run["tags"], plan["state"]) == (plan["id"], {"a": "b"}, "failed")
    assert run["plan"] in {entry["hash"] for entry in run["entries"] if entry["kind"] == "plan"}
    assert run["intensity_g_per_kwh"]["value"] == 50.0
    assert plan["plan"]["outcome"]["saved_ratio"]["value"] == pytest.approx(0.9)
    assert not list((project.folder / ".vatio" / "plans").iterdir())
    assert project("ledger", "verify").returncode == 0
    assert "90.0 % saved" in project("runs", "show", "@1").stdout
    page = project("report", "@1", "--html", "-").stdout
    assert "Against its plan" in page
    assert "It emitted 90\u00a0% less than it would have at once." in page


def test_ctrl_c_while_it_waits_is_130_and_nothing_ran(project: Project) -> None:
    project.curve(FAR)
    process = project.waits(*project.order(*MARK))
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    (plan,) = project.plans()
    assert (plan["state"], plan["why"]) == ("cancelled", "Ctrl-C while it waited")
    assert project.lines("begun") == []
    assert project("runs", "list", "--json").stdout.count('"id"') == 0


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_waiter_that_is_ended_leaves_a_plan_to_take_up(project: Project, number: int) -> None:
    project.curve(FAR)
    process = project.waits(*project.order(*MARK))
    process.send_signal(number)
    assert process.wait(10) == -number
    (plan,) = project.plans()
    assert (plan["state"], plan["take_up"]) == ("stale", f"vatio run --plan {plan['id']}")
    assert f"vatio run --plan {plan['id'][-8:]}" in project("plan", "list").stdout
    project.curve((0.0, 60.0))
    # Taken up later it is planned anew, on the curve of now.
    taken = project("run", "--plan", plan["id"][-8:])
    assert (taken.returncode, len(project.lines("begun")), project.states()) == (0, 1, ["finished"]), taken.stderr


@pytest.mark.slow
def test_a_plan_is_carried_out_once(project: Project) -> None:
    project.curve(FAR)
    project.waits(*project.order(*MARK)).kill()
    (plan,) = project.plans()
    project.curve((3.0, 60.0))
    takers = [project.start("run", "--plan", plan["id"]) for _ in range(3)]
    said = [taker.communicate(timeout=30)[1] for taker in takers]
    assert sorted(taker.returncode for taker in takers) == [0, 125, 125], said
    assert len(project.lines("begun")) == 1
    again = project("run", "--plan", plan["id"])
    assert again.returncode == 125


@pytest.mark.slow
def test_cancel_ends_the_waiter_soon(project: Project) -> None:
    project.curve(FAR)
    process = project.waits(*project.order(*MARK))
    (plan,) = project.plans()
    begin_s = time.monotonic()
    assert project("plan", "cancel", plan["id"][-6:]).returncode == 0
    assert process.wait(10) == 125
    assert time.monotonic() - begin_s < 4.0
    assert project.states() == ["cancelled"]
    assert project("plan", "cancel", plan["id"]).returncode == 2


@pytest.mark.slow
def test_a_run_that_goes_on_is_not_taken_back(project: Project) -> None:
    project.curve((0.0, 100.0))
    process = project.start(*project.order("sh", "-c", "date >> begun; sleep 3"))
    until(lambda: bool(project.lines("begun")))
    (plan,) = project.plans()
    done = project("plan", "cancel", plan["id"])
    assert (done.returncode, plan["state"]) == (2, "running")
    assert process.wait(10) == 0


@pytest.mark.slow
def test_a_detached_run_outlives_its_terminal(project: Project) -> None:
    project.curve((3.0, 60.0))
    secret = "hunter2"
    words = project.order("sh", "-c", 'echo "$0" >> begun', f"--password={secret}", options=("--detach",))
    done = project(*words)
    assert done.returncode == 0
    plan = done.stdout.strip()
    assert project.states() == ["waiting"]
    until(lambda: project.states() == ["finished"])
    assert project.lines("begun") == [f"--password={secret}"]
    log = project.folder / ".vatio" / "plans" / f"{plan}.log"
    assert "saved" in log.read_text()
    assert f"`vatio plan cancel {plan[-8:]}` takes it back" in log.read_text()
    assert "Ctrl-C" not in log.read_text()
    assert log.stat().st_mode & 0o077 == 0
    assert secret.encode() not in (project.folder / ".vatio" / "ledger.sqlite").read_bytes()


@pytest.mark.parametrize("more", [(), ("--curve", "DE=nowhere.csv"), ("--history", "past.csv"), ("--source", "joy")])
def test_a_file_or_source_that_is_named_and_not_there_is_bad_use(project: Project, more: tuple[str, ...]) -> None:
    words = ("run", "--when", "green", "--duration", "1s", "--slack", "200s", *(more or ("--curve", "curve.csv")))
    done = project(*words, "--", *MARK)
    assert (done.returncode, project.lines("begun"), project.plans()) == (125, [], [])
    assert "hint: " in done.stderr


def test_a_named_file_that_is_no_text_is_bad_use(project: Project) -> None:
    (project.folder / "curve.csv").write_bytes(b"start,g_per_kwh\n2026-01-01T00:00Z,\xff\n")
    done = project(*project.order(*MARK))
    assert (done.returncode, project.lines("begun")) == (125, [])
    assert "curve.csv: line 2 is not text in UTF-8" in done.stderr


def test_a_missing_forecast_is_run_now_and_said(project: Project) -> None:
    (project.folder / "vatio.toml").write_text('[plan]\ncurves = ["curve.csv"]\n')
    done = project("run", "--when", "green", "--duration", "1s", "--slack", "200s", "--power-w", "50", "--", *MARK)
    assert (done.returncode, len(project.lines("begun"))) == (0, 1)
    (plan,) = project.plans()
    assert any("no forecast" in note for note in plan["plan"]["notes"])
    assert "vatio: no forecast" in done.stderr
    assert "what the grid emitted meanwhile is not known" in done.stderr


@pytest.mark.slow
def test_a_curve_that_is_gone_while_it_waits_is_run_now(project: Project) -> None:
    project.curve(FAR)
    process = project.waits(*project.order(*MARK))
    (project.folder / "curve.csv").unlink()
    assert process.wait(20) == 0
    assert len(project.lines("begun")) == 1


@pytest.mark.slow
def test_a_forecast_that_is_renewed_moves_the_begin(project: Project) -> None:
    project.curve(FAR)
    process = project.waits(*project.order(*MARK))
    project.curve((6.0, 60.0))
    assert process.wait(30) == 0
    assert "now begins" in (process.stderr.read() if process.stderr else "")
    assert project.states() == ["finished"]


@pytest.mark.slow
def test_a_forecast_that_only_trembles_moves_nothing(project: Project) -> None:
    now_s = project.curve((20.0, 60.0))
    process = project.waits(*project.order("true"))
    (before,) = project.plans()
    text = (project.folder / "curve.csv").read_text().replace(",50.0,", ",50.2,")
    (project.folder / "curve.csv").write_text(text)
    time.sleep(6.0)
    (after,) = project.plans()
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    assert before["plan"]["start"] == after["plan"]["start"]
    assert now_s > 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--deadline", "2020-01-01T00:00Z"), "is past"),
        (("--deadline", "2020-01-01T00:00Z", "--slack", "1h"), "give one of them"),
        (("--duration", "2h", "--from", "tomorrow 08:00", "--deadline", "tomorrow 09:00"), "the job takes 2 h"),
        (("--pause-signal", "USR1", "--duration", "1s", "--slack", "9s"), "go together"),
        (("--pause-signal", "KILL", "--resume-signal", "CONT", "--duration", "1s", "--slack", "9s"), "no signal"),
        (("--engine", "oracle"), "none of local, slurm"),
        (("--slurm", "--partition=x"), "belongs to --engine slurm"),
        ((), "how long the job runs is not known"),
    ],
)
def test_what_cannot_be_planned_is_refused(project: Project, more: tuple[str, ...], said: str) -> None:
    duration = () if "--duration" in more or not more else ("--duration", "1h")
    done = project("run", "--when", "green", *duration, *more, "--", *MARK)
    assert done.returncode == 125
    assert said in done.stderr
    assert project.lines("begun") == []


def test_options_of_waiting_without_when_are_refused(project: Project) -> None:
    done = project("run", "--deadline", "tomorrow 08:00", "--", *MARK)
    assert (done.returncode, project.lines("begun")) == (125, [])
    assert "--when" in done.stderr


def test_when_now_is_a_plain_run(project: Project) -> None:
    assert project("run", "--when", "now", "--", *MARK).returncode == 0
    assert (len(project.lines("begun")), project.plans()) == (1, [])


@pytest.mark.slow
def test_an_order_is_for_its_user_alone(project: Project) -> None:
    project.curve(FAR)
    process = project.waits(*project.order("true", "--token=abcdef123456"))
    (folder,) = (project.folder / ".vatio" / "plans").iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "order.json").stat().st_mode & 0o077 == 0
    assert "abcdef123456" in (folder / "order.json").read_text()
    assert "abcdef123456" not in project("plan", "list", "--json").stdout
    process.kill()
    process.wait()


@pytest.mark.slow
def test_an_order_whose_folder_is_gone_is_refused(project: Project) -> None:
    project.curve(FAR)
    project.waits(*project.order("true")).kill()
    (plan,) = project.plans()
    (folder,) = (project.folder / ".vatio" / "plans").iterdir()
    for garbage in ("{", "[]", "", '{"schema": "vatio.order/9"}'):
        (folder / "order.json").write_text(garbage)
        assert project("run", "--plan", plan["id"]).returncode == 125
        assert project("plan", "list").returncode == 0


@pytest.mark.slow
def test_where_the_project_cannot_be_written_it_waits_all_the_same(project: Project) -> None:
    project.curve(FAR)
    (project.folder / ".vatio").rmdir()
    (project.folder / ".vatio").write_text("in the way")
    process = project.waits(*project.order("true"))
    (plan,) = project.plans()
    assert project("plan", "cancel", plan["id"]).returncode == 0
    assert process.wait(10) == 125


@pytest.mark.terminal
@pytest.mark.slow
def test_a_terminal_shows_what_it_waits_for(project: Project) -> None:
    import os
    import pty

    project.curve((3.0, 60.0))
    ours, theirs = pty.openpty()
    words = (sys.executable, "-m", "vatio", *project.order("sh", "-c", "test -t 0 && echo at the terminal"))
    process = subprocess.Popen(
        words, cwd=project.folder, env={**project.environ, "TERM": "xterm"}, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            more = os.read(ours, 4096)
        except OSError:
            break
        shown += more
    os.close(ours)
    assert process.wait(20) == 0
    assert b"50 g/kWh in place of 500" in shown
    assert b"at the terminal" in shown
