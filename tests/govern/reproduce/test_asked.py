"""What a replay is asked for: bad use is refused before anything runs, and every word of it counts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vatio.errors import MeasureError, UsageError
from vatio.govern import ReproduceRequest
from vatio.govern.reproduce._command import secrets_given, with_seed
from vatio.govern.reproduce._files import place

PYTHON = sys.executable
KEY = "ab" * 32


def kept(project, code, *words, outputs=("o.json",)):
    """Run a program, and tell it at its replay, by a file, that it is one."""
    flag = os.path.join(project.environ["HOME"], "flag")
    project.write(w_py=f"import os, sys\nimport vatio\nagain = os.path.exists(sys.argv[1])\n{code}\n")
    project.run(*(word for name in outputs for word in ("--output", name)), "--", PYTHON, "w.py", flag, *words)
    Path(flag).touch()


@pytest.mark.parametrize(
    "asked",
    [
        {"arguments": {2: "{seed}"}},
        {"max_time_s": 0.0},
        {"max_time_s": float("nan")},
        {"seeds": 3},
        {"margin": 0.1},
        {"seeds": 1, "margin": 0.1},
        {"seeds": 3, "margin": -0.1},
        {"seeds": 3, "margin": float("inf")},
        {"rtol": float("nan")},
        {"required": "L2"},
        {"required": "L3"},
    ],
)
def test_what_can_mean_nothing_is_bad_use(asked):
    with pytest.raises(UsageError):
        ReproduceRequest(run="@1", environ={}, **asked)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--metric", "nonsense"), "no metric 'nonsense'"),
        (("--arg", "2={seed}"), "no seeds"),
        (("--max-time", "0s"), "within 0 s"),
        (("--key", KEY), "not asked for a signature"),
        (("--key", "short"), "64 hexadecimal digits"),
        (("--attest", "nowhere/a.json"), "no such folder"),
        (("--check", "a.json"), "replays nothing"),
    ],
)
def test_an_option_that_would_be_ignored_is_refused(project, words, said):
    project.run("--input", "data.csv", "--output", "weights.json", "--", PYTHON, "train.py", "7")
    found = project.replay(*words)
    assert (found.exit_code, found.verdict) == (2, {})
    assert said in found.said


def test_a_file_that_is_no_bundle_is_not_taken_for_the_name_of_a_run(project):
    project.write(some_vatio="hello")
    done = project.start("reproduce", "some.vatio")
    assert "is no bundle" in done.communicate(timeout=60)[1]
    assert done.returncode == 3


@pytest.mark.slow
def test_a_command_that_says_seed_for_reasons_of_its_own_is_replayed_as_it_is(project):
    kept(project, "open('o.json', 'w').write('1.5')", "{seed}")
    found = project.replay()
    assert (found.exit_code, found.verdict["tier"]) == (0, "L0"), found.said
    assert with_seed(["{seed}", "{seed}"], 7, given=[1]) == ("{seed}", "7")


@pytest.mark.slow
def test_secrets_that_a_replay_prints_are_kept_nowhere(project):
    code = "open('o.json', 'w').write('1.5')\nif again: sys.exit('bad ' + sys.argv[3] + os.environ.get('MY_TOKEN', ''))"
    kept(project, code, "--token", "hunter2hunter2")
    found = project.replay("--arg", "4=hunter2hunter2", MY_TOKEN="topsecret")
    assert found.exit_code == 1
    assert "bad ***" in found.verdict["diverged"][0]["reason"]
    ledger = b"".join(path.read_bytes() for path in (Path(project.folder) / ".vatio").iterdir() if path.is_file())
    assert b"hunter2" not in ledger
    assert b"topsecret" not in ledger


def test_a_value_for_a_part_of_a_word_is_a_secret_too():
    request = ReproduceRequest(run="@1", environ={"A_TOKEN": "xyz", "HOME": "/h"}, arguments={1: "--key=abc", 2: "plain"})
    assert set(secrets_given(["t.py", "--key=***", "word"], request=request)) == {"xyz", "--key=abc", "abc"}


@pytest.mark.slow
def test_a_metric_of_each_run_within_is_compared(project):
    code = "for n in range(3):\n    with vatio.track(name=f't{n}'): vatio.log_metric('m', n + (again and n == 1))"
    kept(project, code, outputs=())
    found = project.replay()  # the latest run is a block: the command's run is meant
    assert found.exit_code == 1
    assert [(one["field"], one["original"], one["replay"]) for one in found.verdict["diverged"]] == [("metrics.m (t1)", 1, 2)]


@pytest.mark.slow
def test_a_program_that_measures_a_block_of_itself_is_replayed_by_its_command(project):
    project.write(w_py="import vatio\nwith vatio.track(name='t'): vatio.log_metric('m', 1.5)")
    subprocess.run([PYTHON, "w.py"], cwd=project.folder, env=project.environ, check=True, capture_output=True)
    found = project.replay()
    assert (found.exit_code, found.verdict.get("tier")) == (0, "L0"), (found.verdict, found.said)


@pytest.mark.slow
def test_a_run_that_a_signal_has_ended_ends_by_it_again(project):
    kept_code = "open('o.json', 'w').write('1.5')\nos.kill(os.getpid(), 9)"
    with pytest.raises(RuntimeError):
        kept(project, kept_code)
    found = project.replay()
    assert (found.exit_code, found.verdict["tier"]) == (0, "L0"), (found.verdict, found.said)


@pytest.mark.slow
def test_an_output_that_neither_run_has_left_is_named_as_such(project):
    kept(project, "pass")
    first = project.replay().verdict["diverged"][0]
    assert first["reason"].startswith("output: it was declared")


@pytest.mark.slow
def test_an_output_above_the_folder_that_the_commit_has_is_not_taken_for_a_new_one(project):
    def git(*words):
        subprocess.run(["git", *words], cwd=project.folder, env=project.environ, check=True)

    sub = Path(project.folder) / "sub"
    sub.mkdir()
    (sub / "w.py").write_text("import os, sys\nif not os.path.exists(sys.argv[1]): open('../old.txt', 'w').write('1.5')\n")
    (Path(project.folder) / "old.txt").write_text("1.5")
    git("add", "-A")
    git("commit", "-q", "-m", "old")
    flag = os.path.join(project.environ["HOME"], "flag")
    inner = type(project)(folder=str(sub), environ=project.environ)
    inner.run("--output", "../old.txt", "--", PYTHON, "w.py", flag)
    Path(flag).touch()
    found = inner.replay()
    assert found.exit_code == 1, found.verdict
    assert found.verdict["diverged"][0]["replay"] == "not there"


@pytest.mark.slow
def test_an_output_behind_a_link_that_leads_out_of_the_code_is_not_written_over(project, tmp_path):
    results = tmp_path / "results"
    results.mkdir()
    (Path(project.folder) / "results").symlink_to(results)
    project.write(w_py="open('results/o.txt', 'w').write('1.5')")
    for words in (("add", "-A"), ("commit", "-q", "-m", "link")):
        subprocess.run(["git", *words], cwd=project.folder, env=project.environ, check=True)
    project.run("--output", "results/o.txt", "--", PYTHON, "w.py")
    before = (results / "o.txt").stat().st_mtime_ns
    found = project.replay()
    assert found.exit_code == 3, found.verdict
    assert "behind a link" in found.verdict["missing"][0]
    assert (results / "o.txt").stat().st_mtime_ns == before


@pytest.mark.slow
def test_what_a_repetition_has_left_outside_of_the_code_is_not_found_by_the_next(project, tmp_path):
    place = tmp_path / "out" / "count.txt"
    place.parent.mkdir()
    flag = os.path.join(project.environ["HOME"], "flag")
    code = "import os, sys, random\nhere = os.path.exists(sys.argv[2])\nopen(sys.argv[2], 'w').write(str(random.random()))\n"
    project.write(w_py=code + "if here and os.path.exists(sys.argv[1]): sys.exit('left over')")
    project.run("--output", str(place), "--", PYTHON, "w.py", flag, str(place))
    Path(flag).touch()
    found = project.replay()
    assert "left over" not in str(found.verdict)
    assert found.verdict["diverged"][0]["reason"].startswith("seed")


@pytest.mark.slow
def test_a_secret_that_is_given_again_is_not_shown_by_a_dry_run(project):
    kept(project, "open('o.json', 'w').write('1.5')", "--token", "hunter2hunter2")
    found = project.replay("--arg", "4=hunter2hunter2", "--dry-run")
    assert found.exit_code == 0
    assert "hunter2" not in str(found.verdict)
    assert any("--token ***" in step for step in found.verdict["steps"])


@pytest.mark.slow
def test_code_that_the_loader_puts_into_a_replay_is_named(project):
    kept(project, "open('o.json', 'w').write('1.5')")
    found = project.replay(LD_LIBRARY_PATH="/somewhere/else")
    assert [one["field"] for one in found.verdict["differences"]] == ["variables.LD_LIBRARY_PATH"]


def test_what_a_run_writes_to_is_never_linked_into_a_replay(tmp_path):
    (tmp_path / "data").write_text("1")
    with pytest.raises(MeasureError, match="room"):
        place(str(tmp_path / "data"), str(tmp_path / "tree" / "data"), length_bytes=1 << 60, may_link=False)
    assert "linked" in place(str(tmp_path / "data"), str(tmp_path / "tree" / "data"), length_bytes=1 << 60, may_link=True)
    assert (tmp_path / "data").read_text() == "1"
