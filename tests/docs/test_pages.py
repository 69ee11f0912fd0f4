"""What the pages say is so: their Python runs, their commands parse, their links lead somewhere."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "locks" / "README.md"])
BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


def blocks(page, language):
    return [body for name, body in BLOCK.findall(page.read_text(encoding="utf-8")) if name == language]


def name_of(page):
    return page.relative_to(ROOT).as_posix()


def commands(page):
    """Give each vatio command that a page shows, continued lines joined."""
    for body in [*blocks(page, "console"), *blocks(page, "sh"), *blocks(page, "bash")]:
        for line in body.replace("\\\n", " ").splitlines():
            line = line.removeprefix("$ ").removeprefix("sudo ").strip()
            if line.startswith("vatio ") and "COMMAND" not in line:
                yield line


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=name_of)
def test_the_python_of_a_page_runs(page, tmp_path):
    """All blocks of a page are one program, run in an empty folder."""
    program = "\n".join(blocks(page, "python"))
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", [page for page in PAGES if list(commands(page))], ids=name_of)
def test_the_commands_of_a_page_parse(page):
    """Each word is a command, each option one that it has."""
    from vatio.cli._group import group

    for line in commands(page):
        words = shlex.split(line, comments=True)[1:]
        words = words[: words.index("--")] if "--" in words else words
        command, context = group, click.Context(group, info_name="vatio")
        while words and isinstance(command, click.Group) and not words[0].startswith("-"):
            found = command.get_command(context, words[0])
            assert found is not None, line
            command, words = found, words[1:]
        known = {word for option in command.params for word in [*option.opts, *option.secondary_opts]} | {"--help", "--version"}
        unknown = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)} - known
        assert unknown == set(), line


@pytest.mark.parametrize("page", [page for page in PAGES if LINK.search(page.read_text(encoding="utf-8"))], ids=name_of)
def test_the_links_of_a_page_lead_somewhere(page):
    broken = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    assert broken == []


def test_the_generated_pages_are_current():
    """`make docs` writes them; this is what it would say."""
    done = subprocess.run(
        [sys.executable, "-m", "docs.generate", "--check"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
