"""The way in: help, mistakes, streams that fail, and what is imported for what."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from vatio import __version__
from vatio.cli import main
from vatio.cli._group import group
from vatio.cli._words import WORDS, help_text, words


def walk(name: str, command: click.Command) -> list[tuple[str, click.Command]]:
    found = [(name, command)]
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for word in command.list_commands(context):
            inner = command.get_command(context, word)
            assert inner is not None, word
            found += walk(f"{name} {word}", inner)
    return found


COMMANDS = walk("vatio", group)[1:]
LEAVES = [(name, command) for name, command in COMMANDS if not isinstance(command, click.Group)]


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_groups_the_words(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    shown = capsys.readouterr().out

    assert shown == help_text()
    for heading, members in WORDS.items():
        assert f"\n{heading}\n" in shown
        for word in members:
            assert re.search(rf"^  {word}\s", shown, re.M)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"vatio {__version__}\n"


@pytest.mark.parametrize("word", words())
def test_the_table_of_words_says_what_the_command_says(word: str) -> None:
    command = dict(COMMANDS)[f"vatio {word}"]
    assert (command.help or "").startswith(words()[word])


@pytest.mark.parametrize(("name", "command"), LEAVES, ids=[name for name, _ in LEAVES])
def test_every_command_has_the_shared_options_and_says_what_it_does(name: str, command: click.Command) -> None:
    options = {spelt for parameter in command.params for spelt in parameter.opts}

    assert {"--ledger", "--config", "-q", "--quiet"} <= options
    assert (command.help or "").strip()
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert (parameter.help or "").endswith("."), parameter.name


READING = ("config", "doctor", "runs list", "runs show", "runs compare", "ledger verify", "report")


@pytest.mark.parametrize("name", READING)
def test_every_reading_command_has_json(name: str) -> None:
    command = dict(LEAVES)[f"vatio {name}"]
    assert "--json" in {spelt for parameter in command.params for spelt in parameter.opts}


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["cofnig"], "unknown command 'cofnig'", "did you mean config?"),
        (["config", "--jsn"], "no such option '--jsn'", "vatio config --help"),
        (["config", "--completion", "tcsh"], "invalid value for '--completion'", "vatio config --help"),
        (["config", "extra"], "got unexpected extra argument", "vatio config --help"),
        (["runs", "lst"], "no such command 'lst'", "vatio runs --help"),
        (["--nonsense"], "no such option", "vatio --help"),
        (["config", "--config", "absent.toml"], "cannot read absent.toml", "vatio init"),
    ],
)
def test_bad_use_is_2_with_a_message_and_a_hint(
    arguments: list[str],
    message: str,
    hint: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    said = capsys.readouterr()

    assert said.out == ""
    assert said.err.startswith("vatio: ")
    assert message in said.err
    assert "\nhint: " in said.err
    assert hint in said.err


def test_help_imports_neither_click_nor_a_room() -> None:
    code = (
        "import sys; from vatio.cli import main; main(['--help']);"
        "rooms = {'config', 'records', 'measure', 'ledger', 'account', 'analysis', 'report', 'catalog'};"
        "found = [m for m in sys.modules if m.split('.')[:1] == ['vatio'] and m.split('.')[1:2] and m.split('.')[1] in rooms];"
        "print(found, 'click' in sys.modules, 'dataclasses' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] False False"


@pytest.mark.parametrize("word", ["config", "runs", "ledger"])
def test_a_command_imports_no_other_command_and_no_rich(word: str) -> None:
    code = (
        f"import sys; from vatio.cli import main; main(['{word}', '--help']);"
        "found = [m for m in sys.modules if m.startswith('vatio.cli.commands._') or m in ('rich', 'asyncio')];"
        f"print([m for m in found if not m.startswith('vatio.cli.commands._{word}')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


class Broken(click.Command):
    """Fail as no command should."""

    def invoke(self, ctx: click.Context) -> Any:
        raise ZeroDivisionError("one over none")


def test_a_fault_of_ours_is_a_line_and_3_without_a_traceback(
    shell: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VATIO_DEBUG", raising=False)
    broken = click.Group("vatio", {"config": Broken("config")})
    assert main(["config"], commands=broken) == 3
    said = capsys.readouterr().err
    assert said.startswith("vatio: internal error: ZeroDivisionError: one over none\nhint: ")
    assert "Traceback" not in said

    monkeypatch.setenv("VATIO_DEBUG", "1")
    assert main(["config"], commands=broken) == 3
    assert "Traceback" in capsys.readouterr().err


class Interrupted(click.Command):
    """Be stopped by Ctrl-C."""

    def invoke(self, ctx: click.Context) -> Any:
        raise KeyboardInterrupt


def test_ctrl_c_is_130_and_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"], commands=click.Group("vatio", {"config": Interrupted("config")})) == 130
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("words", ["--help", "config --schema", "config"])
def test_a_reader_that_leaves_is_no_error(shell: Any, words: str) -> None:
    done = shell.script(f"vatio {words} | true; echo ${{PIPESTATUS[0]}}")
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
@pytest.mark.parametrize("words", ["--help", "config --schema", "config"])
def test_a_full_disk_behind_stdout_is_said(shell: Any, words: str) -> None:
    done = shell.script(f"vatio {words} > /dev/full")
    assert done.returncode == 3
    assert done.stderr == "vatio: cannot write to stdout: No space left on device\n"


@pytest.mark.parametrize("closing", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_closed_streams_are_no_error(shell: Any, closing: str) -> None:
    assert shell.script(f"vatio config {closing}").returncode == 0
    assert shell.script(f"vatio cofnig {closing}").returncode == 2


def test_a_terminal_that_knows_only_ascii_shows_escapes(shell: Any) -> None:
    (shell.folder / "vatio.toml").write_text('[project]\nname = "caffè"\n', encoding="utf-8")
    done = shell("config", PYTHONIOENCODING="ascii:strict")

    assert done.returncode == 0
    assert 'name = "caff\\xe8"' in done.stdout


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("vatio co", "config"),
        ("vatio runs sh", "show"),
        ("vatio config --sh", "--show-origin"),
        ("vatio config --completion z", "zsh"),
    ],
)
def test_bash_completes_words_and_options(shell: Any, given: str, expected: str) -> None:
    count = len(given.split()) - 1
    done = shell(_VATIO_COMPLETE="bash_complete", COMP_WORDS=given, COMP_CWORD=str(count))
    assert expected in done.stdout


@pytest.mark.parametrize("kind", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed_for_each_shell(shell: Any, kind: str) -> None:
    done = shell("config", "--completion", kind)

    assert done.returncode == 0
    assert f"{kind}_complete" in done.stdout
    assert "_VATIO_COMPLETE" in done.stdout


def test_bash_accepts_its_completion_script(shell: Any) -> None:
    done = shell.script("vatio config --completion bash > c.sh && bash -n c.sh && source c.sh && complete -p vatio")
    assert done.returncode == 0, done.stderr
    assert "_vatio_completion" in done.stdout
