"""Whole gates on small workloads: real processes, real trees, a real ledger."""

import os
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest
from tests.govern.bundle.wheels import wheel

from vatio.config import load_config
from vatio.errors import InvalidRecord, MeasureError, UnknownName, UsageError, VatioError
from vatio.govern.bundle import Lock, LockedFile, LockedPackage, write_lock
from vatio.govern.gate import GateRequest, parse_reference, run_gate
from vatio.govern.gate._judging import quality_of, unlogged_notes
from vatio.govern.gate._reason import reason_of
from vatio.ledger import open_ledger
from vatio.measure import PairedCosts, PairedDesign, PairedMeasurement, Repetition
from vatio.records import Interval, Quantity, Verdict, from_json, to_json

LOOP = "import sys\nx = 0\nfor i in range({count}):\n    x += i * i\n"


def asked(repo, *, against="main", command=("python", "burn.py"), **more):
    given = {"resolution_ratio": 0.5, "pairs": 10, **more}
    reference = parse_reference(against) if against else None
    return GateRequest(command=command, against=reference, folder=str(repo.root), **given)


def gated(repo, *, environ=None, told=None, **more):
    config = load_config(str(repo.root), environ=repo.environ)
    tell = None if told is None else told.append
    return run_gate(asked(repo, **more), config=config, environ=environ or repo.environ, progress=tell)


def ledger_of(repo):
    return open_ledger(config=load_config(str(repo.root), environ=repo.environ), environ=repo.environ)


def is_clean(repo):
    above = Path(repo.environ["XDG_STATE_HOME"], "vatio", "worktrees")
    return repo.worktrees() == 1 and not [path for path in above.iterdir() if path.is_dir()]


@pytest.fixture
def loop(repo):
    repo.write("burn.py", LOOP.format(count=100_000))
    repo.commit("a loop")
    return repo


@pytest.mark.slow
def test_the_same_passes_and_more_work_fails(loop):
    told = []
    passed = gated(loop, told=told)
    loop.write("burn.py", LOOP.format(count=400_000))
    failed = gated(loop)

    assert (passed.verdict.outcome, passed.exit_code) == ("pass", 0)
    assert (failed.verdict.outcome, failed.exit_code) == ("fail", 1)
    assert failed.verdict.change_ratio.low > 0.0
    assert any("same commit" in note for note in passed.verdict.notes)
    assert any("uncommitted" in note for note in failed.verdict.notes)
    assert failed.verdict.noise_ratio is not None
    assert failed.verdict.baseline_value < failed.verdict.candidate_value
    assert [one.outcome for one in failed.history] == ["pass"]
    assert told[0].step.startswith("checking out main")
    assert {"the baseline against itself", "baseline and candidate in turn"} <= {step.step for step in told}
    assert is_clean(loop)
    with ledger_of(loop) as ledger:
        said = ledger.said("verdict")
        assert [from_json(Verdict, dict(entry.payload)).outcome for entry in said] == ["pass", "fail"]
        assert said[-1].run == failed.verdict.run == failed.measurement.run
        repetitions = ledger.runs(0, within=failed.measurement.run)
        assert len(repetitions) == len(failed.measurement.repetitions)
        assert ledger.verify(rebuild=True).holds


@pytest.mark.slow
def test_an_editable_install_is_no_pass(loop):
    loop.write("src/shop_numbers/__init__.py", "")
    loop.write("burn.py", "import shop_numbers\n")
    loop.commit("a package")
    site = loop.root.parent / "site"
    site.mkdir()
    (site / "shop_numbers.pth").write_text(f"{loop.root / 'src'}\n")
    lifted = f"import site; site.addsitedir({str(site)!r}); import runpy; runpy.run_path('burn.py', run_name='__main__')"
    with pytest.raises(MeasureError, match=r"the baseline loaded shop_numbers from .*candidate's") as caught:
        gated(loop, command=("python", "-c", lifted))
    assert caught.value.exit_code == 3
    assert is_clean(loop)


@pytest.mark.slow
def test_the_command_names_its_python_and_not_that_of_the_setup(loop):
    with pytest.raises(MeasureError, match="ran the Python of"):
        gated(loop, setup=f"{sys.executable} -m venv --without-pip .venv", command=(sys.executable, "burn.py"))


@pytest.mark.parametrize(
    ("candidate", "baseline", "said"),
    [
        ("raise SystemExit('no data')", "", r"(?s)the candidate fails: .*no data"),
        ("", "open('data/not-kept.csv')", "the baseline fails"),
        ("raise SystemExit(3)", "raise SystemExit(3)", "both arms fail"),
    ],
)
def test_an_arm_that_fails_is_named_with_what_it_wrote(repo, candidate, baseline, said):
    repo.write("burn.py", baseline)
    repo.commit("old")
    repo.write("burn.py", candidate)
    with pytest.raises(MeasureError, match=said) as caught:
        gated(repo)
    if "baseline" in said:
        assert "--setup" in caught.value.hint
    assert is_clean(repo)


def test_a_command_that_is_nowhere_is_bad_use(repo):
    with pytest.raises(UsageError, match="not-a-program"):
        gated(repo, command=("not-a-program",))


@pytest.mark.parametrize(
    ("against", "kind"),
    [("git:nowhere", UnknownName), ("nowhere", UnknownName), ("baseline:nowhere", UnknownName), ("run:nowhere", UnknownName)],
)
def test_a_baseline_that_is_not_there_is_said(repo, against, kind):
    with pytest.raises(kind, match=r"nowhere|no ledger"):
        gated(repo, against=against)


def test_a_gate_within_a_gate_goes_round_in_circles(repo):
    with pytest.raises(UsageError, match="starts another"):
        gated(repo, environ={**repo.environ, "VATIO_RUN_GATE": "1"})


@pytest.mark.slow
def test_a_metric_that_is_not_logged_is_said_before_anything_is_compared(repo):
    with pytest.raises(MeasureError, match="logs no metric 'accuracy'"):
        gated(repo, metric="accuracy")


@pytest.mark.slow
def test_quality_is_judged_beside_the_cost(loop):
    log = (
        f"import sys\nsys.path.append({str(Path(__file__).parents[3] / 'src')!r})\nimport vatio\nvatio.log_metric('accuracy', "
    )
    loop.write("burn.py", f"{log}0.9)\n")
    loop.commit("good")
    loop.write("burn.py", f"{log}0.8)\n")
    lost = gated(loop, metric="accuracy", max_loss=0.005)
    assert (lost.verdict.outcome, lost.verdict.quality[0].outcome) == ("fail", "fail")
    assert "accuracy" in lost.reason
    same = gated(loop, metric="accuracy", max_loss=0.2)
    assert same.verdict.quality[0].outcome == "pass"


def logged(candidate, baseline):
    """A measurement whose arms have logged these accuracies, one a block; ``None`` where they logged nothing."""
    made = tuple(
        Repetition(
            arm=arm,
            block=block,
            position=0,
            run=None,
            cost=1.0,
            ok=True,
            metrics={} if value is None else {"accuracy": value},
        )
        for arm, values in (("baseline", baseline), ("candidate", candidate))
        for block, value in enumerate(values)
    )
    costs = PairedCosts(arms=("baseline", "candidate"), unit="cpu_s", blocks=())
    return PairedMeasurement(
        run=None,
        arms=costs.arms,
        design=PairedDesign(),
        unit="cpu_s",
        basis="",
        repetitions=made,
        costs=costs,
        energy_j=Quantity.absent("energy"),
        cpu_s=None,
        duration_s=1.0,
        ended_by="pairs",
    )


def test_a_run_that_says_nothing_of_its_quality_lets_nothing_pass(repo):
    request = asked(repo, metric="accuracy", max_loss=0.01)
    whole, holed = logged((0.9,) * 4, (0.9,) * 4), logged((0.9, None, 0.9, None), (0.9,) * 4)
    assert [quality_of(found, request)[0].outcome for found in (whole, holed)] == ["pass", "inconclusive"]
    assert unlogged_notes(whole, request) == ()
    assert unlogged_notes(holed, request) == ("the candidate logged no accuracy in 2 of 4 repetitions",)
    assert quality_of(logged((0.8, None, 0.8), (0.9,) * 3), request)[0].outcome == "fail"


@pytest.mark.slow
def test_what_the_gate_itself_keeps_does_not_change_the_tree(loop):
    loop.write(".gitignore", "__pycache__/\n")
    loop.commit("keep .vatio in sight")
    gated(loop, save_baseline="stable", approve=True)
    again = gated(loop, against="baseline:stable")
    assert loop.git("status", "--porcelain") == "?? .vatio/"
    assert again.verdict.baseline.startswith("baseline stable (")
    assert any("same commit" in note for note in again.verdict.notes)


@pytest.mark.slow
def test_a_baseline_is_kept_and_measured_again_or_compared_as_it_was(loop):
    kept = gated(loop, against=None, save_baseline="stable", approve=True)
    assert kept.saved == "stable"
    with ledger_of(loop) as ledger:
        (entry,) = ledger.said("baseline")
    assert entry.payload["commit"] == loop.git("rev-parse", "HEAD")
    assert entry.payload["branch"] == "main"

    loop.write("burn.py", LOOP.format(count=400_000))
    loop.commit("more work")
    again = gated(loop, against="baseline:stable")
    assert again.verdict.outcome == "fail"
    assert again.ratios
    assert "baseline stable (" in again.verdict.baseline

    loop.git("checkout", "-q", "--orphan", "other")
    loop.commit("anew")
    loop.git("branch", "-D", "main")
    loop.git("reflog", "expire", "--expire=now", "--all")
    loop.git("gc", "-q", "--prune=now")
    unpaired = gated(loop, against="stable")
    assert unpaired.verdict.outcome == "fail"
    assert unpaired.ratios == ()
    assert any("were kept" in note for note in unpaired.verdict.notes)

    with pytest.raises(MeasureError, match="another way: command"):
        gated(loop, against="baseline:stable", command=("python", "burn.py", "5"))


def test_a_baseline_of_another_machine_or_schema_is_refused_with_the_difference(repo):
    with ledger_of(repo) as ledger:
        ledger.append("baseline", {"schema": "vatio.baseline/1", "name": "far", "fingerprint": {"host": "x"}, **elsewhere()})
        ledger.append("baseline", {"schema": "vatio.baseline/9", "name": "later", "fingerprint": {}})
    with pytest.raises(MeasureError, match="another machine: host x, now"):
        gated(repo, against="baseline:far")
    with pytest.raises(InvalidRecord, match=r"vatio\.baseline/9"):
        gated(repo, against="baseline:later")


def elsewhere():
    method = {"command": ["python"], "unit": "cpu_s", "per": None, "basis": "CPU-seconds", "meters": []}
    return {"branch": None, "project": "shop", "method": method, "costs": [1.0]}


@pytest.mark.slow
def test_a_run_is_compared_by_its_commit_or_by_its_series(loop):
    vatio = [sys.executable, "-m", "vatio", "run", "-q", "--name", "small", "--", "python", "burn.py"]
    subprocess.run(vatio, cwd=loop.root, env=loop.environ, check=True, capture_output=True)
    loop.write("burn.py", LOOP.format(count=400_000))
    assert gated(loop, against="run:small").verdict.outcome == "fail"
    subprocess.run(vatio, cwd=loop.root, env=loop.environ, check=True, capture_output=True)
    with pytest.raises(MeasureError, match="cannot be measured again"):
        gated(loop, against="run:small")


@pytest.mark.slow
def test_two_commands_are_compared_without_git(tmp_path, environ):
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "vatio.toml").write_text("")
    command = ("python", "-c", LOOP.format(count=100_000))
    request = GateRequest(
        command=command,
        against=parse_reference("cmd:python -c 'sum(range(20_000_000))'"),
        pairs=8,
        resolution_ratio=0.5,
        folder=str(folder),
    )
    config = load_config(str(folder), environ=environ)
    found = run_gate(request, config=config, environ=environ)
    assert found.verdict.outcome == "pass"
    assert found.verdict.change_ratio.high < 0.0


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_ends_a_gate_half_way_leaves_no_tree(loop, number):
    loop.write("burn.py", "import time; time.sleep(0.2)\n")
    loop.commit("slow")
    command = [sys.executable, "-m", "vatio", "gate", "--against", "main", "--", "python", "burn.py"]
    process = subprocess.Popen(
        command, cwd=loop.root, env=loop.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    for line in process.stderr:
        if "in turn" in line or "against itself" in line:
            break
    assert loop.worktrees() == 2
    time.sleep(0.3)
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode == (130 if number == signal.SIGINT else -signal.SIGTERM)
    assert is_clean(loop)
    with ledger_of(loop) as ledger:
        ledger.settle()
        assert ledger.verify(rebuild=True).holds


@pytest.mark.parametrize(
    "wrong",
    [
        {"command": ()},
        {"against": None},
        {"save_baseline": "x"},
        {"approve": True},
        {"save_baseline": "a:b", "approve": True},
        {"lock": "new.toml"},
        {"against": "lock:old.toml"},
        {"max_loss": 0.1},
    ],
)
def test_a_request_that_contradicts_itself_is_refused(repo, wrong):
    with pytest.raises(UsageError):
        asked(repo, **wrong)


def test_what_is_kept_without_approval_says_what_to_add(repo):
    with pytest.raises(UsageError) as caught:
        asked(repo, save_baseline="main")
    assert "--approve" in caught.value.hint


def test_a_noisy_machine_lets_nothing_pass():
    from vatio.analysis import GateRule, control, judge
    from vatio.govern.gate._judging import noise_notes, outcome_of

    noise = control([1.0, 1.5, 0.6, 1.3], rule=GateRule())
    quiet = judge([1.0] * 30, rule=GateRule())
    worse = judge([1.5] * 30, rule=GateRule())
    assert noise.is_too_noisy
    assert outcome_of(quiet, (), None) == "pass"
    assert outcome_of(quiet, (), noise) == "inconclusive"
    assert outcome_of(worse, (), noise) == "fail"
    assert str(noise.needed_pairs) in noise_notes(noise)[0]


def locked(folder, version, count):
    path = wheel(folder / "wheels", version=version, files={"tiny.py": LOOP.format(count=count)})
    digest = sha256(path.read_bytes()).hexdigest()
    lock = Lock(
        packages=(LockedPackage(name="tiny", version=version, files=(LockedFile(sha256=digest, path=f"wheels/{path.name}"),)),)
    )
    written = folder / f"pylock.{version.replace('.', '-')}.toml"
    write_lock(lock, str(written))
    return str(written)


@pytest.mark.slow
def test_an_upgrade_that_costs_more_is_to_be_rolled_back_and_its_packages_are_named(repo):
    repo.write("burn.py", "import tiny\n")
    old, new = (locked(repo.root.parent, version, count) for version, count in (("1.0", 100_000), ("2.0", 400_000)))
    # What lies on the import path would be found before either environment, and both arms would be one.
    elsewhere = repo.root.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "tiny.py").write_text("")
    environ = {**repo.environ, "PIP_NO_INDEX": "1", "UV_OFFLINE": "1", "PYTHONPATH": str(elsewhere)}
    worse = gated(repo, against=f"lock:{old}", lock=new, environ=environ)
    better = gated(repo, against=f"lock:{new}", lock=old, environ=environ)

    assert (worse.verdict.outcome, worse.verdict.advice) == ("fail", "roll back")
    assert (better.verdict.outcome, better.verdict.advice) == ("pass", "approve")
    assert [(one.name, one.baseline, one.candidate) for one in worse.verdict.packages] == [("tiny", "1.0", "2.0")]
    with ledger_of(repo) as ledger:
        assert [entry.payload["advice"] for entry in ledger.said("verdict")] == ["roll back", "approve"]
    with pytest.raises(MeasureError, match="ran the Python of"):
        gated(repo, against=f"lock:{old}", lock=new, environ=environ, command=(sys.executable, "-c", "pass"))


def test_a_lock_that_is_none_is_refused(repo):
    broken = repo.write("broken.toml", "lock-version = [")
    with pytest.raises(VatioError, match="broken"):
        gated(repo, against=f"lock:{broken}", lock=str(broken))


def test_a_saving_in_much_noise_is_not_said_to_reach_beyond_the_resolution():
    spans = ((-0.70, -0.74, -0.65), (0.01, -0.02, 0.06), (0.0, None, None))
    reasons = [reason_of(with_change(Interval(value=value, low=low, high=high)), None) for value, low, high in spans]
    assert reasons[0] == "the interval of the change is wider than a pass may be"
    assert "beyond the resolution" in reasons[1]
    assert reasons[2] == "so few pairs have no interval"


def with_change(change):
    return Verdict(
        outcome="inconclusive",
        change_ratio=change,
        allowed_ratio=0.0,
        resolution_ratio=0.05,
        mde_ratio=None,
        pairs=10,
        more_pairs=None,
        unit="cpu_s",
        baseline="a",
        candidate="b",
    )


def told(outcome="pass", value=1.0, *, series="s", branch="main", host="h"):
    verdict = Verdict(
        outcome=outcome,
        change_ratio=Interval(value=0.0, low=None, high=None),
        allowed_ratio=0.0,
        resolution_ratio=0.05,
        mde_ratio=None,
        pairs=10,
        more_pairs=0,
        unit="cpu_s",
        baseline="a",
        candidate="b",
        candidate_value=value,
        series=series,
        branch=branch,
        host=host,
    )
    return to_json(verdict)


def test_a_change_that_has_lasted_is_told_from_the_verdicts_of_the_same_place(repo):
    from vatio.govern.gate._verdict import Place, earlier_verdicts, shift_of

    place = Place(series="s", branch="main", host="h")
    with ledger_of(repo) as ledger:
        for at in range(16):
            ledger.append("verdict", told(value=(1.0 if at < 8 else 1.2) + 0.001 * (at % 3)))
        ledger.append("verdict", told(value=9.0, branch="other"))
        ledger.append("verdict", told(value=9.0, host="another"))
        ledger.append("verdict", {"schema": "vatio.verdict/9", "series": "s", "branch": "main", "host": "h"})
        said = ledger.said("verdict")
        history = earlier_verdicts(said, place)
    assert len(history) == 16
    found = shift_of(history, 1.2)
    assert found.since == said[8].at
    assert found.change_ratio == pytest.approx(0.2, abs=0.01)
    assert (found.p < 0.05, found.verdicts) == (True, 17)
    assert shift_of(history[:8], 1.0) is None
    assert shift_of((), 1.0) is None
    assert shift_of(history, None) is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_ends_a_gate_during_a_setup_ends_the_setup(repo, number):
    marker = repo.root.parent / "alive"
    setup = f"echo $$ > {marker}; sleep 60; true"
    command = [sys.executable, "-m", "vatio", "gate", "--against", "main", "--setup", setup, "--", "python", "burn.py"]
    process = subprocess.Popen(command, cwd=repo.root, env=repo.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until_s = time.monotonic() + 20.0
    while not (marker.exists() and marker.read_text().strip()) and time.monotonic() < until_s:
        time.sleep(0.02)
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode == (130 if number == signal.SIGINT else -signal.SIGTERM)
    with pytest.raises(ProcessLookupError):
        os.kill(int(marker.read_text()), 0)
    assert is_clean(repo)
