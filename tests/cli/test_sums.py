"""Totals, budgets and new accounts from the command line."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.cli.conftest import Shell

from vatio.cli._quick import LIST_OPTIONS, QUICK, SHOW_OPTIONS, parsed, quick_command
from vatio.ledger import Finished, Ledger
from vatio.testing import a_footprint, a_start, an_end, ledger_in

NOW = datetime.now(UTC)


def ledger_of(shell: Shell) -> Ledger:
    return ledger_in(str(shell.folder / ".vatio"))


@pytest.fixture
def used(shell: Shell) -> Shell:
    """Give a shell with four runs: two that overlap, one of another project, one of last year that failed."""
    with ledger_of(shell) as ledger:
        for name, start_s, project, ended_at, status in (
            ("one", 0.0, "project", NOW, "finished"),
            ("two", 5.0, "project", NOW, "interrupted"),
            ("three", 100.0, "other", NOW, "finished"),
            ("old", 200.0, "project", NOW - timedelta(days=400), "failed"),
        ):
            started = a_start(name, start_monotonic_s=start_s, project=project, tags={"team": name[0]}, started_at=ended_at)
            ended = an_end(30.0, duration_s=10.0, ended_at=ended_at, status=status, work={"requests": 4.0})
            ledger.take_finished([Finished(started, ended, a_footprint(started.id), None, {})])
    return shell


def asked(shell: Shell, *words: str) -> Any:
    done = shell(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_sum_counts_every_run_and_each_joule_once(used: Shell) -> None:
    found = asked(used, "runs", "sum")

    assert (found["schema"], found["by"], found["tz"]) == ("vatio.sums/1", "project", "UTC")
    assert [(group["group"], group["runs"]) for group in found["groups"]] == [("other", 1), ("project", 3)]
    total = found["total"]
    assert total["runs_j"]["value"] == 120.0
    assert total["overlap_j"]["value"] > 0.0
    assert total["runs_j"]["value"] - total["overlap_j"]["value"] == pytest.approx(total["energy_j"]["value"])
    assert sum(group["energy_j"]["value"] for group in found["groups"]) == pytest.approx(total["energy_j"]["value"])
    assert total["cost_eur"] == {"value": None, "low": None, "high": None, "provenance": "missing", "missing": ["price"]}


def test_every_command_shows_the_same_total(used: Shell) -> None:
    (used.folder / "vatio.toml").write_text("[budgets]\nproject_j = 1e6\n")
    runs = [run["id"] for run in asked(used, "runs", "list")["runs"]]
    whole = asked(used, "runs", "list")["total"]["energy_j"]["value"]

    for by in ("project", "stage", "month", "host", "tag:team"):
        assert asked(used, "runs", "sum", "--by", by)["total"]["energy_j"]["value"] == pytest.approx(whole)
    assert asked(used, "report", *runs)["total"]["energy_j"]["value"] == pytest.approx(whole)
    own, other = (
        json.loads(used("runs", "budget", "--json", VATIO_PROJECT_NAME=name).stdout)["budgets"][0]["amount"]["value"]
        for name in ("project", "other")
    )
    assert own + other == pytest.approx(whole)


def test_a_sum_is_shown_as_a_table_with_its_balance(used: Shell) -> None:
    said = used("runs", "sum", "--by", "month").stdout.splitlines()

    assert said[0].split() == ["month", "runs", "kWh", "kg", "CO2e", "market-based", "embodied", "L", "EUR"]
    assert said[-1].startswith("hosts drew ")
    assert said[-2].startswith("runs claim 120 J, ")
    assert [line.split()[0] for line in said[1:4]] == [f"{NOW - timedelta(days=400):%Y-%m}", f"{NOW:%Y-%m}", "total"]


def test_a_sum_as_csv_has_one_line_a_group_and_empty_cells_for_what_is_missing(used: Shell) -> None:
    rows = list(csv.DictReader(io.StringIO(used("runs", "sum", "--by", "tag:team", "--as", "csv").stdout)))

    assert [row["tag:team"] for row in rows] == ["o", "t"]
    assert float(rows[0]["runs_kwh"]) * 3.6e6 == pytest.approx(60.0)
    assert float(rows[0]["energy_low_kwh"]) <= float(rows[0]["energy_kwh"]) <= float(rows[0]["energy_high_kwh"])
    assert rows[0]["cost_eur"] == ""


def test_only_runs_since_a_date_are_added(used: Shell) -> None:
    assert asked(used, "runs", "sum", "--since", f"{NOW.year}", "--tz", "Asia/Tokyo")["total"]["runs"] <= 3
    assert asked(used, "runs", "sum", "--since", f"{NOW - timedelta(days=2):%Y-%m-%d}")["total"]["runs"] == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--by", "weather"], "unknown grouping 'weather'"),
        (["--by", "tag:"], "unknown grouping 'tag:'"),
        (["--tz", "Mars"], "unknown time zone 'Mars'"),
        (["--since", "yesterday"], "'yesterday' is not a date"),
        (["--as", "xls"], "--as xls"),
        (["--as", "csv", "--json"], "--as csv"),
        (["--by"], "requires an argument"),
    ],
)
def test_what_a_sum_cannot_mean_is_2(used: Shell, words: list[str], said: str) -> None:
    done = used("runs", "sum", *words)

    assert done.returncode == 2
    assert said in done.stderr


def test_without_a_ledger_there_is_nothing_to_add(shell: Shell) -> None:
    assert asked(shell, "runs", "sum")["groups"] == []
    assert "no such runs" in shell("runs", "sum").stderr


def test_the_list_says_what_its_runs_add_up_to(used: Shell) -> None:
    said = used("runs", "list").stderr

    assert said.startswith("vatio: 4 runs add up to ")
    assert "that other runs claim too counted once" in said


def test_a_budget_that_is_passed_is_1_and_one_that_is_not_is_0(used: Shell) -> None:
    settings = used.folder / "vatio.toml"
    settings.write_text("[budgets]\nrun_j = 40.0\nproject_j = 1000.0\nmonth_g = 100.0\n")
    done = used("runs", "budget")
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["budget", "run_j", "project_j", "month_g"]
    assert "[###############.....]" in done.stdout  # 30 J of 40 J

    settings.write_text("[budgets]\nrun_j = 20.0\n")
    found = used("runs", "budget", "--json")
    assert found.returncode == 1
    assert json.loads(found.stdout)["budgets"][0]["state"] == "passed"


def test_without_a_budget_there_is_nothing_to_show(used: Shell) -> None:
    done = used("runs", "budget")

    assert done.returncode == 2
    assert "no budget is set" in done.stderr


def test_before_the_first_run_nothing_is_spent(shell: Shell) -> None:
    (shell.folder / "vatio.toml").write_text("[budgets]\nmonth_eur = 5.0\n")

    assert json.loads(shell("runs", "budget", "--json").stdout)["budgets"][0]["ratio"] == 0.0


def test_a_run_that_passes_its_budget_is_marked_and_not_stopped(shell: Shell) -> None:
    (shell.folder / "vatio.toml").write_text("[budgets]\nrun_j = 1e-9\nproject_j = 1e9\nrun_eur = 1.0\n")

    done = shell("run", "--record", "r.json", "--", "sleep", "0.1")

    assert done.returncode == 0
    assert "vatio: budget run_j is passed: " in done.stderr
    assert "vatio: budget run_eur cannot be checked: no price is configured" in done.stderr
    notes = json.loads((shell.folder / "r.json").read_text())["notes"]
    assert [note.partition(":")[0] for note in notes if note.startswith("budget")] == ["budget run_j is passed"]


def test_a_tracked_run_is_marked_too(shell: Shell) -> None:
    (shell.folder / "vatio.toml").write_text("[budgets]\nproject_j = 1e-9\n")
    code = "import vatio, time\nwith vatio.track(name='x') as run: time.sleep(0.1)\nprint(run.record.notes)"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=shell.folder, env=shell.environ, capture_output=True, text=True, timeout=60
    )

    assert "budget project_j is passed" in done.stdout


def test_a_wrong_tariff_is_told_before_anything_runs(shell: Shell) -> None:
    (shell.folder / "vatio.toml").write_text('[site]\ntariff = "t.csv"\n')
    (shell.folder / "t.csv").write_text("start,days,eur_per_kwh\n08:00,all,0.1\n")

    done = shell("run", "--", "touch", "ran")

    assert done.returncode == 125
    assert "t.csv, line 2: mon has no price from 00:00 to 08:00" in done.stderr
    assert not (shell.folder / "ran").exists()


def test_a_new_account_counts_and_the_old_one_is_shown(used: Shell) -> None:
    done = used("runs", "account", "one", "--zone", "FR", "--pue", "1.5", "--price", "0.3", "--json")
    (account,) = json.loads(done.stdout)["footprints"]
    assert (account["pue"]["value"], account["intensity_g_per_kwh"]["zone"]) == (1.5, "FR")
    assert account["scopes"] == {"operational": "scope 2", "operational_market": "scope 2", "embodied": "scope 3"}

    shown = used("runs", "show", "one").stdout
    assert "the last account counts" in shown
    assert len(asked(used, "runs", "show", "one")["footprints"]) == 2
    assert asked(used, "runs", "show", "one")["pue"]["value"] == 1.5
    assert used("ledger", "verify", "--rebuild").returncode == 0


def test_every_run_is_accounted_for_anew(used: Shell) -> None:
    before = asked(used, "runs", "sum")["total"]
    done = used("runs", "account", "--all", "--price", "0.5")
    after = asked(used, "runs", "sum")["total"]

    assert done.returncode == 0
    assert "4 of 4 runs accounted for" in done.stderr
    assert before["cost_eur"]["value"] is None
    assert after["cost_eur"]["value"] > 0.0
    assert after["energy_j"]["value"] == pytest.approx(before["energy_j"]["value"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no run is named"),
        (["one", "--all"], "--all and names of runs"),
        (["one", "--pue", "0.5"], "pue is 0.5"),
        (["one", "--pue", "120"], "pue is 120.0"),
        (["one", "--price", "210"], "price_eur_per_kwh is 210.0"),
        (["one", "--price", "nan"], "price_eur_per_kwh is nan"),
        (["one", "--price", "-1"], "price_eur_per_kwh is -1.0"),
        (["nobody"], "unknown run 'nobody'"),
    ],
)
def test_an_account_that_cannot_be_is_2(used: Shell, words: list[str], said: str) -> None:
    done = used("runs", "account", *words)

    assert done.returncode == 2
    assert said in done.stderr


def test_a_run_that_goes_on_is_not_accounted_for(shell: Shell) -> None:
    with ledger_of(shell) as ledger:
        ledger.start(a_start("open", started_at=datetime.now(UTC), start_monotonic_s=time.monotonic()))

    done = shell("runs", "account", "open")

    assert done.returncode == 2
    assert "has not ended" in done.stderr


def test_a_run_is_scored_for_its_units_of_work(used: Shell) -> None:
    assert "for each of requests (ISO/IEC 21031)" in used("runs", "show", "one", "--sci", "requests").stdout
    assert asked(used, "runs", "show", "one", "--sci", "requests")["sci"] == {
        "unit": "requests",
        "g_per_unit": {"value": 0.5, "low": 0.5, "high": 0.5, "provenance": "measured"},
    }
    assert used("runs", "show", "one", "--sci", "images").returncode == 2


def test_what_is_plainly_right_goes_past_click_and_gets_the_same_options() -> None:
    command = QUICK["runs", "list"]

    assert parsed([], command) == {
        **{option.name: option.whole if option.metavar else False for option in LIST_OPTIONS},
        "ledger": None,
        "config": None,
        "quiet": False,
    }
    assert parsed(["--limit", "0", "--project=x", "-q"], command) is not None
    for words in (["--limit", "-1"], ["--limit"], ["--help"], ["--nope"], ["more"], ["--json=yes"], ["--limit", "1e3"]):
        assert parsed(words, command) is None
    assert parsed([], QUICK["runs", "show"]) is None
    assert parsed(["@1", "--watch"], QUICK["runs", "show"]) is not None
    assert quick_command(["runs"]) is None
    assert quick_command(["doctor", "x"]) is None
    assert {option.name for option in SHOW_OPTIONS} >= {"watch", "sci", "as_json"}
