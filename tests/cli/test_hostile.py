"""What a hostile surrounding does to vatio: it says what is wrong, keeps the child's code, and waits for nobody."""

import json
import os
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Shell


def test_a_full_or_closed_stderr_does_not_change_the_childs_code(shell: Shell) -> None:
    assert shell.script("vatio run -- sh -c 'exit 7' 2>/dev/full").returncode == 7
    assert shell.script("vatio run -- sh -c 'exit 7' 2>&- >&-").returncode == 7
    assert shell.script("{ vatio run -- sh -c 'sleep 0.2; exit 7'; echo $? >code; } 2>&1 | true; cat code").stdout == "7\n"


def test_control_characters_of_a_name_are_shown_as_escapes(shell: Shell) -> None:
    (shell.folder / "vatio.toml").write_text('[site]\n"a\\u001b[31m" = 3\n')

    refused = shell("run", "--", "true")

    assert refused.returncode == 125
    assert "\x1b" not in refused.stderr
    assert "\\x1b" in refused.stderr


def test_a_pipe_in_the_outbox_or_in_the_ledgers_place_keeps_nobody_waiting(shell: Shell) -> None:
    assert shell("run", "--", "true").returncode == 0
    outbox = shell.folder / ".vatio" / "outbox"
    outbox.mkdir(exist_ok=True)
    os.mkfifo(outbox / "x.jsonl")
    assert shell("run", "--", "sh", "-c", "exit 7").returncode == 7
    assert shell("runs", "list").stdout.count("failed") == 1

    os.mkfifo(shell.folder / "pipe")
    assert "is not a file" in shell("runs", "list", "--ledger", "pipe").stderr


def test_events_that_are_nothing_but_nonsense_cost_no_joule(shell: Shell) -> None:
    deep = """import os; open(os.environ["VATIO_SPOOL"] + "/events.jsonl", "ab").write(b'{"a":' * 9999 + b"\\n")"""
    assert shell("run", "--", sys.executable, "-c", deep).returncode == 0

    assert json.loads(shell("runs", "show", "@1", "--json").stdout)["energy_j"]["value"] > 0.0


def test_a_pipe_in_the_place_of_the_events_keeps_nobody_waiting(shell: Shell) -> None:
    script = 'rm -f "$VATIO_SPOOL/events.jsonl"; mkfifo "$VATIO_SPOOL/events.jsonl"; exit 7'

    assert shell("run", "--", "sh", "-c", script).returncode == 7


def test_a_spool_that_the_workload_deletes_costs_no_joule(shell: Shell) -> None:
    assert shell("run", "--", "sh", "-c", 'rm -r "$VATIO_SPOOL"').returncode == 0

    run = json.loads(shell("runs", "show", "@1", "--json").stdout)
    assert run["energy_j"]["value"] > 0.0
    assert any("deleted" in note for note in run["notes"])


def test_a_run_in_a_folder_whose_name_is_no_text_is_recorded(shell: Shell) -> None:
    folder = os.fsencode(shell.folder) + b"/caf\xe9"
    os.mkdir(folder)
    made = shell.script("cd caf*; vatio run -- sh -c 'exit 7'; vatio runs list --json")

    assert json.loads(made.stdout)["runs"][0]["project"] == "caf\\udce9"
    assert "not recorded" not in made.stderr
    assert "1 entries" not in shell.script("cd caf*; vatio ledger verify").stdout


def test_a_search_that_cannot_match_finds_nothing(shell: Shell) -> None:
    assert shell("run", "--", "true").returncode == 0

    assert shell("runs", "list", "--limit", "9" * 30).returncode == 0
    assert "internal" not in shell("runs", "list", "--project", "\udcff").stderr
    assert shell("runs", "show", "\udcff").returncode == 2


@pytest.mark.slow
def test_a_process_with_hardly_a_descriptor_left_keeps_the_childs_code(shell: Shell) -> None:
    for most in (6, 8, 12, 16, 20):
        assert shell.script(f"ulimit -n {most}; vatio run -- sh -c 'exit 7'").returncode == 7


def test_relative_folders_of_the_user_are_ignored(shell: Shell) -> None:
    everywhere = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"), "rel")

    assert shell("run", "--", "true", **everywhere).returncode == 0

    assert os.listdir(shell.folder) == [".vatio"]


def test_a_deleted_working_folder_is_no_reason_for_an_outbox(shell: Shell) -> None:
    made = shell.script("mkdir gone; cd gone; rmdir ../gone; vatio run -- sh -c 'exit 7'")

    assert made.returncode == 7
    assert "outbox" not in made.stderr


def test_a_folder_in_the_ledgers_place_still_gives_a_receipt(shell: Shell) -> None:
    (shell.folder / ".vatio" / "ledger.sqlite").mkdir(parents=True)

    made = shell("run", "--", "sh", "-c", "exit 7")

    assert made.returncode == 7
    assert "energy" in made.stderr
    assert "outbox" in made.stderr


def test_the_record_goes_through_a_pipe(shell: Shell) -> None:
    made = shell.script("vatio run -q --record >(cat >out.json) -- sh -c 'exit 7'; code=$?; sleep 0.3; exit $code")

    assert made.returncode == 7
    assert json.loads((Path(shell.folder) / "out.json").read_text())["exit_code"] == 7
