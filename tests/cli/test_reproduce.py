"""``vatio reproduce`` as a user types it."""

import json
import os
import sys

import pytest
from benchmarks.prove._replay_cases import project_in


@pytest.fixture
def project(tmp_path):
    made = project_in(str(tmp_path))
    made.run("--input", "data.csv", "--output", "weights.json", "--name", "seeded", "--", sys.executable, "train.py", "7")
    return made


def asked(project, *words, **environ):
    done = project.start(*words, **environ)
    out, said = done.communicate(timeout=120)
    return done.returncode, out, said


@pytest.mark.slow
def test_the_terminal_shows_the_tier_what_was_compared_and_where_it_is_attested(project):
    code, out, said = asked(project, "reproduce", "seeded")
    assert code == 0, said
    assert out.startswith("reproduced         L0, bitwise")
    for line in ("compared           output weights.json: bitwise", "energy (L3)", "not signed: there is no key", "original "):
        assert line in out
    assert max(map(len, out.splitlines())) <= 80 or "/" in max(out.splitlines(), key=len)
    assert "replaying" in said
    assert asked(project, "reproduce", "seeded", "-q")[2] == ""


@pytest.mark.slow
def test_a_replay_is_a_run_of_the_ledger_with_the_original_as_its_parent(project):
    verdict = json.loads(asked(project, "reproduce", "seeded", "--json")[1])
    run = json.loads(asked(project, "runs", "show", verdict["replay"], "--json")[1])
    assert run["parents"] == [verdict["original"]]
    assert run["name"] == "replay of seeded"
    assert asked(project, "ledger", "verify", "--rebuild")[0] == 0


@pytest.mark.slow
def test_what_is_asked_of_a_replay_is_asked_of_its_original(project):
    first = json.loads(asked(project, "reproduce", "seeded", "--json")[1])
    again = json.loads(asked(project, "reproduce", first["replay"], "--json")[1])
    assert again["original"] == first["original"]


@pytest.mark.slow
def test_a_dry_run_runs_nothing(project):
    before = asked(project, "runs", "list", "--json")[1]
    code, out, _ = asked(project, "reproduce", "seeded", "--dry-run")
    assert code == 0
    assert "nothing was run" in out
    assert asked(project, "runs", "list", "--json")[1] == before
    os.unlink(os.path.join(project.folder, "data.csv"))
    code, out, _ = asked(project, "reproduce", "seeded", "--dry-run", "--json")
    assert code == 3
    assert json.loads(out)["missing"] == ["data.csv is gone"]


@pytest.mark.slow
def test_an_attestation_is_checked_by_its_public_key_alone(project):
    public = asked(project, "ledger", "keygen")[1].strip()
    code, out, _ = asked(project, "reproduce", "seeded", "--attest", "replay.dsse.json")
    assert code == 0
    assert "signed by key" in out
    elsewhere = {
        "HOME": os.path.join(project.folder, "nobody"),
        "VATIO_LEDGER_PATH": os.path.join(project.folder, "none.sqlite"),
    }
    code, out, _ = asked(project, "reproduce", "--check", "replay.dsse.json", "--key", public, **elsewhere)
    assert code == 0
    assert out.startswith("holds: signed by")
    other = asked(project, "reproduce", "--check", "replay.dsse.json", "--key", "0" * 64, **elsewhere)
    assert other[0] == 1
    assert "no given key" in other[1]
    assert asked(project, "reproduce", "--check", "replay.dsse.json", "--key", "short")[0] == 2
    with open(os.path.join(project.folder, "replay.dsse.json"), encoding="utf-8") as file:
        kept = json.load(file)
    assert kept["payloadType"] == "application/vnd.in-toto+json"
    head = json.loads(asked(project, "reproduce", "seeded", "--json")[1])["attestation"]
    assert asked(project, "reproduce", "--check", head[:16])[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no run to replay"),
        (("nothing",), "unknown run"),
        (("seeded", "--require", "L9"), "none of L0, L1, L2"),
        (("seeded", "--require", "L2"), "L2 needs a margin"),
        (("seeded", "--seeds", "5"), "seeds and a margin go together"),
        (("seeded", "--seeds", "1", "--margin", "1"), "decide nothing"),
        (("seeded", "--margin", "nan", "--seeds", "3"), "margin"),
        (("seeded", "--rtol", "-1"), "tolerance"),
        (("seeded", "--max-time", "soon"), "soon"),
        (("--check", "nowhere.json"), "no attestation"),
    ],
)
def test_bad_use_is_told(project, words, said):
    code, _, told = asked(project, "reproduce", *words)
    assert (code, said in told) == (2, True), told


@pytest.mark.slow
def test_a_metric_over_seeds_is_held_within_a_margin(project):
    project.run("--input", "data.csv", "--name", "free", "--", sys.executable, "train.py")
    words = ("reproduce", "free", "--seeds", "4", "--metric", "accuracy", "--json")
    wide = json.loads(asked(project, *words, "--margin", "5")[1])
    assert (wide["outcome"], wide["tier"], wide["required"]) == ("reached", "L2", "L2")
    assert len(wide["replays"]) == 4
    narrow = asked(project, *words, "--margin", "0.000001")
    assert narrow[0] == 1
    assert any("TOST" in one["reason"] for one in json.loads(narrow[1])["diverged"])


@pytest.mark.slow
def test_a_seed_is_put_where_an_argument_says_so(project):
    words = ("reproduce", "seeded", "--arg", "2={seed}", "--seeds", "3", "--margin", "9", "--metric", "accuracy", "--json")
    verdict = json.loads(asked(project, *words)[1])
    assert verdict["tier"] == "L2", verdict
    commands = [json.loads(asked(project, "runs", "show", run, "--json")[1])["command"][-1] for run in
                (verdict["replay"], *verdict["replays"])]  # fmt: skip
    assert commands == ["1", "2", "3"]
