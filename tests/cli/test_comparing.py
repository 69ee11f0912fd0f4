"""`vatio runs compare` judges runs of one name together, and says so in its exit code."""

import json

import pytest

from .conftest import Shell

BURN = "sum(range({}))"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    shell = Shell(tmp_path_factory.mktemp("kept"))
    for _ in range(3):
        for name, count in (("before", 1_000_000), ("after", 12_000_000)):
            shell("run", "-q", "--name", name, "--", "python3", "-c", BURN.format(count))
    return shell


@pytest.mark.slow
def test_three_runs_that_cost_many_times_as_much_fail(kept: Shell) -> None:
    done = kept("runs", "compare", "before", "after")
    assert done.returncode == 1, done.stderr
    assert "Regression" in done.stdout
    assert "3 and 3 runs; Welch t on logarithms decides" in done.stdout
    assert "mann-whitney" in done.stdout


@pytest.mark.slow
def test_the_verdict_is_in_the_json(kept: Shell) -> None:
    found = json.loads(kept("runs", "compare", "before", "after", "--json").stdout)
    assert found["schema"] == "vatio.comparison/1"
    assert found["verdict"]["schema"] == "vatio.verdict/1"
    assert found["verdict"]["outcome"] == "fail"
    assert [len(side) for side in found["runs"]] == [3, 3]


@pytest.mark.slow
def test_the_cheaper_side_passes_and_the_allowed_regression_is_configured(kept: Shell) -> None:
    assert kept("runs", "compare", "after", "before").returncode in (0, 3)
    (kept.folder / "vatio.toml").write_text('[gate]\nmax_regression_ratio = "900%"\n')
    try:
        assert kept("runs", "compare", "before", "after").returncode in (0, 3)
    finally:
        (kept.folder / "vatio.toml").unlink()


@pytest.mark.slow
def test_a_run_is_not_judged_against_itself(kept: Shell) -> None:
    done = kept("runs", "compare", "before", "before")
    assert done.returncode == 0
    assert "decides" not in done.stdout


@pytest.mark.slow
def test_a_run_of_the_same_kind_is_held_against_the_others_and_asks_for_nothing(kept: Shell) -> None:
    done = kept("runs", "compare", "@4", "@2")
    assert done.returncode == 0
    assert "2 and 1 runs; Crawford-Howell" in done.stdout
