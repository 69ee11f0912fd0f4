"""The other commands, as a user meets them: real processes, a project folder and a home of their own."""

import json
import os
import pty
import sqlite3
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import VATIO, Shell


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A project with three runs: one, two (with a phase of its own), three (failed)."""
    shell = Shell(tmp_path_factory.mktemp("used"))
    for name, command in (("one", "sleep 0.1"), ("two", "sleep 0.2"), ("three", "exit 3")):
        shell("run", "-q", "--name", name, "--project", "p", "--zone", "ES", "--", "sh", "-c", command)
    return shell


def test_a_list_for_people_leaves_out_what_lies_within_another_run(shell):
    code = "import vatio\nwith vatio.track(name='trial'): pass"
    assert shell("run", "-q", "--name", "search", "--", sys.executable, "-c", code).returncode == 0
    whole = shell("runs", "list").stdout
    assert "search" in whole
    assert "trial" not in whole
    assert "trial" in shell("runs", "list", "--all").stdout
    inner = shell("runs", "list", "--within", "search").stdout
    assert "trial" in inner
    assert "search" not in inner
    assert {run["name"] for run in json.loads(shell("runs", "list", "--json").stdout)["runs"]} == {"search", "trial"}


def test_init_writes_a_file_that_is_read_and_asks_for_the_zone(shell: Shell) -> None:
    done = shell("init")
    text = (shell.folder / "vatio.toml").read_text()

    assert done.returncode == 0
    assert tomllib.loads(text)["project"]["name"] == "project"
    assert "# zone = " in text
    assert "never looks up where you are" in text
    assert "# Found here: " in text
    assert shell("config", "-q").returncode == 0


def test_init_replaces_nothing_unless_forced(shell: Shell) -> None:
    (shell.folder / "vatio.toml").write_text("# mine, and broken [")
    done = shell("init")
    assert (done.returncode, done.stderr) == (2, "vatio: vatio.toml is there already\nhint: --force replaces it\n")
    assert (shell.folder / "vatio.toml").read_text() == "# mine, and broken ["

    assert shell("init", "--force").returncode == 0
    assert "[site]" in (shell.folder / "vatio.toml").read_text()


def test_init_writes_where_it_is_told_or_says_why_not(shell: Shell) -> None:
    assert shell("init", "--config", "other.toml", "--ledger", "runs.sqlite").returncode == 0
    assert tomllib.loads((shell.folder / "other.toml").read_text())["ledger"]["path"] == "runs.sqlite"
    assert shell("init", "--config", "absent/other.toml").returncode == 2


def test_config_shows_each_origin(shell: Shell) -> None:
    (shell.folder / "vatio.toml").write_text("[site]\nzone = 'ES'\n")
    done = shell("config", "--show-origin", VATIO_SITE_PUE="1.3")

    assert 'zone = "ES"  # vatio.toml:2' in done.stdout
    assert "pue = 1.3  # variable VATIO_SITE_PUE" in done.stdout
    assert "interval_s = 1.0  # default" in done.stdout
    shown = json.loads(shell("config", "--json").stdout)
    assert (shown["schema"], shown["site"]["zone"], shown["origins"]["site.zone"]) == ("vatio.config/1", "ES", "vatio.toml:2")


def test_config_says_that_pyproject_is_not_read_and_quiet_does_not(shell: Shell) -> None:
    (shell.folder / "vatio.toml").write_text("")
    (shell.folder / "pyproject.toml").write_text("[tool.vatio.site]\nzone = 'FR'\n")

    assert "pyproject.toml is not read" in shell("config").stderr
    assert shell("config", "-q").stderr == ""


def test_doctor_says_what_is_found_and_how_to_mend_the_rest(shell: Shell) -> None:
    done = shell("doctor")
    checks = json.loads(shell("doctor", "--json").stdout)

    assert done.returncode in (0, 1)
    assert [line for line in done.stdout.splitlines() if not line.startswith(" ")] == ["measure", "ledger", "catalog"]
    assert checks["schema"] == "vatio.doctor/1"
    assert {"measure", "ledger"} <= {check["room"] for check in checks["checks"]}
    assert all(check["state"] in ("ok", "warning", "missing", "denied") for check in checks["checks"])
    assert not (shell.folder / ".vatio").exists(), "doctor only looks"


@pytest.mark.slow
def test_a_baseline_is_kept_and_taken_from_the_next_run_on(shell: Shell) -> None:
    done = shell("doctor", "--baseline", "3s", "--json")
    idle_w = json.loads(done.stdout)["idle_w"]
    assert set(idle_w) >= {"cpu"} or any(device.startswith("package") for device in idle_w)

    shell("run", "-q", "--record", "r.json", "--", "sleep", "0.2")
    record = json.loads((shell.folder / "r.json").read_text())
    counted = [part for part in record["components"] if part["device"] in idle_w]
    assert counted
    assert all("baseline" in (part["idle_j"].get("source") or "") for part in counted)


def test_a_baseline_that_is_too_short_is_3(shell: Shell) -> None:
    assert shell("doctor", "--baseline", "1s").returncode == 3
    assert shell("doctor", "--baseline", "soon").returncode == 2


def test_runs_are_listed_as_a_table_and_filtered(used: Shell) -> None:
    lines = used("runs", "list").stdout.splitlines()
    assert lines[0].split() == ["run", "name", "project", "status", "started", "lasted", "energy", "workload", "CO2e"]
    assert [line.split()[1] for line in lines[1:]] == ["three", "two", "one"]

    assert len(used("runs", "list", "--stage", "other").stdout.splitlines()) == 4
    assert len(used("runs", "list", "--name", "one").stdout.splitlines()) == 2
    assert json.loads(used("runs", "list", "--project", "other", "--json").stdout)["runs"] == []


def test_without_a_ledger_there_are_no_runs(shell: Shell) -> None:
    done = shell("runs", "list")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no such runs" in done.stderr
    assert json.loads(shell("runs", "list", "--json").stdout) == {"schema": "vatio.runs/1", "runs": []}
    assert shell("runs", "show", "@1").returncode == 2
    assert shell("ledger", "verify").returncode == 2
    assert not (shell.folder / ".vatio").exists()


def test_a_run_is_shown_with_its_id_and_command(used: Shell) -> None:
    done = used("runs", "show", "two")
    record = json.loads(used("runs", "show", "two", "--json").stdout)

    assert record["name"] == "two"
    assert f"run        {record['id']}" in done.stdout
    assert "command    sh -c sleep 0.2" in done.stdout
    assert "project    p, other" in done.stdout


def test_two_runs_are_compared(used: Shell) -> None:
    done = used("runs", "compare", "one", "two")
    found = json.loads(used("runs", "compare", "one", "two", "--json").stdout)

    assert done.stdout.splitlines()[0].split() == ["figure", "first", "second", "change"]
    assert found["schema"] == "vatio.comparison/1"
    assert {row["name"] for row in found["rows"]} >= {"energy", "duration"}
    assert used("runs", "compare", "one", "nothing").returncode == 2


def test_a_run_is_followed_from_another_terminal(shell: Shell) -> None:
    process = subprocess.Popen(
        [*VATIO, "run", "-q", "--name", "long", "--interval", "200ms", "--", "sleep", "2"], cwd=shell.folder, env=shell.environ
    )
    try:
        for _ in range(50):
            if shell("runs", "show", "long").returncode == 0:
                break
            time.sleep(0.05)
        done = shell("runs", "show", "long", "--watch", "--json")
    finally:
        process.wait(timeout=30)
    states = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 0, done.stderr
    assert len(states) >= 3
    assert [state["status"] for state in states[:-1]] == ["running"] * (len(states) - 1)
    assert states[-1]["status"] == "finished"
    assert states[0]["duration_s"] < states[-1]["duration_s"]


def test_a_report_is_written_in_each_form(used: Shell) -> None:
    done = used("report", "one", "two", "--html", "r.html", "--md", "r.md")
    assert (done.returncode, done.stdout) == (0, "")
    assert (used.folder / "r.html").read_text().startswith("<!doctype html>")
    assert (used.folder / "r.md").read_text().startswith("# ")
    assert not list(used.folder.glob("*.part"))

    assert used("report", "one").stdout.startswith("# ")
    assert used("report", "one", "--md").stdout.startswith("# ")
    assert used("report", "one", "--html", "-").stdout.startswith("<!doctype html>")
    assert json.loads(used("report", "one", "--json").stdout)["runs"][0]["name"] == "one"
    assert used("report", "one", "--html", "absent/r.html").returncode == 2
    assert used("report").returncode == 2
    assert 'lang="es"' in used("report", "one", "--html", "-", "--language", "es").stdout


def test_the_ledger_is_verified_signed_and_pruned(shell: Shell) -> None:
    shell("run", "-q", "--", "true")
    public = shell("ledger", "keygen").stdout.strip()
    assert len(bytes.fromhex(public)) == 32
    assert shell("ledger", "keygen").returncode == 2

    shell("run", "-q", "--", "true")
    found = json.loads(shell("ledger", "verify", "--key", public, "--rebuild", "--json").stdout)
    assert (found["schema"], found["holds"], found["is_signed"], found["findings"]) == ("vatio.verification/1", True, True, [])
    assert shell("ledger", "verify", "--head", found["head"]).returncode == 0
    assert shell("ledger", "verify", "--head", "0" * 64).returncode == 1
    assert shell("ledger", "verify", "--head", "xyz").returncode == 2

    pruned = json.loads(shell("ledger", "prune", "--older-than", "0s", "--json").stdout)
    assert pruned["schema"] == "vatio.pruning/1"
    assert len(pruned["runs"]) == 2
    assert shell("ledger", "verify").returncode == 0
    assert shell("ledger", "prune", "--older-than", "a while").returncode == 2
    assert shell("ledger", "prune", "--older-than", "9999999999999d").returncode == 2


def test_a_private_key_is_nobody_elses(shell: Shell) -> None:
    shell("ledger", "keygen")
    key = Path(shell.environ["XDG_CONFIG_HOME"]) / "vatio" / "key"

    assert key.stat().st_mode & 0o777 == 0o600


def test_another_ledger_is_used_where_one_is_named(shell: Shell) -> None:
    shell("run", "-q", "--ledger", "other.sqlite", "--", "true")

    assert (shell.folder / "other.sqlite").exists()
    assert len(json.loads(shell("runs", "list", "--ledger", "other.sqlite", "--json").stdout)["runs"]) == 1
    assert json.loads(shell("runs", "list", "--json").stdout)["runs"] == []


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + b"\0" * 100])
def test_a_file_that_is_no_ledger_is_said(shell: Shell, content: bytes) -> None:
    (shell.folder / "other.sqlite").write_bytes(content)
    for words in (["runs", "list"], ["runs", "show", "@1"], ["ledger", "verify"], ["report", "@1"]):
        done = shell(*words, "--ledger", "other.sqlite")
        assert done.returncode in (0, 1, 2, 3), words
        assert "Traceback" not in done.stderr
        assert "internal error" not in done.stderr
    assert shell("doctor", "--ledger", "other.sqlite").returncode in (0, 1)


def in_a_terminal(shell: Shell, *words: str, **environ: str) -> str:
    """Run vatio on a pseudo-terminal of 100 columns and give all that it showed."""
    parent, child = pty.openpty()
    settings = {**shell.environ, "COLUMNS": "100", "TERM": "xterm-256color", **environ}
    with subprocess.Popen([*VATIO, *words], cwd=shell.folder, env=settings, stdin=child, stdout=child, stderr=child) as process:
        os.close(child)
        shown = b""
        while True:
            try:
                piece = os.read(parent, 4096)
            except OSError:  # Linux ends a terminal with EIO
                break
            if not piece:
                break
            shown += piece
        process.wait(timeout=30)
    os.close(parent)
    return shown.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
@pytest.mark.terminal
def test_colour_is_for_terminals_that_want_it(used: Shell) -> None:
    assert "\x1b[1m" in in_a_terminal(used, "runs", "list")
    for plain in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b" not in in_a_terminal(used, "runs", "list", **plain)
    assert "\x1b" not in used("runs", "list").stdout
    assert "\x1b" in used("runs", "list", FORCE_COLOR="1").stdout


@pytest.mark.terminal
def test_a_live_line_is_wiped_on_a_terminal(shell: Shell) -> None:
    shown = in_a_terminal(shell, "run", "--live", "--interval", "100ms", "--", "sleep", "0.4")
    assert "\r\x1b[K" in shown
    assert shown.index("\r\x1b[K") < shown.index("energy")


@pytest.mark.terminal
def test_a_name_is_not_markup_nor_a_command_to_the_terminal(shell: Shell) -> None:
    shell("run", "-q", "--name", "[red]x[/red]", "--", "true")
    assert "[red]x[/red]" in in_a_terminal(shell, "runs", "list")


def interrupted_words(found: Any) -> list[str]:
    return [run["name"] for run in found["runs"] if run["status"] == "interrupted"]


def test_reading_seals_a_run_whose_vatio_was_killed(shell: Shell) -> None:
    process = subprocess.Popen([*VATIO, "run", "--name", "lost", "--", "sleep", "5"], cwd=shell.folder, env=shell.environ)
    for _ in range(100):
        if (shell.folder / ".vatio" / "ledger.sqlite").exists() and shell("runs", "show", "lost").returncode == 0:
            break
        time.sleep(0.05)
    process.kill()
    process.wait()

    assert interrupted_words(json.loads(shell("runs", "list", "--json").stdout)) == ["lost"]
    assert json.loads(shell("runs", "show", "lost", "--json").stdout)["sealed"] is True


def test_a_ledger_that_is_being_written_can_still_be_read(shell: Shell) -> None:
    shell("run", "-q", "--name", "kept", "--", "true")
    database = sqlite3.connect(shell.folder / ".vatio" / "ledger.sqlite", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    try:
        assert [run["name"] for run in json.loads(shell("runs", "list", "--json").stdout)["runs"]] == ["kept"]
        assert shell("ledger", "verify").returncode == 0
    finally:
        database.execute("ROLLBACK")
        database.close()
