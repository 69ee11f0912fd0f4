"""A command's cost is known by function and line, its children's too, and it runs as if nobody looked."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import pytest

from vatio.optimise.profile import Place, Stack, bottleneck, flame_svg
from vatio.optimise.profile._flame import boxes
from vatio.optimise.profile._stacks import by_function, by_line, read_stacks

WORK = """
import hashlib, multiprocessing, os, sys

def slow(n):
    t = 0
    for i in range(n):
        t += i * i
    return t

def in_c():
    return hashlib.pbkdf2_hmac("sha256", b"x", b"y", 700_000)

if __name__ == "__main__":
    slow(4_000_000)
    in_c()
    child = multiprocessing.get_context("fork").Process(target=slow, args=(5_000_000,))
    child.start()
    child.join()
    print("done")
    sys.exit(7)
"""


@pytest.fixture
def shell(tmp_path):
    def run(*words, **environ):
        return subprocess.run(
            [sys.executable, "-m", "vatio", "profile", *words],
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path), **environ},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


@pytest.mark.slow
def test_functions_c_calls_and_forks_get_their_share_and_the_exit_code_stays(shell, tmp_path):
    (tmp_path / "work.py").write_text(WORK)
    done = shell("--json", "--flame", "flame.svg", "--", sys.executable, "work.py")

    assert done.returncode == 7, done.stderr
    assert done.stdout.startswith("done\n")
    found = json.loads(done.stdout.removeprefix("done\n"))
    assert found["schema"] == "vatio.profile/1"
    spent = {one["function"]: one["self_cpu_s"] for one in found["functions"]}
    assert spent["slow"] > 0.1
    assert spent["in_c"] > 0.1
    assert 0.5 * found["cpu_s"] < found["sampled_cpu_s"] <= 1.05 * found["cpu_s"]
    lines = {one["line"]: one["function"] for one in found["lines"] if one["self_cpu_s"] > 0.05}
    assert lines[11] == "in_c"
    svg = (tmp_path / "flame.svg").read_text()
    ET.fromstring(svg)
    assert "<script" not in svg


def test_a_program_that_is_no_python_is_known_as_a_whole_only(shell):
    done = shell("--", "sh", "-c", "exit 3")
    assert done.returncode == 3
    assert "only the whole is known" in done.stderr


def test_a_program_that_takes_the_process_over_is_not_ended_by_the_timer(shell, tmp_path):
    (tmp_path / "work.py").write_text(
        "import os\nos.execvp('sh', ['sh', '-c', 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; exit 4'])\n"
    )
    assert shell("--", sys.executable, "work.py").returncode == 4


def test_the_programs_own_sitecustomize_is_loaded(shell, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "sitecustomize.py").write_text("print('mine')\n")
    seen = "import sys; print(any('sampler' in place for place in sys.path))"
    done = shell("--", sys.executable, "-c", seen, PYTHONPATH=str(tmp_path / "own"))
    assert done.stdout.splitlines()[:3] == ["mine", "mine", "False"]  # vatio itself, then the command


def test_a_command_that_is_not_there_is_refused(shell):
    assert shell("--", "no-such-program").returncode == 125
    assert shell().returncode == 2


def test_a_function_that_calls_itself_counts_once_and_lines_add_up():
    f, g = Place("a.py", "f", 1), Place("a.py", "g", 9)
    stacks = [Stack((f, f, g), 1.0), Stack((f,), 2.0)]
    assert {one.function: (one.self_cpu_s, one.total_cpu_s) for one in by_function(stacks)} == {
        "f": (2.0, 3.0),
        "g": (1.0, 1.0),
    }
    assert sum(one.self_cpu_s for one in by_line(stacks)) == 3.0


def test_lines_that_were_cut_short_are_left_out(tmp_path):
    (tmp_path / "1.txt").write_text("0.5\ta.py\x1ff\x1f3\n0.2\ta.py\x1ff\nnan?\n0.1\n")
    assert read_stacks(str(tmp_path)) == (Stack((Place("a.py", "f", 3),), 0.5),)


def test_a_flame_is_as_wide_as_its_callers_and_shows_names_as_text():
    f, g = Place("a.py", "f", 1), Place("a.py", "<g&>", 9)
    stacks = [Stack((f, g), 1.0), Stack((f,), 3.0)]
    assert [(one.depth, one.end_s - one.start_s) for one in boxes(stacks)] == [(0, 4.0), (1, 1.0)]
    ET.fromstring(flame_svg(stacks, title="a <b> & c"))
    ET.fromstring(flame_svg([], title="nothing"))


@pytest.mark.parametrize(
    ("cpu_s", "read_bytes", "kind"),
    [(9.5, 0, "compute"), (4.0, 10**9, "data wait"), (0.5, 0, "idle"), (5.0, 0, "unknown"), (None, 0, "unknown")],
)
def test_what_sets_the_pace_is_said_with_its_evidence(cpu_s, read_bytes, kind):
    record = SimpleNamespace(duration_s=10.0, cpu_s=cpu_s, bytes_read=read_bytes, bytes_received=None)
    found = bottleneck(record)
    assert found.kind == kind
    assert found.evidence
