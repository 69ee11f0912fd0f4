"""`vatio run`: what is an option, what is the command's, and what it says."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vatio.cli import main
from vatio.cli._run_options import RUN_OPTIONS, quick_parse
from vatio.cli.commands._run import command as click_command
from vatio.cli.planning._when_options import WHEN_OPTIONS, is_asked

WAITS = {option.name for option in WHEN_OPTIONS}
NAMES = [option.spelt for option in RUN_OPTIONS] + ["--ledger", "--config", "--quiet", "-q"]
WORDS = st.one_of(
    st.sampled_from(
        [*NAMES, "--", "-", "-x", "--nonsense", "--help", "python", "ES", "a=b", "-qq", "--live=1", "--na", "--record="]
    ),
    st.sampled_from(NAMES).map(lambda name: f"{name}=value"),
    st.text(max_size=4),
)


def by_click(arguments: list[str]) -> tuple[tuple[str, ...], dict[str, Any]]:
    context = click_command.make_context("run", list(arguments))
    # What makes a run wait is left to click altogether.
    given = {name: value for name, value in context.params.items() if name not in WAITS}
    assert not is_asked(context.params) or set(arguments) & {option.spelt for option in WHEN_OPTIONS}
    return given.pop("words"), given


@settings(max_examples=400, deadline=None)
@given(arguments=st.lists(WORDS, max_size=7))
def test_the_quick_parse_is_clicks_or_none(arguments: list[str]) -> None:
    parsed = quick_parse(arguments)

    assert parsed is None or parsed == by_click(arguments)


@pytest.mark.parametrize("mistake", [["--nonsense"], ["--name"], ["--live=1", "x"], ["-x", "y"], ["--tag"]])
def test_what_click_refuses_is_left_to_click(mistake: list[str]) -> None:
    assert quick_parse(mistake) is None
    with pytest.raises(click.UsageError):
        by_click(mistake)


def test_every_usual_call_takes_the_quick_way() -> None:
    for arguments in (["true"], ["--", "true"], ["-q", "--zone", "ES", "--tag", "a=b", "--tag=c=d", "--live", "python", "-q"]):
        assert quick_parse(arguments) is not None


def test_options_after_the_command_are_the_commands(shell: Any) -> None:
    done = shell("run", "-q", "echo", "--name", "x", "-q", "--", "--help")
    assert done.stdout == "--name x -q -- --help\n"
    assert done.stderr == ""


def test_two_dashes_end_the_options(shell: Any) -> None:
    assert shell("run", "-q", "--", "printf", "%s", "--").stdout == "--"
    assert shell("run", "-q", "printf", "%s", "--", "x").stdout == "--x"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--",),
        ("--nonsense", "--", "touch", "started"),
        ("--stage", "resting", "--", "touch", "started"),
        ("--interval", "5 parsecs", "--", "touch", "started"),
        ("--interval", "1h", "--", "touch", "started"),
        ("--tag", "team", "--", "touch", "started"),
        ("--require", "everything", "--", "touch", "started"),
        ("--config", "absent.toml", "--", "touch", "started"),
        ("--name", "", "--", "touch", "started"),
        ("--name", "a\nb", "--", "touch", "started"),
        ("--name",),
    ],
)
def test_a_bad_option_is_125_and_nothing_starts(shell: Any, words: tuple[str, ...]) -> None:
    done = shell("run", *words)

    assert done.returncode == 125
    assert done.stdout == ""
    assert done.stderr.startswith("vatio: ")
    assert "\nhint: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not (shell.folder / "started").exists()


def test_a_broken_configuration_is_125_with_its_line(shell: Any) -> None:
    (shell.folder / "vatio.toml").write_text("[site]\n\npue = '1.2kW'\n")
    done = shell("run", "--", "touch", "started")

    assert done.returncode == 125
    assert "vatio.toml:3: site.pue" in done.stderr
    assert not (shell.folder / "started").exists()


def test_the_configured_command_is_run_when_none_is_given(shell: Any) -> None:
    (shell.folder / "vatio.toml").write_text("[workload]\ncommand = ['echo', 'configured']\nname = 'mine'\n")
    done = shell("run", "--record", "r.json")

    assert done.stdout == "configured\n"
    assert json.loads((shell.folder / "r.json").read_text())["name"] == "mine"


def test_options_win_over_the_file_and_reach_the_record(shell: Any) -> None:
    (shell.folder / "vatio.toml").write_text(
        "[workload]\nname = 'file'\nstage = 'data'\ntags = { team = 'blue' }\n[site]\nzone = 'FR'\n[project]\nname = 'p'\n"
    )
    options = ("--name=option", "--stage=training", "--tag=run=7", "--zone=ES", "--interval=250ms", "--record=r.json")
    assert shell("run", *options, "--", "true").returncode == 0
    record = json.loads((shell.folder / "r.json").read_text())

    assert (record["name"], record["stage"], record["project"]) == ("option", "training", "p")
    assert record["tags"] == {"team": "blue", "run": "7"}
    assert record["intensity_g_per_kwh"]["zone"] == "ES"
    assert record["interval_s"] == 0.25


@pytest.mark.slow
def test_the_receipt_has_the_change_from_the_second_run_on(shell: Any) -> None:
    first = shell("run", "--", "sleep", "0.05").stderr
    assert "no earlier run of this command" in first
    for _ in range(4):
        shell("run", "-q", "--", "sleep", "0.05")
    later = shell("run", "--", "sleep", "0.05").stderr
    change = next(line for line in later.splitlines() if line.startswith("change"))

    assert "against 5 runs" in change
    assert "significant (" in change
    assert "p=" in change
    assert all(len(line) <= 80 for line in later.splitlines())
    assert len(later.splitlines()) <= 12


def test_the_live_line_goes_to_stderr_as_lines_where_it_is_no_terminal(shell: Any) -> None:
    done = shell("run", "--live", "--interval", "100ms", "--", "sleep", "0.5")

    assert done.stdout == ""
    assert "sleep · process " in done.stderr.splitlines()[0]
    assert any("CPU-s" in line for line in done.stderr.splitlines()[:3])
    assert "\x1b" not in done.stderr


def test_ctrl_c_before_there_is_a_child_is_130(shell: Any) -> None:
    fifo = shell.folder / "slow.toml"
    os.mkfifo(fifo)
    process = subprocess.Popen(
        [sys.executable, "-m", "vatio", "run", "--config", str(fifo), "--", "touch", "started"],
        cwd=shell.folder,
        env=shell.environ,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)

    assert process.returncode == 130
    assert "Traceback" not in said
    assert not (shell.folder / "started").exists()


CODES = {0, 1, 2, 3, 125, 126, 127, 130}
ANY_WORD = st.one_of(
    st.sampled_from(
        [*NAMES, "run", "runs", "list", "show", "compare", "ledger", "verify", "report", "config", "doctor", "--json"]
    ),
    st.sampled_from(
        ["@1", "@0", "@x", "@99999999999", "--limit", "-1", "--html", "/", "--head", "zz", "--key", "--older-than", "1x"]
    ),
    st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6),
)


@settings(max_examples=120, deadline=None)
@given(words=st.lists(ANY_WORD, max_size=5))
def test_no_arguments_bring_a_traceback(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    # `run` has its own test below; init and keygen would write where they are told.
    words = [word for word in words if word not in ("init", "keygen", "run")]
    folder = tmp_path_factory.getbasetemp() / "fuzz-cli"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("HOME", str(folder))
        patch.setattr(sys, "stdout", io.StringIO())
        patch.setattr(sys, "stderr", said := io.StringIO())
        code = main(words)

    assert code in CODES
    assert "Traceback" not in said.getvalue()
    assert "internal error" not in said.getvalue()


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(words=st.lists(ANY_WORD, max_size=4))
def test_no_run_brings_a_traceback(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    folder = tmp_path_factory.getbasetemp() / "fuzz-run"
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "vatio", "run", *words],
        cwd=folder,
        env={"PATH": "", "HOME": str(folder)},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode in CODES
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr


@pytest.mark.parametrize("words", [["run"], ["config"], ["runs", "list"], ["doctor"]])
@pytest.mark.parametrize(
    "encoded", [b"\xff\xfe[", b"[site", b"\0" * 100, b"[[[[[[", b"[site]\npue=" + b"9" * 5000, b"a=" * 5000]
)
def test_no_configuration_brings_a_traceback(shell: Any, words: list[str], encoded: bytes) -> None:
    (shell.folder / "vatio.toml").write_bytes(encoded)
    done = shell(*words)

    assert done.returncode == (125 if words == ["run"] else 2)
    assert done.stderr.startswith("vatio: vatio.toml")
    assert "Traceback" not in done.stderr


def test_the_click_way_and_the_quick_way_have_the_same_options() -> None:
    shown = {spelt for parameter in click_command.params if isinstance(parameter, click.Option) for spelt in parameter.opts}
    assert shown == {*NAMES, *(option.spelt for option in WHEN_OPTIONS)}
