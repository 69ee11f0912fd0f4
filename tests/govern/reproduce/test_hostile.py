"""What is no run to replay, what would write where it must not, what never ends: refused or ended, with the reason."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PYTHON = sys.executable
LONG = """import os, sys, time
if os.path.exists(sys.argv[1]):
    with open(sys.argv[1] + ".pid", "w") as file:
        file.write(str(os.getpid()))
    time.sleep(60)
with open("o.json", "w") as file:
    file.write("1")
"""


def replays(project) -> Path:
    return Path(project.environ["HOME"]) / ".cache" / "vatio" / "replays"


def missing(found):
    return " ".join(found.verdict["missing"])


@pytest.mark.slow
def test_secrets_of_the_command_are_given_again_and_never_guessed(project):
    project.write(secret_py="import sys; open('o.json', 'w').write(str(len(sys.argv[2])))")
    project.run("--output", "o.json", "--", PYTHON, "secret.py", "--token", "hunter2hunter2")
    found = project.replay()
    assert found.exit_code == 3
    assert "--arg 3=VALUE" in missing(found)
    again = project.replay("--arg", "3=hunter2hunter2")
    assert (again.exit_code, again.verdict["tier"]) == (0, "L0"), again.said
    assert "hunter2" not in json.dumps(again.verdict)


@pytest.mark.parametrize(("words", "said"), [(("--arg", "9=x"), "words 0 to 2"), (("--arg", "x"), "N=VALUE")])
def test_an_argument_that_is_none_is_bad_use(project, words, said):
    project.run("--output", "weights.json", "--", PYTHON, "train.py", "7")
    found = project.replay(*words)
    assert found.exit_code == 2
    assert said in found.said


@pytest.mark.slow
def test_code_of_which_only_the_digest_was_kept_is_named(project):
    project.write(train_py="open('o.json', 'w').write('1')")
    project.run("--output", "o.json", "--", PYTHON, "train.py", VATIO_RECORD_CODE="digest")
    found = project.replay()
    assert found.exit_code == 3
    assert "only the digest was kept" in missing(found)


def test_a_run_without_a_snapshot_says_so(project):
    project.run("--", PYTHON, "-c", "pass", VATIO_RECORD_ENVIRONMENT="off")
    assert "snapshot" in missing(project.replay())


def test_a_run_that_has_not_ended_is_not_replayed(project):
    running = project.start("run", "-q", "--", PYTHON, "-c", "import time; print(1, flush=True); time.sleep(30)")
    running.stdout.readline()
    found = project.replay()
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=20)
    assert found.exit_code == 3
    assert "not ended" in missing(found)


def test_a_run_of_another_tool_is_not_replayed(project):
    project.write(
        emissions_csv="timestamp,project_name,run_id,duration,emissions,energy_consumed\n"
        "2024-01-01T00:00:00,p,1b6a3a8e-0000-4000-8000-000000000001,10,0.001,0.002\n"
    )
    done = project.start("runs", "import", "emissions.csv")
    said = done.communicate(timeout=60)
    assert done.returncode == 0, said
    found = project.replay()
    assert found.exit_code == 3
    assert "another tool" in missing(found)


@pytest.mark.slow
def test_a_data_file_that_is_gone_is_named(project):
    project.run("--input", "data.csv", "--output", "weights.json", "--", PYTHON, "train.py", "7")
    os.unlink(os.path.join(project.folder, "data.csv"))
    found = project.replay()
    assert found.exit_code == 3
    assert "data.csv is gone" in missing(found)


@pytest.mark.slow
def test_an_output_outside_of_the_tree_is_led_into_the_scratch_copy(project, tmp_path):
    outside = tmp_path / "results" / "o.json"
    outside.parent.mkdir()
    project.write(write_py="import sys; open(sys.argv[1], 'w').write('1.5')")
    project.run("--output", str(outside), "--", PYTHON, "write.py", str(outside))
    before = outside.stat()
    found = project.replay()
    assert (found.exit_code, found.verdict["tier"]) == (0, "L0"), (found.verdict, found.said)
    assert outside.stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.slow
def test_an_output_outside_of_the_tree_that_the_command_does_not_name_is_not_written_over(project, tmp_path):
    outside = tmp_path / "o.json"
    project.write(write_py=f"open({str(outside)!r}, 'w').write('1.5')")
    project.run("--output", str(outside), "--", PYTHON, "write.py")
    found = project.replay()
    assert found.exit_code == 3
    assert "written over" in missing(found)


@pytest.mark.slow
def test_the_users_tree_is_not_touched(project):
    def state():
        skipped = (".vatio", ".git/index")
        files = sorted(
            path for path in Path(project.folder).rglob("*") if not str(path.relative_to(project.folder)).startswith(skipped)
        )
        return [(str(path), path.stat().st_mtime_ns) for path in files]

    project.run("--input", "data.csv", "--output", "weights.json", "--", PYTHON, "train.py", "7")
    before = state()
    assert project.replay().exit_code == 0
    assert state() == before
    assert list(replays(project).iterdir()) == []


@pytest.mark.slow
def test_a_command_that_does_not_end_is_ended(project):
    project.write(
        stuck_py="import os, sys, time\nif os.path.exists(sys.argv[1]): time.sleep(600)\nopen('o.json','w').write('1')"
    )
    flag = os.path.join(project.environ["HOME"], "flag")
    project.run("--output", "o.json", "--", PYTHON, "stuck.py", flag)
    Path(flag).touch()
    begin_s = time.monotonic()
    found = project.replay("--max-time", "1s")
    assert time.monotonic() - begin_s < 20.0
    assert found.exit_code == 1
    assert "ran longer than" in found.verdict["diverged"][0]["reason"]
    assert list(replays(project).iterdir()) == []


@pytest.mark.slow
def test_a_replay_that_fails_says_what_it_printed_last(project):
    project.write(
        moody_py="import os, sys\nif os.path.exists(sys.argv[1]): sys.exit('no mood today')\nopen('o.json','w').write('1')"
    )
    flag = os.path.join(project.environ["HOME"], "flag")
    project.run("--output", "o.json", "--", PYTHON, "moody.py", flag)
    Path(flag).touch()
    first = project.replay().verdict["diverged"][0]
    assert (first["field"], first["original"], first["replay"]) == ("exit_code", 0, 1)
    assert "no mood today" in first["reason"]


@pytest.mark.slow
def test_what_a_killed_replay_has_left_is_removed_at_the_next_start_and_its_workload_has_ended(project):
    project.write(long_py=LONG)
    flag = os.path.join(project.environ["HOME"], "flag")
    project.run("--output", "o.json", "--", PYTHON, "long.py", flag)
    Path(flag).touch()
    replaying = project.start("reproduce", "@1")
    until(lambda: os.path.exists(flag + ".pid") and Path(flag + ".pid").read_text())
    replaying.kill()
    replaying.wait()
    assert len(list(replays(project).iterdir())) == 1
    until(lambda: not os.path.exists(f"/proc/{Path(flag + '.pid').read_text()}"))
    os.unlink(flag)
    found = project.replay()
    assert found.verdict["tier"] == "L0", (found.verdict, found.said)
    assert list(replays(project).iterdir()) == []


STUBBORN = """import os, signal, sys, time
open('o.json', 'w').write('1')
if os.path.exists(sys.argv[1]):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.argv[2] == 'daemon':
        if os.fork() == 0:
            os.setsid()
            if os.fork():
                os._exit(0)
        else:
            sys.exit(0)
    with open(sys.argv[1] + '.pid', 'w') as file:
        file.write(str(os.getpid()))
    time.sleep(120)
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["daemon", "limit", "killed"])
def test_a_workload_that_would_go_on_for_ever_does_not_outlive_its_replay(project, kind):
    project.write(stubborn_py=STUBBORN)
    flag = os.path.join(project.environ["HOME"], "flag")
    project.run("--output", "o.json", "--", PYTHON, "stubborn.py", flag, kind)
    Path(flag).touch()
    replaying = project.start("reproduce", "@1", *(("--max-time", "1s") if kind == "limit" else ()))
    until(lambda: os.path.exists(flag + ".pid") and Path(flag + ".pid").read_text())
    if kind == "killed":
        replaying.kill()
    replaying.communicate(timeout=60)
    until(lambda: not os.path.exists(f"/proc/{Path(flag + '.pid').read_text()}"))


@pytest.mark.slow
def test_ctrl_c_ends_a_replay_and_leaves_nothing(project):
    project.write(long_py=LONG)
    flag = os.path.join(project.environ["HOME"], "flag")
    project.run("--output", "o.json", "--", PYTHON, "long.py", flag)
    Path(flag).touch()
    replaying = project.start("reproduce", "@1")
    until(lambda: os.path.exists(flag + ".pid"))
    replaying.send_signal(signal.SIGINT)
    replaying.communicate(timeout=30)
    assert replaying.returncode == 130
    assert list(replays(project).iterdir()) == []


def test_a_code_copy_that_would_write_outside_of_its_folder_is_refused(tmp_path):
    from vatio.errors import MeasureError
    from vatio.govern.code import apply_copy
    from vatio.measure.snapshot._git import code_copy

    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "link").symlink_to(tmp_path)
    for name in ("../evil.py", "/etc/evil.py", "link/evil.py", ".git/hooks/post-checkout", "sub/.GIT/config", "a\0b"):
        with pytest.raises(MeasureError, match="outside"):
            apply_copy(code_copy(None, b"", {name: b"x"}), into=str(tmp_path / "tree"), environ=os.environ)
    assert not (tmp_path / "evil.py").exists()


@pytest.mark.slow
def test_a_file_that_was_not_declared_and_is_not_there_is_named(project):
    project.run("--output", "weights.json", "--", PYTHON, "train.py", "7")
    found = project.replay()
    assert found.exit_code == 3
    assert "data.csv" in missing(found)
    assert "--input" in missing(found)


@pytest.mark.slow
def test_a_hook_of_the_repository_is_not_run(project):
    hook = Path(project.folder) / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {project.environ['HOME']}/hooked\n")
    hook.chmod(0o755)
    project.run("--input", "data.csv", "--output", "weights.json", "--", PYTHON, "train.py", "7")
    assert project.replay().exit_code == 0
    assert not os.path.exists(os.path.join(project.environ["HOME"], "hooked"))


@pytest.mark.slow
def test_an_old_result_in_the_commit_is_not_taken_for_a_new_one(project):
    project.write(idle_py="import os, sys\nif not os.path.exists(sys.argv[1]): open('kept.txt', 'w').write('1.5')")
    project.write(kept_txt="1.5")
    for words in (("add", "-A"), ("commit", "-q", "-m", "kept")):
        subprocess.run(["git", *words], cwd=project.folder, env=project.environ, check=True)
    flag = os.path.join(project.environ["HOME"], "flag")
    project.run("--output", "kept.txt", "--", PYTHON, "idle.py", flag)
    Path(flag).touch()
    found = project.replay()
    assert found.exit_code == 1
    assert found.verdict["diverged"][0]["field"] == "outputs.kept.txt"


def until(holds, *, limit_s=30.0):
    end_s = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end_s
        time.sleep(0.05)
