"""`runs import` and `runs export`, as a user meets them."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Shell

HEAD = "timestamp,project_name,run_id,duration,emissions,energy_consumed,codecarbon_version\n"
ROW = "2026-03-01T12:00:00,p,{},3600,0.2,1.0,3.3.0\n"


@pytest.fixture
def csv(shell: Shell) -> Path:
    path = shell.folder / "emissions.csv"
    path.write_text(HEAD + ROW.format("a") + ROW.format("b"))
    return path


def test_a_file_is_taken_in_once_and_its_runs_are_listed_shown_and_compared(shell: Shell, csv: Path) -> None:
    first, second = shell("runs", "import", "emissions.csv"), shell("runs", "import", "emissions.csv")
    runs = json.loads(shell("runs", "list", "--json").stdout)["runs"]

    assert (first.returncode, first.stdout) == (0, "emissions.csv: 2 runs added (codecarbon)\n")
    assert (second.returncode, second.stdout) == (0, "emissions.csv: imported before, nothing to add\n")
    assert [(run["name"], run["status"], run["energy_j"]["value"]) for run in runs] == [("p", "finished", 3.6e6)] * 2
    assert "codecarbon 3.3.0" in shell("runs", "show", "@1").stdout
    assert json.loads(shell("runs", "show", "@1", "--json").stdout)["imported"]["file"] == "emissions.csv"
    assert shell("runs", "compare", "@1", "@2").returncode == 0
    assert "1.00" in shell("report", "@1").stdout
    assert shell("ledger", "verify", "--rebuild").returncode == 0


def test_damaged_rows_are_named_on_stderr_and_make_the_exit_code_one(shell: Shell, csv: Path) -> None:
    csv.write_text(csv.read_text() + "x\n" + ROW.format("c"))
    done = shell("runs", "import", "emissions.csv")

    assert done.returncode == 1
    assert done.stdout == "emissions.csv: 3 runs added (codecarbon), 1 refused\n"
    assert done.stderr == "vatio: emissions.csv, line 4: 1 fields, not 7\n"


def test_nothing_is_taken_in_when_one_of_the_files_is_of_no_format(shell: Shell, csv: Path) -> None:
    (shell.folder / "other.txt").write_text("hello")
    done = shell("runs", "import", "emissions.csv", "other.txt")

    assert done.returncode == 2
    assert "no format that is known" in done.stderr
    assert "Traceback" not in done.stderr
    assert shell("runs", "list", "--json").stdout == '{\n  "schema": "vatio.runs/1",\n  "runs": []\n}\n'


def test_the_result_is_a_record(shell: Shell, csv: Path) -> None:
    found = json.loads(shell("runs", "import", "emissions.csv", "--json", "--format", "codecarbon").stdout)
    assert found["schema"] == "vatio.import-result/1"
    assert (len(found["files"][0]["added"]), found["files"][0]["refused"]) == (2, 0)


def test_runs_go_to_stdout_or_into_a_file_and_what_is_lost_is_listed(shell: Shell, csv: Path) -> None:
    shell("runs", "import", "emissions.csv")
    printed = shell("runs", "export", "@1", "@2", "--as", "codecarbon")
    written = shell("runs", "export", "@1", "@2", "--as", "codecarbon", "--out", "out.csv")

    assert printed.returncode == written.returncode == 0
    assert (shell.folder / "out.csv").read_text() == printed.stdout
    assert len(printed.stdout.splitlines()) == 3
    assert "codecarbon has no place for the intervals of the numbers" in printed.stderr
    assert written.stdout == ""
    again = shell("runs", "import", "out.csv")
    assert again.stdout == "out.csv: 0 runs added (codecarbon), 2 known already\n"


def test_bad_use_is_two(shell: Shell, csv: Path) -> None:
    shell("runs", "import", "emissions.csv")
    assert shell("runs", "import").returncode == 2
    assert shell("runs", "import", "absent.csv").returncode == 2
    assert shell("runs", "import", "emissions.csv", "--format", "codecarbn").returncode == 2
    assert shell("runs", "export", "@1").returncode == 2
    assert shell("runs", "export", "@1", "--as", "nothing").returncode == 2
    assert shell("runs", "export", "@9", "--as", "codecarbon").returncode == 2
    assert shell("runs", "export", "@1", "@2", "--as", "boamps").returncode == 2
