"""One thing of a run is not what it was: the replay finds it, and names it."""

import pytest
from benchmarks.prove._replay_cases import CASES, project_in, seeded


@pytest.mark.parametrize("name", CASES)
def test_a_replay_finds_and_names(name, tmp_path):
    if name == "other ISA":
        pytest.importorskip("numpy")
    make, kind, place = CASES[name]
    found = make(project_in(str(tmp_path)))
    assert found.names(kind, place), (found.exit_code, found.verdict, found.said)


def test_a_seeded_run_is_reproduced_bit_by_bit(tmp_path):
    project = project_in(str(tmp_path))
    found = seeded(project)
    assert (found.exit_code, found.verdict["outcome"], found.verdict["tier"]) == (0, "reached", "L0"), found.said
    assert found.verdict["diverged"] == []
    assert "environment" in found.verdict
