"""What other programs rely on, checked from outside: a real `vatio` process, its record, its exit codes (CONTRACT.md)."""

import json
import math
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

VATIO = (sys.executable, "-m", "vatio")
RUN_FIELDS = """schema id name project series job command status sealed exit_code signal started_at ended_at duration_s paused_s
interval_s gaps stage tags within parents plan hosts energy_j workload_energy_j cpu_s basis above_idle_j complete components
emissions_g intensity_g_per_kwh renewable_ratio pue water_l cost_eur footprints work flop metrics phases utilisation
peak_memory_bytes peak_gpu_memory_bytes bytes_read bytes_written bytes_sent bytes_received overhead environment
entries""".split()
ENVIRONMENT_FIELDS = """argv cwd git python distributions os kernel libc cpu memory_bytes gpus container variables seeds
determinism inputs outputs locks""".split()
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Shell:
    """Run vatio in a project folder of its own, with a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.folder.mkdir()
        self.environ = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config")}
        self.environ |= {"XDG_DATA_HOME": str(folder / "share"), "XDG_STATE_HOME": str(folder / "state")}
        for name in ("VATIO_RUN", "VATIO_SPOOL", "VATIO_BOOT"):
            self.environ.pop(name, None)

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [*VATIO, *words]
        return subprocess.run(command, cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=60)

    def json(self, *words: str) -> Any:
        done = self(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    shell = Shell(tmp_path_factory.mktemp("contract"))
    done = shell("run", "--name", "first", "--tag", "team=blue", "--zone", "ES", "--record", "r.json", "--", "sleep", "0.3")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((shell.folder / "r.json").read_text())
    return found


def quantities(value: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        if {"value", "low", "high", "provenance"} <= value.keys():
            yield where, value
        for name, item in value.items():
            yield from quantities(item, f"{where}.{name}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from quantities(item, f"{where}[{at}]")


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        for item in value.values():
            yield from numbers(item)
    elif isinstance(value, list):
        for item in value:
            yield from numbers(item)
    elif isinstance(value, (int, float)):
        yield value


@pytest.mark.parametrize("field", RUN_FIELDS)
def test_a_record_has_every_field_of_the_contract(record: dict[str, Any], field: str) -> None:
    assert field in record


@pytest.mark.parametrize("field", ENVIRONMENT_FIELDS)
def test_its_environment_has_every_field_of_the_contract(record: dict[str, Any], field: str) -> None:
    assert field in record["environment"]


def test_a_record_names_its_schema_id_dates_and_outcome(record: dict[str, Any]) -> None:
    assert record["schema"] == "vatio.run/1"
    assert UUID7.fullmatch(record["id"])
    assert RFC3339.fullmatch(record["started_at"])
    assert RFC3339.fullmatch(record["ended_at"])
    assert (record["status"], record["exit_code"], record["signal"], record["sealed"]) == ("finished", 0, None, True)
    assert (record["command"], record["tags"], record["name"]) == (["sleep", "0.3"], {"team": "blue"}, "first")
    assert len(record["hosts"]) == 1


def test_every_quantity_is_ordered_and_says_where_it_comes_from(record: dict[str, Any]) -> None:
    found = list(quantities(record))

    assert len(found) > 10
    for where, quantity in found:
        assert quantity["provenance"] in ("measured", "modelled", "default", "missing"), where
        if quantity["value"] is None:
            assert (quantity["provenance"], quantity["low"], quantity["high"]) == ("missing", None, None), where
        else:
            assert quantity["low"] <= quantity["value"], where
            assert quantity["high"] is None or quantity["value"] <= quantity["high"], where


def test_every_number_is_finite(record: dict[str, Any]) -> None:
    assert all(map(math.isfinite, numbers(record)))


def test_energy_is_the_sum_of_the_components_that_count(record: dict[str, Any]) -> None:
    counted = [part for part in record["components"] if part["part_of"] is None and part["component"] != "platform"]
    known = [part["energy_j"]["value"] for part in counted if part["energy_j"]["value"] is not None]

    assert known
    assert math.isclose(record["energy_j"]["value"], math.fsum(known), rel_tol=1e-12)
    assert 0.0 < record["energy_j"]["value"] < 1e4


def test_the_total_is_operational_and_embodied_without_the_market(record: dict[str, Any]) -> None:
    emissions = record["emissions_g"]

    assert math.isclose(emissions["total"]["value"], emissions["operational"]["value"] + emissions["embodied"]["value"])
    assert emissions["operational_market"]["provenance"] == "missing"


def test_the_zone_is_the_one_that_was_said(record: dict[str, Any]) -> None:
    intensity = record["intensity_g_per_kwh"]

    assert (intensity["zone"], intensity["kind"]) == ("ES", "average")
    assert 50 < intensity["value"] < 400


def test_its_entries_are_chained_in_order(record: dict[str, Any]) -> None:
    kinds = [entry["kind"] for entry in record["entries"]]

    assert kinds[0] == "started"
    assert {"ended", "footprint"} <= set(kinds)
    assert [entry["seq"] for entry in record["entries"]] == sorted(entry["seq"] for entry in record["entries"])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("sh", "-c", "exit 0"), 0),
        (("sh", "-c", "exit 3"), 3),
        (("sh", "-c", "exit 255"), 255),
        (("sh", "-c", "kill -TERM $$"), 128 + signal.SIGTERM),
        (("sh", "-c", "kill -KILL $$"), 128 + signal.SIGKILL),
        (("/etc/passwd",), 126),
        (("/etc",), 126),
        (("no-such-command-at-all",), 127),
    ],
)
def test_the_exit_code_is_the_childs(shell: Shell, words: tuple[str, ...], code: int) -> None:
    assert shell("run", "--", *words).returncode == code


def test_require_measured_refuses_before_the_child_starts(shell: Shell) -> None:
    checks = json.loads(shell("doctor", "--json").stdout)
    done = shell("run", "--require", "measured", "--", "touch", "started")

    if done.returncode == 0:
        pytest.skip("this machine measures every component")
    assert done.returncode == 125
    assert not (shell.folder / "started").exists()
    assert "hint" in done.stderr
    assert checks


def test_bad_use_is_2_and_before_a_child_125(shell: Shell) -> None:
    assert shell("runs", "show", "nothing").returncode == 2
    assert shell("runs", "list", "--limit", "many").returncode == 2
    assert shell("run", "--stage", "no-such-stage", "--", "true").returncode == 125
    assert shell("run", "--no-such-option", "--", "true").returncode == 125


def test_the_childs_streams_are_its_own(shell: Shell) -> None:
    done = shell("run", "--", "sh", "-c", "echo out; echo err >&2")

    assert done.stdout == "out\n"
    assert done.stderr.startswith("err\n")
    assert len(done.stderr.splitlines()) <= 1 + 12


def test_a_receipt_has_at_most_twelve_lines_and_quiet_has_none(shell: Shell) -> None:
    assert 3 <= len(shell("run", "--", "true").stderr.splitlines()) <= 12
    assert shell("run", "-q", "--", "true").stderr == ""


def test_the_child_finds_its_run_boot_and_spool(shell: Shell) -> None:
    done = shell("run", "--record", "r.json", "--", "sh", "-c", 'test -d "$VATIO_SPOOL" && echo $VATIO_RUN $VATIO_BOOT')
    run, boot = done.stdout.split()
    record = json.loads((shell.folder / "r.json").read_text())

    assert run == record["id"]
    assert boot == record["hosts"][0]["boot"]


@pytest.mark.slow
def test_runs_are_listed_newest_first_and_found_by_every_name(shell: Shell) -> None:
    for name in ("one", "two", "three"):
        assert shell("run", "-q", "--name", name, "--", "true").returncode == 0
    listed = shell.json("runs", "list")
    newest = listed["runs"][0]

    assert listed["schema"] == "vatio.runs/1"
    assert [run["name"] for run in listed["runs"]] == ["three", "two", "one"]
    assert "environment" not in newest
    assert len(shell.json("runs", "list", "--limit", "2")["runs"]) == 2
    for reference in (newest["id"], newest["id"][-8:], "three", "@1"):
        assert shell.json("runs", "show", reference)["id"] == newest["id"], reference
    assert shell.json("runs", "show", "@3")["name"] == "one"


def test_a_nested_run_is_within_its_container(shell: Shell) -> None:
    shell("run", "--name", "outer", "--", *VATIO, "run", "--name", "inner", "--", "true")

    outer, inner = shell.json("runs", "show", "outer"), shell.json("runs", "show", "inner")
    assert inner["within"] == outer["id"]
    assert outer["within"] is None


def test_events_of_the_child_are_in_the_record(shell: Shell) -> None:
    code = (
        "import vatio, time\nwith vatio.phase('train'):\n  time.sleep(.2)\nvatio.work(images=50)\nvatio.log_metric('acc', .9)"
    )
    shell("run", "--record", "r.json", "--", sys.executable, "-c", code)
    record = json.loads((shell.folder / "r.json").read_text())

    assert [phase["name"] for phase in record["phases"]] == ["train"]
    assert 0.19 < record["phases"][0]["duration_s"] < 2.0
    assert (record["work"], record["metrics"]) == ({"images": 50}, {"acc": 0.9})


def test_a_series_is_the_same_command_again(shell: Shell) -> None:
    for words in (("true",), ("true",), ("sleep", "0")):
        shell("run", "-q", "--", *words)
    third, second, first = (run["series"] for run in shell.json("runs", "list")["runs"])

    assert first == second != third


def test_the_ledger_verifies_and_notices_a_flipped_byte(shell: Shell) -> None:
    shell("run", "-q", "--", "true")
    ledger = shell.folder / ".vatio" / "ledger.sqlite"
    assert shell("ledger", "verify").returncode == 0

    import sqlite3

    with sqlite3.connect(ledger) as database:
        tables = {row[0] for row in database.execute("select name from sqlite_master where type = 'table'")}
        assert tables
        database.execute("pragma wal_checkpoint(truncate)")
    database.close()
    raw = ledger.read_bytes()
    at = raw.index(b'"kind":"ended"')
    ledger.write_bytes(raw[: at + 8] + b"X" + raw[at + 9 :])
    assert shell("ledger", "verify").returncode in (1, 3)


def test_help_names_only_words_that_work_in_their_groups(shell: Shell) -> None:
    done = shell("--help")

    assert done.returncode == 0
    for word in ("set up", "measure", "record", "plan", "prove", "share"):
        assert word in done.stdout.lower()
    for later in ("federate", "registry", "audit"):
        assert later not in done.stdout


def test_a_secret_in_an_argument_is_kept_nowhere(shell: Shell) -> None:
    secret = "hunter2-very-secret-token"
    shell("run", "--record", "r.json", "--", "sh", "-c", "true", "--password", secret, f"--token={secret}")
    stored = b"".join(path.read_bytes() for path in (shell.folder / ".vatio").rglob("*") if path.is_file())

    assert secret.encode() not in stored
    assert secret not in (shell.folder / "r.json").read_text()
