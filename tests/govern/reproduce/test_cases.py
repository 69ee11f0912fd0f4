"""One thing of a run is not what it was: the replay finds it, and names it."""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from benchmarks.prove._replay_cases import CASES, bundled, library_environment, network_can_be_cut, project_in, seeded, wheel_in


def _marked(name):
    return pytest.param(name, marks=pytest.mark.slow) if name == "patched wheel" else name


@pytest.mark.slow
@pytest.mark.parametrize("name", [_marked(name) for name in CASES])
def test_a_replay_finds_and_names(name, tmp_path):
    if name == "other ISA":
        pytest.importorskip("numpy")
    make, kind, place = CASES[name]
    found = make(project_in(str(tmp_path)))
    assert found.names(kind, place), (found.exit_code, found.verdict, found.said)


@pytest.mark.slow
def test_a_seeded_run_is_reproduced_bit_by_bit(tmp_path):
    project = project_in(str(tmp_path))
    found = seeded(project)
    assert (found.exit_code, found.verdict["outcome"], found.verdict["tier"]) == (0, "reached", "L0"), found.said
    assert found.verdict["diverged"] == []
    assert "environment" in found.verdict


@pytest.mark.slow
def test_a_patched_environment_is_rebuilt_from_the_lock_and_the_run_reproduced(project, tmp_path):
    python, module = library_environment(str(tmp_path))
    locked(project, tmp_path)
    project.run("--output", "result.json", "--", python, "library.py")
    with open(module, "w", encoding="utf-8") as file:
        file.write("FACTOR = 1.5\n")
    planned = project.start("reproduce", "@1", "--dry-run").communicate(timeout=60)[0]
    assert "rebuilt from pylock.toml, 1 packages" in " ".join(planned.split())
    found = project.replay("--require", "L0")
    assert (found.exit_code, found.verdict["tier"]) == (0, "L0"), (found.verdict, found.said)
    assert "rebuilt from pylock.toml" in found.verdict["environment"]
    assert any("tinylib" in note for note in found.verdict["notes"])


@pytest.mark.slow
def test_a_wheel_that_is_not_the_locked_one_is_not_installed(project, tmp_path):
    python, module = library_environment(str(tmp_path))
    locked(project, tmp_path)
    project.run("--output", "result.json", "--", python, "library.py")
    with open(module, "w", encoding="utf-8") as file:
        file.write("FACTOR = 1.5\n")
    wheel_in(os.path.join(project.folder, "wheels"), factor="2.5")
    found = project.replay()
    assert found.exit_code == 3
    assert "its environment" in found.verdict["missing"][0]


@pytest.mark.slow
@pytest.mark.skipif(not network_can_be_cut(), reason="no network namespace may be made here")
def test_a_bundle_is_replayed_without_a_network_where_nothing_of_the_run_is_left(project):
    found = bundled(project)
    assert (found.exit_code, found.verdict.get("tier")) == (0, "L0"), (found.verdict, found.said)
    assert "without a network" in found.verdict["environment"]


def locked(project, tmp_path):
    """Put the wheel beside the project's lock of it."""
    wheels = Path(project.folder) / "wheels"
    wheels.mkdir()
    wheel = Path(shutil.copy(tmp_path / "tinylib-1.0-py3-none-any.whl", wheels))
    digest = sha256(wheel.read_bytes()).hexdigest()
    project.write(
        pylock_toml=f"""lock-version = "1.0"
created-by = "hand"
[[packages]]
name = "tinylib"
version = "1.0"
[[packages.wheels]]
name = "{wheel.name}"
path = "wheels/{wheel.name}"
[packages.wheels.hashes]
sha256 = "{digest}"
"""
    )


@pytest.mark.slow
def test_data_that_later_commits_have_changed_is_taken_from_the_runs_own_commit(project):
    def git(*words):
        subprocess.run(["git", *words], cwd=project.folder, env=project.environ, check=True)

    git("add", "-f", "data.csv")
    git("commit", "-q", "-m", "data")
    project.run("--input", "data.csv", "--output", "weights.json", "--", sys.executable, "train.py", "7")
    path = Path(project.folder) / "data.csv"
    path.write_text("9,9,9\n" + path.read_text())
    assert project.replay().exit_code == 3  # changed by hand
    git("commit", "-q", "-am", "more data")
    found = project.replay()
    assert (found.exit_code, found.verdict["tier"]) == (0, "L0"), (found.verdict, found.said)


@pytest.mark.slow
def test_a_result_file_that_was_bettered_after_the_run_is_named(project):
    project.run("--input", "data.csv", "--output", "weights.json", "--", sys.executable, "train.py", "7")
    path = Path(project.folder) / "weights.json"
    path.write_text(path.read_text().replace("[", "[9"))
    found = project.replay()
    assert found.names("metric", "outputs.weights.json"), (found.verdict, found.said)


@pytest.mark.slow
def test_a_result_file_that_a_later_run_has_written_is_not_edited(project):
    for seed in ("7", "8"):
        project.run("--input", "data.csv", "--output", "weights.json", "--name", seed, "--", sys.executable, "train.py", seed)
    done = project.start("reproduce", "7")
    said = done.communicate(timeout=60)
    assert done.returncode == 0, said


@pytest.mark.slow
def test_a_metric_that_the_code_does_not_come_to_is_named(project):
    flag = Path(project.environ["HOME"]) / "better"
    flag.touch()
    project.write(made_py="import os, sys, vatio\nopen('o.json', 'w').write('1')\n"
                          "vatio.log_metric('accuracy', 0.999 if os.path.exists(sys.argv[1]) else 0.5)")  # fmt: skip
    project.run("--output", "o.json", "--", sys.executable, "made.py", str(flag))
    flag.unlink()
    found = project.replay()
    assert found.names("metric", "metrics.accuracy"), (found.verdict, found.said)
