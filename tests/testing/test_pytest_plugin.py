"""A marked test is a test like any other, until ``--vatio`` measures it: in turn with its alternative or its baseline."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

from vatio.errors import UsageError
from vatio.testing._pytest_asked import Asked, asked_of, with_fixtures
from vatio.testing._pytest_compare import calls_for
from vatio.testing._pytest_kept import baseline_name, command_of

ROOT = Path(__file__).resolve().parents[2]
# The entry point may or may not be installed where the tests run: it is blocked, and the file named.
PLUGIN = ("-p", "no:vatio", "-p", "vatio.testing._pytest_plugin")
TESTS = """
    import pytest

    def work(n):
        return sum(i * i for i in range(n))

    @pytest.fixture
    def size():
        return 20_000

    def before(size):
        work(size)

    @pytest.mark.energy(against=before, max_regression=0.1)
    def test_worse(size):
        work(2 * size)

    @pytest.mark.energy(against=before, resolution=0.5)
    def test_better(size):
        work(size // 2)

    def test_inside(energy):
        verdict = energy(lambda: work(10_000), against=lambda: work(20_000), resolution=0.5)
        assert verdict is None or verdict.change_ratio.value < 0
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "test_it.py").write_text(textwrap.dedent(TESTS))
    return tmp_path


def run(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    home = project / "home"
    home.mkdir(exist_ok=True)
    environ = {
        **{name: word for name, word in os.environ.items() if not name.startswith(("VATIO_", "PYTEST_"))},
        "HOME": str(home),
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        # For the processes that a gate starts, which have no such options.
        "PYTEST_ADDOPTS": " ".join(PLUGIN),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=project, env=environ, capture_output=True, text=True, check=False, timeout=300)


def rewrite(project: Path, text: str) -> None:
    (project / "test_it.py").write_text(textwrap.dedent(text))


def test_without_the_option_every_test_runs_once_and_nothing_is_kept(project: Path) -> None:
    done = run(project)

    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout
    assert not (project / ".vatio").exists()


@pytest.mark.slow
def test_a_test_that_costs_certainly_more_fails_and_one_that_costs_less_passes(project: Path) -> None:
    done = run(project, "--vatio", "--vatio-pairs=10", "--junit-xml=out.xml")

    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 2 passed" in done.stdout
    assert "FAILED test_it.py::test_worse - Failed: Regression: CPU time changed by +" in done.stdout
    assert "pass         test_it.py::test_better: No regression:" in done.stdout
    assert 'name="vatio" value="fail: Regression:' in (project / "out.xml").read_text()
    assert (project / ".vatio").exists()


def test_a_mark_that_cannot_be_is_told_and_the_test_counts_by_itself(project: Path) -> None:
    rewrite(project, "import pytest\n@pytest.mark.energy(max_joules=3)\ndef test_one(): pass\n")
    done = run(project, "--vatio")

    assert done.returncode == 0
    assert "open         test_it.py::test_one: not judged: the mark `energy` has no 'max_joules'" in done.stdout


@pytest.mark.slow
def test_strict_fails_what_could_not_be_judged(project: Path) -> None:
    rewrite(project, "import pytest\n@pytest.mark.energy(max_joules=3)\ndef test_one(): pass\n")

    assert run(project, "--vatio", "--vatio-strict").returncode == 1


def test_a_call_that_cannot_be_repeated_is_told(project: Path) -> None:
    rewrite(
        project,
        """
        import pytest
        seen = []

        def once():
            assert not seen
            seen.append(1)

        @pytest.mark.energy(against=lambda: None)
        def test_once():
            once()
        """,
    )
    done = run(project, "--vatio")

    assert "open         test_it.py::test_once: not judged:" in done.stdout


def test_a_marked_test_that_fails_or_is_skipped_is_named(project: Path) -> None:
    rewrite(
        project,
        """
        import pytest

        @pytest.mark.energy
        def test_fails():
            assert False

        @pytest.mark.energy
        def test_skipped():
            pytest.skip("no")
        """,
    )
    done = run(project, "--vatio")

    assert done.returncode == 1
    assert done.stdout.count("not judged: it failed or was skipped") == 2


@pytest.mark.slow
def test_beside_other_workers_nothing_is_judged(project: Path) -> None:
    done = run(project, "--vatio", "-n", "2")

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("pytest-xdist runs other tests beside it") == 3


def test_hostile_parameters_stay_in_their_line(project: Path) -> None:
    rewrite(
        project,
        """
        import pytest

        @pytest.mark.parametrize("name", ["a:b", "\\x1b[31mred", "]]>", "x\\ny"])
        @pytest.mark.energy(max_joules=1)
        def test_named(name):
            pass
        """,
    )
    done = run(project, "--vatio", "--junit-xml=out.xml")

    assert done.returncode == 0
    assert done.stdout.count("\nopen ") == 4
    assert "\x1b[31mred" not in done.stdout


@pytest.mark.slow
def test_the_process_that_is_measured_calls_the_test_so_often(project: Path) -> None:
    rewrite(
        project,
        """
        import pathlib, pytest

        @pytest.mark.energy
        def test_counted():
            with open("count", "a") as file:
                file.write("x")

        def test_other():
            with open("other", "a") as file:
                file.write("x")
        """,
    )
    assert run(project, "--vatio-calls=7").returncode == 0
    assert (project / "count").read_text() == "x" * 7
    assert (project / "other").read_text() == "x"


def test_the_plugin_loads_nothing_until_it_is_asked() -> None:
    program = """
import sys, time, pytest
before = set(sys.modules)
begun = time.thread_time()
import vatio.testing._pytest_plugin
spent = time.thread_time() - begun
print(spent, sorted(name for name in set(sys.modules) - before if not name.startswith("vatio")))
print(sorted(name for name in sys.modules if name.startswith("vatio.")))
"""
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    tries = [
        subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True).stdout
        for _ in range(3)
    ]
    spent, _, others = tries[-1].partition(" ")

    assert min(float(one.partition(" ")[0]) for one in tries) < 0.005, spent
    assert others.splitlines() == ["[]", "['vatio._door', 'vatio.testing', 'vatio.testing._pytest_plugin']"]


def test_the_entry_point_names_the_plugin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["entry-points"]["pytest11"] == {"vatio": "vatio.testing._pytest_plugin"}


@pytest.mark.parametrize(
    "given",
    [{"max_regression": -0.1}, {"max_regression": "5 %"}, {"pairs": 0}, {"pairs": True}, {"calls": 0}, {"against": "main"}],
)
def test_what_a_mark_cannot_ask_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        asked_of(given)


def test_the_command_lines_pairs_go_before_the_marks() -> None:
    assert asked_of({"pairs": 5}, pairs=20) == Asked(pairs=20)


def test_an_alternative_gets_the_fixtures_that_it_names() -> None:
    assert with_fixtures(lambda b, c=3: (b, c), {"a": 1, "b": 2})() == (2, 3)
    with pytest.raises(UsageError, match="'z'"):
        with_fixtures(lambda z: z, {"a": 1})
    with pytest.raises(UsageError, match="does not tell"):
        with_fixtures(max, {"a": 1})


def test_a_short_call_is_made_often_enough_to_be_measured() -> None:
    assert calls_for(lambda: None) > 1000


@pytest.mark.parametrize("node", ["-x::y", "a" * 500 + "::b", "t.py::test_[\x1b:\n]", "--help", "::"])
def test_every_node_gives_a_name_that_a_baseline_may_have(node: str) -> None:
    name = baseline_name(node)

    assert name.isprintable()
    assert ":" not in name
    assert not name.startswith("-")
    assert len(name) <= 200


def test_a_node_is_the_last_word_of_its_command() -> None:
    assert command_of("t.py::a", 1)[-1] == "t.py::a"
    assert command_of("t.py::a", 1)[:3] == ("python", "-m", "pytest")


@pytest.mark.slow
def test_a_test_is_compared_with_its_kept_baseline(project: Path) -> None:
    """Saved, then the same again, then one that works twice as much; its commit is there, so both are measured in turn."""
    text = """
        import pytest

        @pytest.mark.energy(calls=30, resolution=0.5)
        def test_kept():
            sum(i * i for i in range({size}))
        """
    rewrite(project, text.format(size=100_000))
    (project / ".gitignore").write_text(".vatio\nhome\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(project)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "one"], check=True)
    before, saved = run(project, "--vatio"), run(project, "--vatio", "--vatio-save", "--vatio-pairs=6")
    rewrite(project, text.format(size=800_000))
    worse = run(project, "--vatio", "--vatio-pairs=6")

    assert "no baseline: save one with `pytest --vatio --vatio-save test_it.py::test_kept`" in before.stdout
    assert before.returncode == 0
    assert "saved        test_it.py::test_kept: its baseline is kept in" in saved.stdout, saved.stdout + saved.stderr
    assert worse.returncode == 1, worse.stdout + worse.stderr
    assert "fail         test_it.py::test_kept: Regression: CPU time changed by +" in worse.stdout
