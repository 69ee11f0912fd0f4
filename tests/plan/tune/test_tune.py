import json
import subprocess
import sys
import time

import pytest

SPIN = "import os\nn = int(os.environ.get('STEPS', '3'))\ntotal = 0\nfor i in range(n * 1_000_000):\n    total += i & 3\n"


def vatio(*words, cwd):
    return subprocess.run([sys.executable, "-m", "vatio", *words], cwd=cwd, capture_output=True, text=True, timeout=120)


@pytest.fixture
def project(tmp_path):
    (tmp_path / "w.py").write_text(SPIN)
    (tmp_path / "vatio.toml").write_text('[site]\nzone = "ES"\n')
    return tmp_path


@pytest.mark.slow
def test_the_cheapest_setting_is_found_written_and_used_by_the_next_run(project):
    done = vatio("plan", "tune", "--knob", "STEPS=1,8", "--write", "--json", "--", sys.executable, "w.py", cwd=project)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["chosen"] == {"STEPS": "1"}
    assert found["change_ratio"]["high"] < 0.0
    assert len(found["runs"]) >= 1
    assert 'environ = { STEPS = "1" }' in (project / "vatio.toml").read_text()
    told = vatio("run", "-q", "--", sys.executable, "-c", "import os; print(os.environ['STEPS'])", cwd=project)
    assert told.stdout.strip() == "1"
    again = vatio("plan", "tune", "--knob", "STEPS=1,8", "--write", "--", sys.executable, "w.py", cwd=project)
    assert "keep: as it is" in again.stdout or again.returncode == 2


@pytest.mark.slow
def test_a_workload_that_fails_as_it_is_is_said_and_nothing_is_written(project):
    done = vatio("plan", "tune", "--knob", "A=1,2", "--write", "--", sys.executable, "-c", "raise SystemExit(3)", cwd=project)
    assert done.returncode == 3
    assert "fails as it is" in done.stderr
    assert "environ" not in (project / "vatio.toml").read_text()


@pytest.mark.slow
def test_a_setting_under_which_the_workload_fails_is_named_and_never_kept(project):
    code = "import sys, time\nif sys.argv[1] == '0': raise SystemExit(1)\nfor _ in range(int(sys.argv[1]) * 1_000_000): pass"
    done = vatio("plan", "tune", "--knob", "n=3,0", "--json", "--", sys.executable, "-c", code, "{n}", cwd=project)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["chosen"] == {"n": "3"}
    assert [tried["reason"] != "" for tried in found["tried"]] == [False, True]


def test_a_file_that_says_it_already_is_not_overwritten(tmp_path):
    from vatio.cli.planning._tuning import keep_in, setting_lines
    from vatio.errors import UsageError
    from vatio.plan.tune import Bounds, Setting, Tuned
    from vatio.records import Quantity

    found = Tuned(
        chosen=Setting(values={"threads": "1"}), default=Setting(), command=("x",), environ={"OMP_NUM_THREADS": "1"},
        change_ratio=Bounds(-0.1, -0.2, -0.05), unit="cpu_s", basis="CPU-seconds", tried=(), runs=(),
        energy_j=Quantity.absent("energy"), cpu_s=1.0, payback_ratio=2.0,
    )  # fmt: skip
    path = tmp_path / "vatio.toml"
    path.write_text('[site]\nzone = "ES"\n\n[workload]\nname = "x"\n')
    keep_in(str(path), found)
    assert path.read_text() == '[site]\nzone = "ES"\n\n[workload]\nenviron = { OMP_NUM_THREADS = "1" }\nname = "x"\n'
    with pytest.raises(UsageError, match="already"):
        keep_in(str(path), found)
    path.write_text("[workload\n")
    with pytest.raises(UsageError, match="no TOML"):
        keep_in(str(path), found)
    assert setting_lines(found) == ['environ = { OMP_NUM_THREADS = "1" }']


@pytest.mark.slow
def test_a_setting_that_hangs_uses_up_its_part_of_the_time_and_no_more(project):
    code = "import sys, time\nif sys.argv[1] == '0': time.sleep(1000)\nfor _ in range(300_000): pass"
    begin_s = time.monotonic()
    done = vatio(
        "plan", "tune", "--knob", "n=3,0", "--max-time", "8s", "--json", "--", sys.executable, "-c", code, "{n}", cwd=project
    )
    assert time.monotonic() - begin_s < 20.0
    found = json.loads(done.stdout)
    assert found["chosen"] == {"n": "3"}
    assert "as asked" in found["tried"][1]["reason"]


@pytest.mark.slow
def test_a_workload_that_hangs_as_it_is_is_said(project):
    done = vatio("plan", "tune", "--knob", "A=1,2", "--max-time", "3s", "--", "sleep", "1000", cwd=project)
    assert done.returncode == 3
    assert "fails as it is: ended after" in done.stderr
