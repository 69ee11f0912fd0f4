"""`vatio gate` as a user calls it."""

import json
import subprocess
from xml.etree import ElementTree

import pytest

from vatio.cli.proving._gating import gate_lines, teller
from vatio.govern import GateOutcome, GateProgress
from vatio.measure import PairedCosts, PairedDesign, PairedMeasurement
from vatio.records import HistoryShift, Interval, PackageChange, QualityRow, Quantity, TestResult, Verdict

LOOP = "x = 0\nfor i in range({count}):\n    x += i * i\n"


def a_verdict(**more):
    given = {
        "outcome": "inconclusive",
        "change_ratio": Interval(value=0.02, low=-0.03, high=0.08),
        "allowed_ratio": 0.0,
        "resolution_ratio": 0.05,
        "mde_ratio": 0.07,
        "pairs": 30,
        "more_pairs": 40,
        "unit": "cpu_s",
        "baseline": "main (0123456789)",
        "candidate": "topic with uncommitted changes",
        "test": "sign-flip",
        "p": 0.2,
        "baseline_value": 1.0,
        "candidate_value": 1.02,
        "noise_ratio": 0.04,
        "run": "0190-0000",
    }
    return Verdict(**{**given, **more})


def an_outcome(verdict, **more):
    measurement = PairedMeasurement(
        run="0190-0000",
        arms=("baseline", "candidate"),
        design=PairedDesign(),
        unit="cpu_s",
        basis="CPU-seconds",
        repetitions=(),
        costs=PairedCosts(arms=("baseline", "candidate"), unit="cpu_s", blocks=()),
        energy_j=Quantity.absent("energy"),
        cpu_s=None,
        duration_s=1.0,
        ended_by="pairs",
    )
    return GateOutcome(verdict=verdict, measurement=measurement, ratios=(1.0, 1.04), reason="it is open", **more)


def test_a_verdict_fits_eighty_columns_and_says_what_would_decide():
    verdict = a_verdict(
        quality=(
            QualityRow(metric="accuracy", change=Interval(value=-0.001, low=-0.002, high=None), outcome="pass", max_loss=0.005),
        ),
        tests={"welch": TestResult(name="welch", statistic=1.0, p=0.3)},
        shift=HistoryShift(since="2026-11-01T00:00:00Z", change_ratio=0.1, p=0.01, verdicts=12),
        packages=tuple(PackageChange(name=f"package-{at}", baseline="1", candidate=None) for at in range(20)),
        advice="approve",
        notes=("a note that is so long that it has to go on in the next line, and is then still below itself", "\x1b[31mred"),
    )
    lines = gate_lines(an_outcome(verdict, recorded_in="ledger.sqlite", saved="main"))
    text = "\n".join(lines)
    assert max(map(len, lines)) <= 80
    for part in ("INCONCLUSIVE", "about 40 more would decide", "4.0% a run", "accuracy -0.001", "welch p 0.3", "+10.0% since"):
        assert part in text
    assert "package-0 1 -> absent" in text
    assert "and 8 more" in text
    assert "baseline main and verdict in ledger.sqlite" in text
    assert "\x1b" not in text
    assert gate_lines(an_outcome(a_verdict()), plain=False)[0].startswith("\x1b[1;33mINCONCLUSIVE")


def test_progress_is_a_line_a_step_where_nothing_can_be_written_over(capsys):
    tell = teller({"NO_COLOR": "1"})
    for done in range(5):
        tell(GateProgress(step="in turn", done=done, planned=60))
    tell(GateProgress(step="setting up the baseline"))
    said = capsys.readouterr().err
    assert said == "vatio: in turn, 0 of at most 60 runs\nvatio: setting up the baseline\n"


@pytest.fixture
def shop(shell):
    (shell.folder / "work.py").write_text(LOOP.format(count=100_000))
    (shell.folder / ".gitignore").write_text(".vatio/\n__pycache__/\n")
    named = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), (*named, "commit", "-q", "-m", "x")):
        subprocess.run(["git", *words], cwd=shell.folder, env=shell.environ, check=True, capture_output=True)
    return shell


@pytest.mark.slow
def test_a_gate_reads_its_section_and_writes_every_file(shop):
    (shop.folder / "vatio.toml").write_text(
        '[gate]\ncommand = ["python3", "work.py"]\nagainst = "main"\nresolution_ratio = 0.5\npairs = 10\n'
    )
    (shop.folder / "work.py").write_text(LOOP.format(count=400_000))
    files = {name: shop.folder / f"out.{name}" for name in ("junit", "sarif", "markdown", "badge", "html")}
    done = shop("gate", *(word for name, path in files.items() for word in (f"--{name}", str(path))))
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("FAIL  Regression")
    assert "vatio: baseline and candidate in turn" in done.stderr
    assert ElementTree.parse(files["junit"]).getroot().find(".//failure") is not None
    assert json.loads(files["sarif"].read_text())["runs"]
    assert "Regression" in files["markdown"].read_text()
    assert files["badge"].read_text().startswith("<svg")
    assert files["html"].read_text().startswith("<!doctype html>")

    silent = shop("gate", "-q", "--json", "--max-regression", "1000%")
    assert silent.returncode == 0, silent.stderr
    assert silent.stderr == ""
    verdict = json.loads(silent.stdout)
    assert (verdict["schema"], verdict["outcome"], verdict["allowed_ratio"]) == ("vatio.verdict/1", "pass", 10.0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--", "true"), "no baseline is named"),
        (("--against", "main"), "no command to compare"),
        (("--against", "-x", "--", "true"), "begins with '-'"),
        (("--against", "main", "--max-regression", "5", "--", "true"), "does that mean 5%"),
        (("--against", "main", "--pairs", "3", "--", "true"), "not from 6 to 1000"),
        (("--against", "main", "--metric", "a:up", "--", "true"), "--metric 'a:up'"),
        (("--against", "main", "--save-baseline", "x", "--", "true"), "--approve"),
        (("--against", "lock:a", "--", "true"), "two locks"),
        (("--against", "cmd:'", "--", "true"), "is no command"),
        (("--against", "nowhere", "--", "true"), "neither a git ref nor a baseline"),
        (("--against", "main", "--json", "--junit", "-", "--", "true"), "--junit - and --json would both be on stdout"),
        (("--against", "main", "--html", "nowhere/a.html", "--", "true"), "--html nowhere/a.html cannot be written"),
        (("--against", "main", "--badge", ".", "--", "true"), "--badge . cannot be written"),
    ],
)
def test_bad_use_is_exit_code_two_and_says_what_to_do(shop, words, said):
    done = shop("gate", *words)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "hint: " in done.stderr


def test_what_cannot_be_checked_is_exit_code_three(shop):
    done = shop("gate", "-q", "--against", "main", "--", "python3", "-c", "raise SystemExit('no data')")
    assert done.returncode == 3
    assert done.stderr == "vatio: both arms fail: exit code 1:\nno data\n"


def test_without_git_a_ref_cannot_be_built(shell):
    done = shell("gate", "--against", "git:main", "--", "true")
    assert done.returncode == 3
    assert "in no git working tree" in done.stderr
