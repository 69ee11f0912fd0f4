import os
import subprocess
from pathlib import Path

import pytest

from vatio.measure._spawn import Unstartable, exit_code, find_program, spawn

PATH = {"PATH": "/usr/bin:/bin"}


def script(path: Path, text: str, mode: int = 0o755) -> str:
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def run(argv: list[str], environ: dict[str, str] = PATH) -> int:
    program = find_program(argv[0], environ)
    if isinstance(program, Unstartable):
        return program.exit_code
    pid = spawn(program, argv, environ=environ, mask=())
    return pid.exit_code if isinstance(pid, Unstartable) else exit_code(os.waitpid(pid, 0)[1])


def shell(argv: list[str]) -> int:
    return subprocess.run(["bash", "-c", '"$@"; exit $?', "bash", *argv], env=PATH, capture_output=True).returncode


@pytest.fixture
def odd(tmp_path: Path) -> dict[str, list[str]]:
    binary = tmp_path / "alien"
    binary.write_bytes(b"\x7fELF\0\0\0\0 of another machine")
    binary.chmod(0o755)
    return {
        "empty name": [""],
        "not there": ["no-such-command-at-all"],
        "not there, with a slash": [str(tmp_path / "nothing")],
        "a directory": [str(tmp_path)],
        "below a file": ["/etc/passwd/x"],
        "not executable": [script(tmp_path / "plain", "echo", 0o644)],
        "without shebang": [script(tmp_path / "bare", 'exit "$1"\n'), "9"],
        "an empty file": [script(tmp_path / "empty", "")],
        "its interpreter is not there": [script(tmp_path / "lost", "#!/no/such/interpreter\n")],
        "of another machine": [str(binary)],
        "a name too long": ["x" * 5000],
        "a name not in UTF-8": [os.fsdecode(b"\xff\xfe")],
        "too many words": ["true", *["x" * 1000] * 10000],
        "one word too long": ["true", "x" * 200_000],
        "a good one": ["sh", "-c", "exit 5"],
        "killed": ["sh", "-c", "kill -9 $$"],
    }


CASES = "empty name|not there|not there, with a slash|a directory|below a file|not executable|without shebang|an empty file"
CASES += "|its interpreter is not there|of another machine|a name too long|a name not in UTF-8|too many words|one word too long"
CASES += "|a good one|killed"


@pytest.mark.parametrize("case", CASES.split("|"))
def test_the_exit_code_is_the_one_of_a_shell(odd: dict[str, list[str]], case: str) -> None:
    expected = 126 if case in ("too many words", "one word too long") else shell(odd[case])
    assert run(odd[case]) == expected


def test_words_that_are_not_utf_8_arrive_as_they_are(tmp_path: Path) -> None:
    out = tmp_path / "out"
    word = os.fsdecode(b"caf\xe9 \xff")
    assert run(["sh", "-c", f'printf %s "$1" > {out}', "sh", word]) == 0
    assert out.read_bytes() == b"caf\xe9 \xff"


def test_a_command_is_looked_up_in_the_path_of_the_child(tmp_path: Path) -> None:
    script(tmp_path / "mine", "#!/bin/sh\nexit 4\n")
    assert run(["mine"], {"PATH": f"/nowhere:{tmp_path}"}) == 4
    assert run(["mine"], PATH) == 127


def test_an_empty_part_of_the_path_is_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path / "here", "#!/bin/sh\nexit 6\n")
    monkeypatch.chdir(tmp_path)
    assert run(["here"], {"PATH": ":/usr/bin"}) == 6


def test_a_later_program_is_found_behind_one_that_may_not_be_executed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    script(tmp_path / "a" / "tool", "", 0o644)
    assert run(["tool"], {"PATH": f"{tmp_path}/a"}) == 126
    script(tmp_path / "b" / "tool", "#!/bin/sh\nexit 2\n")
    assert run(["tool"], {"PATH": f"{tmp_path}/a:{tmp_path}/b"}) == 2
