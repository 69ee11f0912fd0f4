"""Plans whose hours come from a history, a service, or nobody, as a user meets them."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest
from tests.cli.conftest import Shell
from tests.loopback import serving

HOUR = timedelta(hours=1)
WORDS = ("plan", "job", "--duration", "2h", "--slack", "24h", "--power-w", "500", "--zone", "ES")


def now() -> datetime:
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def sunny(first: datetime, hours: int) -> str:
    """Write hours of a grid that is cleanest twelve hours from now, every day."""
    lines = ["start,g_per_kwh,renewable_ratio"]
    for at in range(hours):
        moment = first + at * HOUR
        sun = max(0.0, -math.cos((moment - now()) / (24 * HOUR) * 2 * math.pi))
        lines.append(f"{moment.isoformat()},{300 - 150 * sun + at * 37 % 11},{0.3 + 0.4 * sun}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def history(shell: Shell) -> Shell:
    (shell.folder / "es.csv").write_text(sunny(now() - 40 * 24 * HOUR, 40 * 24))
    return shell


def document(shell: Shell, *words: str, **environ: str) -> dict:
    done = shell(*WORDS, "--json", *words, **environ)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def begins_in_h(plan: dict) -> float:
    return (datetime.fromisoformat(plan["start"]) - now()) / HOUR


def test_a_forecast_is_made_from_a_history_with_its_interval_and_the_renewable_share(history: Shell) -> None:
    plan = document(history, "--history", "es.csv")
    assert 10 <= begins_in_h(plan) <= 13
    assert plan["curve"]["source"] == "forecast from es.csv"
    assert 0.2 < plan["saved_ratio"]["low"] < plan["saved_ratio"]["value"] < plan["saved_ratio"]["high"]
    assert plan["renewable_ratio"]["value"] == pytest.approx(0.7, abs=0.02)
    shown = history(*WORDS, "--history", "ES=es.csv")
    assert "renewable" in shown.stdout


@pytest.mark.slow
def test_the_project_file_names_the_history_or_the_site_its_grid(history: Shell) -> None:
    for text in ('[plan]\nhistory = ["es.csv"]\n', '[site]\ngrid = "es.csv"\n'):
        (history.folder / "vatio.toml").write_text(text)
        assert document(history)["curve"]["source"] == "forecast from es.csv"
    assert document(history, "--source", "annual")["curve"]["source"] == "forecast from es.csv"


def test_the_share_of_renewables_decides_from_a_history_too(history: Shell) -> None:
    plan = document(history, "--history", "es.csv", "--objective", "renewable")
    assert plan["decided_by"] == "renewable: time"
    done = history(*WORDS, "--history", "es.csv", "--objective", "price")
    assert (done.returncode, "eur_per_kwh" in done.stderr) == (2, True)


def test_without_numpy_the_plan_says_how_to_have_a_forecast(history: Shell) -> None:
    (history.folder / "bare").mkdir()
    # As on the base install: the import fails by its own name.
    (history.folder / "bare" / "numpy.py").write_text("raise ModuleNotFoundError(\"No module named 'numpy'\", name='numpy')\n")
    path = os.pathsep.join((str(history.folder / "bare"), *filter(None, [os.environ.get("PYTHONPATH")])))
    plan = document(history, "--history", "es.csv", PYTHONPATH=path)
    assert any("pip install 'vatio[plan]'" in note for note in plan["notes"])
    assert 10 <= begins_in_h(plan) <= 13


def test_a_source_that_cannot_be_opened_or_does_not_know_the_zone_is_said_and_the_plan_runs_now(shell: Shell) -> None:
    for words, said in (
        (("--source", "electricity-maps"), "ELECTRICITY_MAPS_KEY"),
        (("--source", "uk"), "Great Britain only"),
    ):
        plan = document(shell, *words)
        assert plan["decided_by"].startswith("nothing")
        assert any(said in note for note in plan["notes"])
        assert any("annual average" in note for note in plan["notes"])


def test_a_source_that_is_none_and_a_history_that_is_not_there_are_bad_use(shell: Shell) -> None:
    for words, said in (
        (("--source", "joy"), "neither a source nor a file"),
        (("--history", "none.csv"), "none.csv"),
        (("--history", "a.csv", "--zone", "FR"), "a.csv"),
    ):
        (shell.folder / "a.csv").write_text("start,g_per_kwh\n2026-01-01T00:00Z,1\n")
        done = shell(*WORDS, *words)
        assert done.returncode == 2, done.stdout
        assert said in done.stderr
        assert "Traceback" not in done.stderr


@contextmanager
def half_hours(count: int) -> Iterator[tuple[str, list[str]]]:
    """Serve so many half hours of Great Britain, the cleanest ones six hours from now."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            rows = [
                {
                    "from": f"{now() + at * HOUR / 2:%Y-%m-%dT%H:%MZ}",
                    "intensity": {"forecast": 50 if 12 <= at < 16 else 250, "actual": None},
                }
                for at in range(count)
            ]
            text = json.dumps({"data": rows}).encode()
            self.send_response(200 if count else 503)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *given: object) -> None:
            pass

    with serving(Handler) as url:
        yield url, asked


def test_a_services_forecast_is_followed_to_its_horizon_and_asked_for_once(shell: Shell) -> None:
    pytest.importorskip("httpx")
    with half_hours(24) as (url, asked):
        for _ in range(2):
            plan = document(shell, "--zone", "GB", "--source", "uk", VATIO_UK_URL=url)
    assert plan["windows"][0]["zone"] in ("ES", "GB")
    assert len(asked) == 1


def test_a_plan_by_a_service_tells_its_horizon(shell: Shell) -> None:
    pytest.importorskip("httpx")
    with half_hours(24) as (url, _):
        words = ("plan", "job", "--json", "--duration", "2h", "--slack", "24h", "--zone", "GB", "--source", "uk")
        done = shell(*words, VATIO_UK_URL=url)
    plan = json.loads(done.stdout)
    assert begins_in_h(plan) == 6.0
    assert datetime.fromisoformat(plan["curve"]["horizon_end"]) == now() + 12 * HOUR
    assert any("ends at" in note for note in plan["notes"])
    assert any("tells no interval" in note for note in plan["notes"])


def test_runs_are_accounted_by_the_hours_of_a_file_and_anew_by_a_better_one(shell: Shell) -> None:
    hours = [now() - HOUR, now(), now() + HOUR]
    (shell.folder / "es.csv").write_text(
        "start,g_per_kwh,renewable_ratio\n" + "".join(f"{at.isoformat()},120,0.6\n" for at in hours)
    )
    (shell.folder / "vatio.toml").write_text('[site]\nzone = "ES"\ngrid = "es.csv"\n')
    done = shell("run", "--record", "run.json", "--", "sleep", "0.1")
    assert "60 % renewable" in done.stderr
    record = json.loads((shell.folder / "run.json").read_text())
    assert record["intensity_g_per_kwh"]["value"] == pytest.approx(120.0)
    (shell.folder / "new.csv").write_text("start,g_per_kwh\n" + "".join(f"{at.isoformat()},240\n" for at in hours))
    done = shell("runs", "account", "@1", "--grid", "new.csv", "--json")
    (account,) = json.loads(done.stdout)["footprints"]
    assert account["intensity_g_per_kwh"]["value"] == pytest.approx(240.0)
    assert shell("runs", "account", "@1", "--grid", "gone.csv").returncode == 2


def test_a_site_whose_file_is_gone_accounts_by_the_year_after_the_run(shell: Shell) -> None:
    (shell.folder / "vatio.toml").write_text('[site]\nzone = "ES"\ngrid = "gone.csv"\n')
    done = shell("run", "--record", "run.json", "--", "true")
    assert done.returncode == 0
    assert "gone.csv is not there" in done.stderr
    record = json.loads((shell.folder / "run.json").read_text())
    assert "gone.csv" in record["intensity_g_per_kwh"]["source"]
    assert record["intensity_g_per_kwh"]["year"] < now().year


def test_the_hours_of_one_zone_are_never_those_of_another(shell: Shell) -> None:
    hours = [now() - HOUR, now(), now() + HOUR]
    (shell.folder / "es.csv").write_text("start,g_per_kwh\n" + "".join(f"{at.isoformat()},120\n" for at in hours))
    (shell.folder / "vatio.toml").write_text('[site]\nzone = "ES"\ngrid = "es.csv"\n')
    for zone, hourly in (("FR", False), ("ES", True)):
        done = shell("run", "--zone", zone, "--record", "run.json", "--", "true")
        record = json.loads((shell.folder / "run.json").read_text())
        assert (record["intensity_g_per_kwh"]["value"] == pytest.approx(120.0)) == hourly
        assert ("es.csv is of ES, not of FR" in done.stderr) != hourly
    for zone, hourly in (("FR", False), ("ES", True)):
        done = shell("runs", "account", "@1", "--zone", zone, "--json")
        (account,) = json.loads(done.stdout)["footprints"]
        assert (account["intensity_g_per_kwh"]["value"] == pytest.approx(120.0)) == hourly


def test_a_plan_is_held_only_against_hours_that_are_known(history: Shell) -> None:
    lines = (history.folder / "es.csv").read_text().splitlines()
    (history.folder / "es.csv").write_text("\n".join(lines[:-3]) + "\n")
    words = ("run", "--when", "green", "--duration", "1s", "--slack", "2s", "--zone", "ES", "--history", "es.csv")
    done = history(*words, "--", "true")
    assert done.returncode == 0
    assert "what the grid emitted meanwhile is not known here" in done.stderr
    assert "forecast off by" not in done.stderr


def test_a_plan_counts_the_building_as_the_receipt_will(history: Shell) -> None:
    plain, usual = document(history, "--history", "es.csv", "--pue", "1"), document(history, "--history", "es.csv")
    (note,) = [note for note in usual["notes"] if note.startswith("PUE ")]
    assert history("run", "--record", "run.json", "--", "true").returncode == 0
    counted = json.loads((history.folder / "run.json").read_text())["pue"]["value"]
    assert note.startswith(f"PUE {counted:g},")
    assert usual["emissions_g"]["value"] == pytest.approx(plain["emissions_g"]["value"] * counted, rel=0.01)
