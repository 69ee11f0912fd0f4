"""A container's recipe names what it is pinned to, and what it is not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.prove._replay_cases import project_in

from vatio.errors import UsageError
from vatio.govern.container import Recipe, devcontainer, dockerfile

PINNED = "python:3.11.7-slim@sha256:" + "ab" * 32


@pytest.fixture
def project(tmp_path):
    return project_in(str(tmp_path))


def recipe(**fields):
    plain = {"run": "a", "image": PINNED, "command": ("python", "train.py"), "variables": {}, "inputs": (), "is_locked": True}
    return Recipe(**{**plain, **fields})


def exported(project, *words):
    done = project.start("runs", "export", "@1", "--as", "container", "--out", "box", *words)
    out, said = done.communicate(timeout=60)
    return done.returncode, out, said, Path(project.folder) / "box"


@pytest.mark.slow
def test_a_recipe_holds_code_packages_data_and_command(project):
    project.run("--input", "data.csv", "--output", "weights.json", "--", sys.executable, "train.py", "7")
    code, out, said, box = exported(project, "--base-image", PINNED)
    assert code == 0, said
    assert "NOT PINNED" not in said
    text = (box / "Dockerfile").read_text()
    assert f"FROM {PINNED}\n" in text
    assert text.endswith('CMD ["python", "train.py", "7"]\n')
    assert (box / "code" / "train.py").read_bytes() == (Path(project.folder) / "train.py").read_bytes()
    assert not (box / "code" / ".git").exists()
    checked = subprocess.run(["sha256sum", "--check", "--quiet", str(box / "inputs.sha256")], cwd=project.folder, check=False)
    assert checked.returncode == 0
    assert json.loads((box / ".devcontainer" / "devcontainer.json").read_text())["build"]["dockerfile"] == "../Dockerfile"
    assert len(out.splitlines()) == 5


@pytest.mark.slow
def test_without_a_digest_the_base_image_is_unpinned_and_that_is_said(project):
    project.run("--output", "weights.json", "--input", "data.csv", "--", sys.executable, "train.py", "7")
    _, _, said, box = exported(project)
    assert "NOT PINNED" in said
    assert "NOT PINNED" in (box / "Dockerfile").read_text()
    assert "sha256:" not in (box / "Dockerfile").read_text()


def test_a_folder_that_is_there_is_left_alone(project):
    project.run("--", sys.executable, "-c", "pass")
    os.makedirs(os.path.join(project.folder, "box"))
    code, _, said, box = exported(project)
    assert (code, list(box.iterdir())) == (2, [])
    assert "there already" in said


@pytest.mark.parametrize("image", ["python\nRUN evil", "python:3 AS x", "--platform=x", "", "python@sha256:abc", "$(evil)"])
def test_an_image_that_would_be_more_than_a_name_is_refused(image):
    from vatio.govern.container import recipe_of

    class Record:
        id = "a"

        class environment:
            container = None
            python = {"version": "3.11.7"}

    with pytest.raises(UsageError):
        recipe_of(Record(), command=("python",), image=image or "-", is_locked=True)


def test_a_value_cannot_become_an_instruction():
    text = dockerfile(recipe(variables={"SEED": 'a"\nRUN evil $HOME', "B AD": "x"}, command=("python", "-c", "a\nRUN evil")))
    assert not any(line.startswith("RUN evil") for line in text.splitlines())
    assert "\\$HOME" in text
    assert "B AD" not in text


def test_packages_without_hashes_are_told_of():
    assert "NOT LOCKED" in dockerfile(recipe(is_locked=False))
    assert "--require-hashes" in dockerfile(recipe())
    assert json.loads(devcontainer(recipe(workdir="sub")))["workspaceFolder"] == "/run/sub"
