"""What other people's CI runs of ours: it parses, pins what it uses, puts nobody's words into a script, knows our options."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

yaml = pytest.importorskip("yaml")
pytestmark = pytest.mark.yaml

ROOT = Path(__file__).resolve().parents[2]
ACTION = ROOT / "ci" / "github" / "gate" / "action.yml"
WORKFLOWS = [ROOT / "ci" / "github" / "gate.yml", ROOT / "ci" / "github" / "comment.yml"]
GITLAB = ROOT / "ci" / "gitlab" / "vatio-gate.yml"
EVERY = [ACTION, *WORKFLOWS, GITLAB]

STEP = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "id": {"type": "string"},
        "if": {"type": "string"},
        "uses": {"type": "string"},
        "run": {"type": "string"},
        "shell": {"enum": ["bash"]},
        "with": {"type": "object"},
        "env": {"type": "object", "additionalProperties": {"type": "string"}},
        "working-directory": {"type": "string"},
    },
    "additionalProperties": False,
    "oneOf": [{"required": ["uses"]}, {"required": ["run"]}],
}
SCHEMAS: dict[Path, dict[str, Any]] = {
    ACTION: {
        "type": "object",
        "required": ["name", "description", "inputs", "outputs", "runs"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string"},
            "description": {"type": "string", "maxLength": 125},
            "inputs": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "required": ["description", "default"],
                    "properties": {"description": {"type": "string"}, "default": {"type": "string"}},
                    "additionalProperties": False,
                },
            },
            "outputs": {
                "type": "object",
                "additionalProperties": {"type": "object", "required": ["description", "value"], "additionalProperties": True},
            },
            "runs": {
                "type": "object",
                "required": ["using", "steps"],
                "properties": {
                    "using": {"const": "composite"},
                    # A composite action's script has no default shell.
                    "steps": {"type": "array", "items": {**STEP, "dependentRequired": {"run": ["shell"]}}},
                },
            },
        },
    },
    **{
        path: {
            "type": "object",
            # YAML 1.1 reads the key `on` as true.
            "required": ["name", "permissions", "jobs"],
            "properties": {
                "permissions": {"type": "object", "additionalProperties": {"enum": ["read", "write"]}},
                "jobs": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "required": ["runs-on", "steps", "timeout-minutes"],
                        "properties": {"steps": {"type": "array", "items": STEP}},
                    },
                },
            },
        }
        for path in WORKFLOWS
    },
    GITLAB: {
        "type": "object",
        "required": ["variables", "vatio-gate"],
        "properties": {
            "variables": {"type": "object", "additionalProperties": {"type": "object", "required": ["value", "description"]}}
        },
        "additionalProperties": {
            "type": "object",
            "required": ["stage", "image", "rules", "script"],
            "properties": {"script": {"type": "array", "items": {"type": "string"}}},
        },
    },
}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(path: Path) -> list[dict[str, Any]]:
    found = read(path)
    if path == ACTION:
        return list(found["runs"]["steps"])
    if path in WORKFLOWS:
        return [step for job in found["jobs"].values() for step in job["steps"]]
    return []


def scripts(path: Path) -> Iterator[str]:
    if path == GITLAB:
        yield from ("\n".join(job["script"]) for name, job in read(path).items() if name != "variables")
    yield from (step["run"] for step in steps(path) if "run" in step)


def options_of_the_gate() -> set[str]:
    from vatio.cli.commands._gate import command

    return {word for option in command.params for word in [*option.opts, *option.secondary_opts]}


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_template_has_the_keys_that_its_ci_requires(path: Path) -> None:
    jsonschema.validate(read(path), SCHEMAS[path])


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_script_is_a_shell_script(path: Path) -> None:
    found = list(scripts(path))

    assert found or path == WORKFLOWS[0]
    for script in found:
        done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_no_expression_is_put_into_the_text_of_a_script(path: Path) -> None:
    """A branch named `$(...)` must not run: what others write comes by the environment."""
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []
    assert [step for step in steps(path) if "${{" in step.get("uses", "")] == []


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_every_action_of_others_is_pinned_to_a_commit(path: Path) -> None:
    used = [step["uses"] for step in steps(path) if "uses" in step]
    lines = path.read_text(encoding="utf-8").splitlines()

    for action in used:
        assert action.startswith("./") or re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action), action
    assert all(re.search(r"# v\d+\.\d+\.\d+$", line) for line in lines if re.search(r"uses: actions/", line))


def test_the_gate_needs_no_token_that_writes() -> None:
    assert read(WORKFLOWS[0])["permissions"] == {"contents": "read"}
    assert "github.token" not in ACTION.read_text()
    assert "secrets." not in "".join(path.read_text() for path in EVERY)


def test_only_the_comment_may_write_and_it_runs_nothing_of_the_pull_request() -> None:
    assert read(WORKFLOWS[1])["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert all("uses" not in step for step in steps(WORKFLOWS[1]))


@pytest.mark.parametrize("path", [ACTION, GITLAB], ids=lambda path: path.name)
def test_every_option_that_a_template_gives_is_one_of_the_gate(path: Path) -> None:
    text = "\n".join(scripts(path))
    used = set(re.findall(r"(?<=option )--[a-z-]+", text)) | set(
        re.findall(r"--(?:junit|sarif|markdown|picture|badge|html|json)\b", text)
    )

    assert len(used) >= 7
    assert used - options_of_the_gate() == set()


def test_every_input_is_used_and_every_used_one_is_declared() -> None:
    declared = set(read(ACTION)["inputs"])
    used = set(re.findall(r"inputs\.([a-z-]+)", ACTION.read_text()))

    assert declared == used


def test_the_settings_that_gitlab_names_are_settings() -> None:
    from dataclasses import fields

    from vatio.config.sections import GateConfig

    keys = {f"VATIO_GATE_{field.name.upper()}" for field in fields(GateConfig)}
    named = set(re.findall(r"VATIO_GATE_[A-Z_]*[A-Z]", GITLAB.read_text()))

    assert named - keys == set()


# --- the scripts themselves, with a double of vatio ----------------------------------------------------------------------

VATIO = """#!/bin/sh
printf '%s\\n' "$@" >"$SEEN"
while [ $# -gt 0 ]; do
  case "$1" in
    --markdown) echo "<!-- vatio gate -->" >"$2" ;;
    --) break ;;
  esac
  shift
done
printf '%s' "$ANSWER"
exit "$ANSWER_CODE"
"""


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """Lay out what a GitHub runner gives a step."""
    programs = tmp_path / "temp" / "vatio-env" / "bin"
    programs.mkdir(parents=True)
    (programs / "vatio").write_text(VATIO)
    (programs / "vatio").chmod(stat.S_IRWXU)
    (programs / "python").symlink_to(sys.executable)
    names = {key.upper().replace("-", "_"): "" for key in read(ACTION)["inputs"]}
    return {
        "PATH": os.environ["PATH"],
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "SEEN": str(tmp_path / "seen"),
        "ANSWER": json.dumps({"outcome": "pass"}),
        "ANSWER_CODE": "0",
        "BASE_COMMIT": "",
        **{f"INPUT_{name}": "" for name in names},
    }


def measure(runner: dict[str, str], **environ: str) -> tuple[list[str], dict[str, str]]:
    """Run the step that measures; give what vatio was called with, and the step's outputs."""
    script = next(step["run"] for step in steps(ACTION) if step.get("id") == "gate")
    merged = {**runner, **environ}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        env=merged,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outputs = dict(line.split("=", 1) for line in Path(merged["GITHUB_OUTPUT"]).read_text().splitlines())
    return Path(merged["SEEN"]).read_text().splitlines(), outputs


def judged(outcome: str, code: str, allow: str = "false") -> int:
    script = steps(ACTION)[-1]["run"]
    environ = {"PATH": os.environ["PATH"], "OUTCOME": outcome, "CODE": code, "INPUT_ALLOW": allow}
    return subprocess.run(["bash", "-eo", "pipefail", "-c", script], env=environ, capture_output=True, check=False).returncode


def test_the_action_gives_only_the_options_that_were_set(runner: dict[str, str]) -> None:
    words, outputs = measure(runner, INPUT_MAX_REGRESSION="2%", INPUT_AGAINST="baseline:main")

    assert words[:5] == ["gate", "--against", "baseline:main", "--max-regression", "2%"]
    assert "--setup" not in words
    assert "--" not in words
    assert outputs["outcome"] == "pass"
    assert outputs["exit-code"] == "0"
    assert Path(runner["GITHUB_STEP_SUMMARY"]).read_text() == "<!-- vatio gate -->\n"


def test_hostile_inputs_stay_words(runner: dict[str, str], tmp_path: Path) -> None:
    attack = f'"; touch {tmp_path}/owned; $(touch {tmp_path}/owned) `touch {tmp_path}/owned` ${{HOME}}'
    words, _ = measure(runner, INPUT_AGAINST=attack, INPUT_SETUP=attack, INPUT_METRIC=attack)

    assert words[1:7] == ["--against", attack, "--setup", attack, "--metric", attack]
    assert not (tmp_path / "owned").exists()


def test_a_command_is_one_word_of_a_shell(runner: dict[str, str]) -> None:
    words, _ = measure(runner, INPUT_COMMAND="python train.py --epochs 1 | tail")

    assert words[words.index("--") + 1 :] == ["bash", "-euo", "pipefail", "-c", "python train.py --epochs 1 | tail"]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_base_of_a_pull_request_is_the_baseline(runner: dict[str, str], tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "one"], check=True)
    base = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    words, _ = measure(runner, BASE_COMMIT=base, GIT_DIR=str(tmp_path / ".git"))

    assert words[1:3] == ["--against", f"git:{base}"]


@pytest.mark.parametrize("answer", ["", "not json", "[]", '{"other": 1}'])
def test_a_gate_that_says_nothing_has_no_outcome_and_keeps_its_code(runner: dict[str, str], answer: str) -> None:
    _, outputs = measure(runner, ANSWER=answer, ANSWER_CODE="3")

    assert (outputs["outcome"], outputs["exit-code"]) == ("", "3")


@pytest.mark.parametrize(
    ("outcome", "code", "allow", "expected"),
    [
        ("pass", "0", "false", 0),
        ("fail", "1", "true", 1),
        ("inconclusive", "3", "false", 3),
        ("inconclusive", "3", "true", 0),
        ("", "3", "true", 3),
        ("", "2", "true", 2),
        ("", "", "true", 3),
    ],
)
def test_only_an_undecided_gate_may_be_let_through(outcome: str, code: str, allow: str, expected: int) -> None:
    assert judged(outcome, code, allow) == expected


GH = """#!/bin/sh
case "$1 $2" in
  "run download") mkdir -p "$FOLDER/gate"; cp "$COMMENT" "$FOLDER/gate/comment.md" ;;
  *pulls*) printf '%s\\n' "$2" >>"$ASKED"; printf '%s' "$PULLS" ;;
  *--paginate*) printf '%s' "$COMMENTS" ;;
  *) printf '%s\\n' "$@" >>"$POSTED" ;;
esac
"""


@pytest.mark.skipif(shutil.which("jq") is None, reason="needs jq")
def test_the_comment_goes_to_the_pull_request_that_has_the_commit_and_names_nobody(tmp_path: Path) -> None:
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(stat.S_IRWXU)
    (tmp_path / "comment").write_text("<!-- vatio gate -->\n### fail @everyone [x](https://a.example) <!-- hidden -->\n")
    pulls = [{"number": 4, "head": {"sha": "other"}}, {"number": 7, "head": {"sha": "abc"}}]
    mine = {"id": 99, "user": {"type": "Bot"}, "body": "<!-- vatio gate -->\nold"}
    theirs = {"id": 98, "user": {"type": "User"}, "body": "<!-- vatio gate -->\nforged"}
    environ = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "RUNNER_TEMP": str(tmp_path),
        "FOLDER": str(tmp_path),
        "COMMENT": str(tmp_path / "comment"),
        "ASKED": str(tmp_path / "asked"),
        "POSTED": str(tmp_path / "posted"),
        "PULLS": json.dumps(pulls),
        "COMMENTS": json.dumps([theirs, mine]),
        "REPOSITORY": "a/b",
        "RUN": "1",
        "COMMIT": "abc",
        "OWNER": "fork",
        "BRANCH": "x&head=$(touch owned)",
    }
    done = subprocess.run(
        ["bash", "-c", steps(WORKFLOWS[1])[0]["run"]], env=environ, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    body = json.loads((tmp_path / "body.json").read_text())["body"]

    assert done.returncode == 0, done.stderr
    assert "repos/a/b/issues/comments/99" in (tmp_path / "posted").read_text()
    head = (tmp_path / "asked").read_text().strip().partition("&head=")[2]
    assert "&" not in head
    assert unquote(head) == "fork:x&head=$(touch owned)"
    assert not (tmp_path / "owned").exists()
    assert body.startswith("<!-- vatio gate -->\n")
    assert body.count("<!--") == 1
    assert "@everyone" not in body
    assert "](" not in body


def test_gitlab_runs_the_gate_and_keeps_its_code(runner: dict[str, str], tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "vatio-env").symlink_to(tmp_path / "temp" / "vatio-env")
    environ = {
        **runner,
        "CI_PROJECT_DIR": str(project),
        "GATE_COMMAND": 'python train.py "a b"',
        "GATE_ALLOW_INCONCLUSIVE": "true",
        "VATIO_GATE_AGAINST": "git:main",
        "ANSWER": json.dumps({"outcome": "inconclusive"}, indent=2),
        "ANSWER_CODE": "3",
    }
    script = read(GITLAB)["vatio-gate"]["script"][-1]

    def exit_code(**more: str) -> int:
        return subprocess.run(["sh", "-c", script], env={**environ, **more}, capture_output=True, check=False).returncode

    assert exit_code() == 0
    assert json.loads((project / "vatio-gate" / "verdict.json").read_text()) == {"outcome": "inconclusive"}
    assert exit_code(ANSWER_CODE="1") == 1
    assert exit_code(GATE_ALLOW_INCONCLUSIVE="false") == 3
    assert exit_code(ANSWER="") == 3
    words = Path(runner["SEEN"]).read_text().splitlines()
    assert words[words.index("--") + 1 :] == ["sh", "-eu", "-c", 'python train.py "a b"']
    # What lies in the working tree while it is measured would be a change of it.
    assert not words[words.index("--junit") + 1].startswith(str(project))
