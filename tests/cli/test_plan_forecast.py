"""`vatio plan forecast` as a user meets it."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta

import pytest
from tests.cli.conftest import Shell

HOUR = timedelta(hours=1)


def past(days: float, *, ends: datetime | None = None) -> str:
    """Write hours up to the one that runs, cleanest at noon UTC."""
    last = (ends or datetime.now(UTC)).replace(minute=0, second=0, microsecond=0)
    starts = [last - HOUR * at for at in range(int(24 * days), -1, -1)]
    rows = [f"{one.isoformat()},{200 - 80 * math.sin(2 * math.pi * (one.hour - 6) / 24):.1f}" for one in starts]
    return "\n".join(("start,g_per_kwh", *rows)) + "\n"


@pytest.fixture
def zone(shell: Shell) -> Shell:
    (shell.folder / "es.csv").write_text(past(40))
    return shell


def test_a_forecast_is_drawn_in_plain_letters_into_a_pipe(zone: Shell) -> None:
    done = zone("plan", "forecast", "ES", "--history", "es.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ES: 200 g/kWh in the mean of 48 h; cleanest ")
    assert done.stdout.isascii()


def test_json_has_every_hour_with_its_interval(zone: Shell) -> None:
    done = zone("plan", "forecast", "ES", "--history", "es.csv", "--horizon", "24h", "--level", "0.9", "--json")
    document = json.loads(done.stdout)
    assert (document["schema"], document["zone"], document["level"]) == ("vatio.forecast/1", "ES", 0.9)
    assert len(document["starts"]) == len(document["g_per_kwh"]) == 24
    noon = document["starts"].index(next(start for start in document["starts"] if "T12:00" in start))
    assert document["g_per_kwh"][noon] == pytest.approx(120.0, abs=2.0)


def test_a_page_is_written(zone: Shell) -> None:
    done = zone("plan", "forecast", "ES", "--history", "es.csv", "--html", "es.html", "--horizon", "7d")
    assert done.returncode == 0, done.stderr
    assert "<svg" in (zone.folder / "es.html").read_text()


def test_a_page_to_stdout_is_all_that_is_there(zone: Shell) -> None:
    assert zone("plan", "forecast", "ES", "--history", "es.csv", "--html", "-").stdout.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[plan]\nhistory = ["FR=none.csv", "ES=es.csv"]\n', ()),
        ('[plan]\nhistory = ["es.csv"]\n', ()),
        ('[site]\ngrid = "es.csv"\n', ()),
        ('[site]\nzone = "ES"\ngrid = "es.csv"\n', ()),
        ('[plan]\nsource = "es.csv"\n', ()),
        ('[plan]\ncurves = ["ES=es.csv"]\n', ()),
        ("", ("--source", "es.csv")),
        ('[plan]\nhistory = ["none.csv"]\n', ("--source", "es.csv")),
        ('[plan]\nsource = "uk"\n', ("--history", "ES=es.csv")),
    ],
)
def test_it_is_made_from_what_a_plan_would_be_made_from(zone: Shell, text: str, words: tuple[str, ...]) -> None:
    (zone.folder / "vatio.toml").write_text(text)
    done = zone("plan", "forecast", "ES", *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ES: 200 g/kWh in the mean of 48 h; cleanest ")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--history", "FR=es.csv"), 2, "is not of ES"),
        (("--source", "joy"), 2, "neither a source nor a file"),
        (("--source", "annual"), 2, "nothing to forecast ES from"),
        (("--source", "electricity-maps"), 3, "ELECTRICITY_MAPS_KEY"),
        (("--source", "uk"), 2, "Great Britain only"),
    ],
)
def test_what_tells_nothing_of_the_zone_is_said(zone: Shell, words: tuple[str, ...], code: int, said: str) -> None:
    done = zone("plan", "forecast", "ES", *words, ELECTRICITY_MAPS_KEY="")
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_without_a_history_it_says_what_to_give(shell: Shell) -> None:
    done = shell("plan", "forecast", "ES")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--history FILE.csv" in done.stderr


def test_the_horizon_counts_from_now(shell: Shell) -> None:
    (shell.folder / "es.csv").write_text(past(40, ends=datetime.now(UTC) - 5 * HOUR))
    done = shell("plan", "forecast", "ES", "--history", "es.csv", "--horizon", "24h", "--json")
    document = json.loads(done.stdout)
    assert len(document["starts"]) in (29, 30)
    assert document["notes"][0] in ("the history ends 5 h ago", "the history ends 6 h ago")


def test_a_history_of_last_year_is_forecast_from_where_it_ends(shell: Shell) -> None:
    (shell.folder / "es.csv").write_text(past(40, ends=datetime(2024, 6, 1, tzinfo=UTC)))
    document = json.loads(shell("plan", "forecast", "ES", "--history", "es.csv", "--json").stdout)
    assert document["starts"][0] == "2024-06-01T01:00:00.000000Z"
    assert len(document["starts"]) == 48
    assert "days ago" in document["notes"][0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "es.csv"),
        ("start,g_per_kwh\n", "no row"),
        ("start,g_per_kwh\n2025-01-01T00:00Z,-4\n", "-4"),
        ("start,g_per_kwh\n2025-01-01T00:00Z,abc\n", "line 2"),
        ("start,g_per_kwh\nyesterday,100\n", "line 2"),
        ("start,g_per_kwh\n2025-01-01T00:00Z,100\n", "too few"),
        ("when,what\n1,2\n", "column"),
    ],
)
def test_a_file_that_is_no_history_is_refused_in_one_line(shell: Shell, content: str, said: str) -> None:
    (shell.folder / "es.csv").write_text(content)
    done = shell("plan", "forecast", "ES", "--history", "es.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--horizon", "soon"),
        ("--horizon", "0h"),
        ("--horizon", "2000d"),
        ("--level", "80"),
        ("--level", "nan"),
        ("--level", "x"),
        ("--history", "absent.csv"),
        ("--history", "."),
    ],
)
def test_an_option_that_cannot_be_is_refused(zone: Shell, words: tuple[str, str]) -> None:
    given = words if words[0] == "--history" else ("--history", "es.csv", *words)
    done = zone("plan", "forecast", "ES", *given)
    assert (done.returncode, done.stdout) == (2, "")
    assert "hint:" in done.stderr
    assert "Traceback" not in done.stderr
