"""`vatio plan fleet` and `vatio plan simulate` as a user meets them."""

from __future__ import annotations

import csv
import io
import json
import math
from datetime import UTC, datetime, timedelta

import pytest
from tests.cli.conftest import Shell

pytest.importorskip("numpy")

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
CURVE = ("--curve", "DE=de.csv", "--curve", "FR=fr.csv")
FLEET = ("plan", "fleet", "jobs.csv", *CURVE, "--time-limit", "0.3s")


def curve(mean: float, hours: int = 24 * 20) -> str:
    rows = [
        f"{(BEGIN + timedelta(hours=at)).isoformat()},{mean * (1 + 0.5 * math.cos(at * math.pi / 12)):.3f}"
        for at in range(hours)
    ]
    return "\n".join(("start,g_per_kwh", *rows)) + "\n"


@pytest.fixture
def many(shell: Shell) -> Shell:
    (shell.folder / "de.csv").write_text(curve(400.0))
    (shell.folder / "fr.csv").write_text(curve(100.0))
    text = "id,duration_h,power_w,earliest_h,deadline_h,zones,interruptible\n"
    text += "a,4,3000,0,48,,no\nb,4,3000,0,48,,no\nc,6,2000,2,40,DE,yes\n"
    (shell.folder / "jobs.csv").write_text(text)
    rows = [f"{240 + at * 1.7:.2f},{1 + at % 5},{100 * (1 + at % 3)}" for at in range(60)]
    (shell.folder / "trace.csv").write_text("\n".join(("arrival_h,length_h,power_w", *rows)) + "\n")
    return shell


def test_a_fleet_keeps_its_capacity_and_says_how_good_it_is(many: Shell) -> None:
    done = many(*FLEET, "--capacity-w", "FR=3000", "--capacity-w", "DE=5000", "--json", "--out", "plan.csv")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["schema"] == "vatio.fleet/1"
    assert {one["id"] for one in found["placements"]} == {"a", "b", "c"}
    for zone in found["zones"]:
        assert max(zone["planned_w"]) <= zone["capacity_w"]
    assert 0.0 <= found["gap_ratio"] < 0.5
    assert found["emissions_g"] <= found["now_emissions_g"]
    rows = list(csv.DictReader(io.StringIO((many.folder / "plan.csv").read_text())))
    assert sum(row["id"] == "a" for row in rows) == 1


def test_a_fleet_is_shown_by_zone_and_hour_and_drawn(many: Shell) -> None:
    done = many(*FLEET, "--capacity-w", "FR=3000", "--html", "f.html", "--svg", "f.svg")
    assert done.returncode == 0, done.stderr
    assert "the plan counts its own load" in done.stdout
    assert "capacity 3 kW" in done.stdout
    assert "no capacity is given for DE" in done.stdout
    assert (many.folder / "f.svg").read_text().startswith("<svg")
    assert "Content-Security-Policy" in (many.folder / "f.html").read_text()


def test_jobs_without_a_place_are_named_with_the_reason_and_exit_with_1(many: Shell) -> None:
    done = many(*FLEET, "--capacity-w", "FR=1000", "--capacity-w", "DE=2500")
    assert done.returncode == 1, done.stderr
    assert "no place   a: no zone that it may use has 3000 W for 4 slots in its window (proved)" in done.stdout


def test_jobs_whose_deadlines_are_all_past_are_named_and_a_gain_of_nothing_has_no_sign(many: Shell) -> None:
    (many.folder / "late.csv").write_text("id,duration_h,power_w,deadline\na,1,500,2020-01-01\n")
    done = many(*(word.replace("jobs.csv", "late.csv") for word in FLEET))
    assert done.returncode == 1, done.stderr
    assert "no place   a: " in done.stdout
    assert "-0.0 %" not in done.stdout


def test_what_has_begun_is_kept_and_the_rest_planned_anew(many: Shell) -> None:
    many(*FLEET, "--capacity-w", "FR=3000", "--out", "plan.csv")
    before = {row["id"]: row for row in csv.DictReader(io.StringIO((many.folder / "plan.csv").read_text())) if row["id"] != "c"}
    first = min(before.values(), key=lambda row: row["start"])
    at = (datetime.fromisoformat(first["start"]) + timedelta(hours=1)).isoformat()
    (many.folder / "fr.csv").write_text(curve(900.0))
    words = ("--keep", "plan.csv", "--from", at, "--hours-from", BEGIN.isoformat(), "--json")
    done = many(*FLEET, "--capacity-w", "FR=3000", *words)
    assert done.returncode == 0, done.stderr
    placed = {one["id"]: one for one in json.loads(done.stdout)["placements"]}
    assert placed[first["id"]]["begun"]
    assert datetime.fromisoformat(placed[first["id"]]["windows"][0]["start"]) == datetime.fromisoformat(first["start"])
    other = ({"a", "b"} - {first["id"]}).pop()
    assert placed[other]["zone"] == "DE"


def test_a_base_load_takes_its_part(many: Shell) -> None:
    (many.folder / "base.csv").write_text("start,zone,power_w\n2026-01-01T00:00Z,FR,2500\n")
    done = many(*FLEET, "--capacity-w", "FR=3000", "--base-load", "base.csv", "--json")
    assert done.returncode == 0, done.stderr
    assert {one["zone"] for one in json.loads(done.stdout)["placements"]} == {"DE"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("plan", "fleet", "jobs.csv"), "no curve"),
        (("plan", "fleet", "jobs.csv", "--curve", "de.csv"), "no zone is named"),
        ((*FLEET, "--capacity-w", "FR=much"), "capacity-w"),
        ((*FLEET, "--capacity-w", "XX=5"), "no curve of XX"),
        (
            ("plan", "fleet", "jobs.csv", "--curve", "de.csv", "--capacity-w", "A=1", "--capacity-w", "B=1"),
            "one curve for A, B",
        ),
        ((*FLEET, "--slot", "1s"), "--slot"),
        ((*FLEET, "--from", "2030-01-01T00:00Z"), "do not know"),
        (("plan", "fleet", "none.csv", *CURVE), "none.csv"),
        (("plan", "simulate", "trace.csv"), "no intensity"),
        (("plan", "simulate", "trace.csv", "--curve", "de.csv", "--policies", "hope"), "hope"),
        (("plan", "simulate", "trace.csv", "--curve", "de.csv", "--length-unit", "weeks"), "length-unit"),
        (("plan", "simulate", "trace.csv", "--curve", "de.csv", "--power-w", "-3"), "power-w"),
        (("plan", "simulate", "trace.csv", "--curve", "de.csv", "--from", "2027-01-01T00:00Z"), "does not know"),
        (("plan", "simulate", "trace.csv", "--curve", "de.csv", "--resume-cost", "much"), "duration"),
    ],
)
def test_bad_use_of_many_jobs_is_named_and_exits_with_2(many: Shell, words: tuple[str, ...], said: str) -> None:
    done = many(*words)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_policies_are_replayed_and_held_against_one_another(many: Shell) -> None:
    done = many("plan", "simulate", "trace.csv", "--curve", "de.csv", "--resume-cost", "0.2h", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["schema"] == "vatio.simulation/1"
    saved = {one["policy"]: one["saved_ratio"] for one in found["outcomes"]}
    assert list(saved) == ["run-now", "threshold", "suspend-resume", "vatio", "oracle"]
    assert saved["oracle"] == max(saved.values())
    assert saved["vatio"] > 0.2
    assert {one["missed"] for one in found["outcomes"]} == {0}


def test_a_simulation_is_shown_as_a_table_a_picture_and_a_page(many: Shell) -> None:
    done = many(
        "plan", "simulate", "trace.csv", "--curve", "de.csv", "--in-one-piece", "--html", "s.html", "--svg", "s.svg",
        "--policies", "oracle",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "every policy ran all 60 jobs once" in done.stdout
    assert (many.folder / "s.svg").read_text().startswith("<svg")
    assert "oracle" in (many.folder / "s.html").read_text()


def test_without_watts_it_is_said_that_only_shares_hold(many: Shell) -> None:
    (many.folder / "bare.csv").write_text("arrival,length\n864000,7200\n")
    done = many("plan", "simulate", "bare.csv", "--curve", "de.csv", "--length-unit", "s", "--policies", "oracle")
    assert done.returncode == 0, done.stderr
    assert "shares hold, grams do not" in done.stdout
