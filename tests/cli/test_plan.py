"""`vatio plan job` and `vatio plan hardware` as a user meets them."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta

import pytest
from tests.cli.conftest import Shell

HOUR = timedelta(hours=1)


def hours(count: int, value: float, dip: int) -> str:
    """Write a curve from this hour on whose hour ``dip`` is the cleanest."""
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    rows = [f"{(begin + at * HOUR).isoformat()},{value / 5 if at in (dip, dip + 1) else value}" for at in range(count)]
    return "\n".join(("start,g_per_kwh", *rows)) + "\n"


@pytest.fixture
def curves(shell: Shell) -> Shell:
    (shell.folder / "de.csv").write_text(hours(48, 400.0, 5))
    (shell.folder / "fr.csv").write_text(hours(48, 50.0, 9))
    return shell


def document(shell: Shell, *words: str) -> dict:
    done = shell("plan", "job", "--json", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_job_is_planned_into_the_clean_hours(curves: Shell) -> None:
    words = ("--duration", "2h", "--slack", "24h", "--power-w", "500", "--curve", "de.csv", "--zone", "DE")
    plan = document(curves, *words, "--pue", "1")
    assert plan["schema"] == "vatio.plan/1"
    assert plan["emissions_g"]["value"] == pytest.approx(80.0)
    assert plan["saved_ratio"]["value"] == pytest.approx(0.8)
    assert plan["energy_j"]["value"] == pytest.approx(3.6e6)
    assert plan["windows"][0]["zone"] == "DE"
    assert plan["finish"] == plan["windows"][-1]["end"]


@pytest.mark.slow
def test_several_zones_each_have_their_curve(curves: Shell) -> None:
    words = (
        "--duration",
        "2h",
        "--slack",
        "24h",
        "--zone",
        "DE",
        "--zone",
        "FR",
        "--curve",
        "DE=de.csv",
        "--curve",
        "FR=fr.csv",
    )
    assert document(curves, *words)["windows"][0]["zone"] == "FR"
    assert document(curves, *words, "--latency", "FR=80", "--max-latency-ms", "20")["windows"][0]["zone"] == "DE"
    assert document(curves, *words, "--residency", "DE")["windows"][0]["zone"] == "DE"
    moved = document(curves, *words, "--power-w", "10", "--move-gb", "1000")
    assert moved["windows"][0]["zone"] == "DE"


def test_the_project_file_says_what_options_do(curves: Shell) -> None:
    site = '[site]\nzone = "DE"\npue = 1.5\nprice_eur_per_kwh = 0.2\n'
    text = f'{site}[plan]\ncurves = ["de.csv"]\nslack = "24h"\ninterruptible = true\n'
    (curves.folder / "vatio.toml").write_text(text)
    plan = document(curves, "--duration", "2h", "--power-w", "1000")
    assert plan["emissions_g"]["value"] == pytest.approx(1.5 * 160.0)
    assert plan["cost_eur"]["value"] == pytest.approx(1.5 * 0.4)
    assert plan["solver"] == "cheapest slots"


def test_pictures_and_pages_are_written(curves: Shell) -> None:
    words = ("--duration", "2h", "--slack", "24h", "--curve", "de.csv", "--html", "plan.html", "--svg", "plan.svg")
    done = curves("plan", "job", *words)
    assert done.returncode == 0
    assert "#" in done.stdout
    assert "<svg" in (curves.folder / "plan.html").read_text()
    assert (curves.folder / "plan.svg").read_text().startswith("<svg")


@pytest.mark.slow
def test_duration_and_power_are_learnt_from_earlier_runs(curves: Shell) -> None:
    for _ in range(2):
        assert curves("run", "--", "sleep", "0.05").returncode == 0
    plan = document(curves, "--slack", "24h", "--curve", "de.csv", "--zone", "DE", "--", "sleep", "0.05")
    assert any("median of 2 runs" in note for note in plan["notes"])
    lasts = datetime.fromisoformat(plan["finish"]) - datetime.fromisoformat(plan["start"])
    assert timedelta(seconds=0.05) < lasts < timedelta(seconds=20)


@pytest.mark.slow
def test_a_power_profile_is_learnt_from_the_latest_run(curves: Shell) -> None:
    assert curves("run", "--interval", "100ms", "--", "sleep", "0.4").returncode == 0
    words = ("--slack", "24h", "--curve", "de.csv", "--zone", "DE", "--power-profile", "learnt")
    plan = document(curves, *words, "--", "sleep", "0.4")
    assert plan["emissions_g"]["value"] > 0.0
    assert curves("plan", "job", *words, "--", "sleep", "9").returncode == 2
    assert curves("plan", "job", "--duration", "1h", *words, "--", "sleep", "0.4").returncode == 2


def test_without_a_curve_it_runs_now_by_the_annual_table(shell: Shell) -> None:
    plan = document(shell, "--duration", "2h", "--slack", "24h", "--power-w", "500", "--zone", "DE")
    assert plan["decided_by"].startswith("nothing")
    assert "annual" in plan["curve"]["source"]
    assert any("annual average" in note for note in plan["notes"])
    cleaner = document(shell, "--duration", "2h", "--slack", "24h", "--power-w", "500", "--zone", "PL", "--zone", "FR")
    assert (cleaner["windows"][0]["zone"], cleaner["decided_by"]) == ("FR", "carbon: region")


def test_a_stale_curve_is_said(shell: Shell) -> None:
    (shell.folder / "old.csv").write_text("start,g_per_kwh\n2020-01-01T00:00Z,1\n2020-01-01T01:00Z,2\n")
    done = shell("plan", "job", "--duration", "2h", "--slack", "24h", "--zone", "DE", "--curve", "old.csv")
    assert done.returncode == 0
    assert "ended at 2020-01-01 02:00 UTC" in done.stdout


def test_the_deadline_is_local_unless_it_has_an_offset(curves: Shell) -> None:
    words = ("plan", "job", "--duration", "1h", "--deadline", "2020-01-01T00:00", "--curve", "de.csv")
    assert "past" in curves(*words, TZ="Europe/Madrid").stderr
    plan = document(curves, "--duration", "1h", "--deadline", (datetime.now(UTC) + 3 * HOUR).isoformat(), "--curve", "de.csv")
    assert datetime.fromisoformat(plan["finish"]) <= datetime.now(UTC) + 3 * HOUR


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--slack", "24h"), "how long the job runs"),
        (("--duration", "2h"), "--deadline"),
        (("--duration", "2h", "--slack", "1h", "--deadline", "08:00"), "one of them"),
        (("--duration", "60h", "--deadline", "tomorrow 08:00"), "the deadline is in"),
        (("--duration", "2h", "--slack", "24h", "--zone", "XQ"), "unknown zone"),
        (("--duration", "0h", "--slack", "24h"), "0 s"),
        (("--duration", "2h", "--slack", "24h", "--power-w", "-3"), "--power-w"),
        (("--duration", "2h", "--slack", "24h", "--power-w", "lots"), "--power-w"),
        (("--duration", "2h", "--slack", "24h", "--pue", "0.2"), "pue"),
        (("--duration", "2h", "--slack", "24h", "--objective", "joy"), "objective"),
        (("--duration", "2h", "--slack", "24h", "--curve", "none.csv"), "none.csv"),
        (("--duration", "2h", "--slack", "24h", "--zone", "DE", "--zone", "FR", "--curve", "de.csv"), "DE=de.csv"),
        (("--duration", "2h", "--slack", "24h", "--zone", "DE", "--zone", "FR", "--latency", "FR=far"), "latency"),
        (("--duration", "2h", "--slack", "24h", "--svg", "x.svg"), "no curve"),
    ],
)
def test_bad_use_is_named_and_exits_with_2(curves: Shell, words: tuple[str, ...], said: str) -> None:
    done = curves("plan", "job", *words)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_sub_command_that_is_not_there_names_the_nearest(shell: Shell) -> None:
    done = shell("plan", "jbo")
    assert done.returncode == 2
    assert "plan job" in done.stderr


def test_hardware_is_weighed_by_names_and_by_a_table(shell: Shell) -> None:
    text = "name,hardware,count,where,work_per_s,purchase_eur,maintenance_eur_per_year,rent_eur_per_h,zone\n"
    text += "own,A100,8,on-premises,100,120000,3000,,DE\nrented,p4d.24xlarge,,cloud,100,,,30,FR\n"
    (shell.folder / "hw.csv").write_text(text)
    done = shell("plan", "hardware", "--table", "hw.csv", "--price", "0.25", "--pue", "1.3", "--pattern", "office", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["schema"] == "vatio.hardware/1"
    (pair,) = found["break_even"]
    assert (pair["bought"], pair["other"]) == ("own", "rented")
    # 30 EUR/h against (3.2 kW + 3.2 idle hours of 0.48 kW) x 1.3 x 0.25 EUR and 3 000 EUR over 2 087 h.
    assert pair["cost_h"]["value"] == pytest.approx(120_000 / (30.0 - 4.736 * 1.3 * 0.25 - 3000 / 2087.1), rel=1e-4)
    shown = shell("plan", "hardware", "A100:8", "p4d.24xlarge", "--zone", "DE")
    assert shown.returncode == 0
    assert "purchase not given" in shown.stdout


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("Zilog Z80",),
        ("A100:0",),
        ("A100", "--hours-per-week", "200"),
        ("A100", "--pattern", "never"),
        ("--work-unit", "x"),
    ],
)
def test_bad_use_of_hardware_exits_with_2(shell: Shell, words: tuple[str, ...]) -> None:
    done = shell("plan", "hardware", *words)
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stderr


def test_hardware_of_own_runs_is_measured_by_the_unit_of_work(shell: Shell) -> None:
    (shell.folder / "work.py").write_text("import time, vatio\nvatio.work(images=100)\ntime.sleep(0.05)\n")
    done = shell("run", "--", sys.executable, "work.py")
    assert done.returncode == 0, done.stderr
    found = shell("plan", "hardware", "--work-unit", "images", "--zone", "DE", "--json")
    assert found.returncode == 0, found.stderr
    (option,) = json.loads(found.stdout)["options"]
    assert option["option"]["name"].startswith("host ")
    assert option["option"]["work_per_s"]["provenance"] == "measured"
