"""A function is looked at, checked in a child, measured and never changed unasked."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vatio.errors import MeasureError, UnknownName, UsageError
from vatio.optimise.code import apply

SUM = "def f(xs):\n    total = 0.0\n    for x in xs:\n        total += x * 2.0\n    return total\n"


@pytest.fixture
def rows(tmp_path):
    np.savez(tmp_path / "rows.npz", xs=np.random.default_rng(0).random(20_000))
    return "rows.npz"


@pytest.mark.slow
def test_the_cheapest_equal_change_is_chosen_applied_when_asked_and_the_old_file_kept(look, rows):
    found = look(SUM, arguments=rows)

    assert (found.verdict, found.chosen.name) == ("cheaper", "numpy")
    assert found.chosen.times.low > 5.0
    assert {"your arguments", "no row", "a single row", "NaN in the first row"} <= set(found.cases)
    assert Path("mine.py").read_text() == SUM
    done = subprocess.run(["patch", "-p0", "--dry-run"], input=found.chosen.diff, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout

    assert apply(found) == "mine.py.orig"
    assert Path("mine.py.orig").read_text() == SUM
    assert Path("mine.py").read_text() == found.chosen.text
    with pytest.raises(UsageError, match="changed meanwhile"):
        apply(found)
    Path("mine.py").write_text(SUM)
    with pytest.raises(UsageError, match="is there already"):
        apply(found)


def test_without_arguments_nothing_runs_and_the_change_is_offered_unchecked(look):
    found = look("raise SystemExit('imported')\n" + SUM)
    assert found.verdict == "unchecked"
    assert "np.sum" in found.candidates[0].diff


def test_a_change_with_other_results_is_out_with_the_input_on_which_they_differ(look, tmp_path):
    """Python's whole numbers grow, those of arrays wrap round."""
    (tmp_path / "given.py").write_text("def whole():\n    return ([10**6] * 20,)\n")
    found = look("def f(xs):\n    t = 1\n    for x in xs:\n        t *= x\n    return t\n", arguments="given:whole")
    assert (found.verdict, found.chosen) == ("kept", None)
    assert "differ on your arguments" in found.candidates[0].reason


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def f(xs):\n    while True:\n        pass\n    for x in xs:\n        pass\n", "did not end within"),
        ("def f(ys, zs):\n    t = 0\n    for y in ys:\n        t += y\n    return t\n", "fails on your arguments"),
        ("import os\nos._exit(3)\n" + SUM, "ended the process"),
        ("import sys\nsys.exit(3)\n" + SUM, "ended the process"),
        (
            "import random\ndef f(xs):\n    t = random.random()\n    for x in xs:\n        t += x\n    return t\n",
            "another result",
        ),
        ("def f(xs):\n    t = 0\n    for x in xs:\n        t += x\n    raise ValueError('no')\n", "ValueError: no"),
    ],
)
def test_a_function_that_cannot_be_checked_says_why(text, why, look, rows):
    with pytest.raises(MeasureError, match=why):
        look(text, arguments=rows, timeout_s=3.0)


@pytest.mark.slow
def test_what_a_function_prints_goes_nowhere(look, rows, capfd):
    found = look(SUM.replace("return total", "print('x' * 1_000_000)\n    return total"), arguments=rows)
    assert found.chosen is not None
    assert capfd.readouterr().out.count("xxx") == 0


@pytest.mark.parametrize(
    ("text", "name", "error"),
    [
        ("def f(:\n", "f", "no Python, line 1"),
        ("\0\1\2", "f", "no Python"),
        (SUM, "g", "unknown function"),
        ("async def f(xs):\n    pass\n", "f", "coroutine"),
        (SUM, "f g", "names no function"),
    ],
)
def test_what_is_no_function_is_bad_use(text, name, error, look):
    with pytest.raises((UsageError, UnknownName), match=error):
        look(text, name)


def test_arguments_that_are_nowhere_are_bad_use(look):
    with pytest.raises(UsageError, match="not there"):
        look(SUM, arguments="nowhere.npz")
    with pytest.raises(UsageError, match="neither"):
        look(SUM, arguments="import os; os.system")
    with pytest.raises(MeasureError, match="cannot check"):
        look(SUM, arguments="no_such_module:f")


@pytest.mark.slow
def test_arguments_that_are_written_into_must_be_left_alike(look, tmp_path):
    text = "def f(xs, out):\n    for i in range(len(xs)):\n        out[i] = xs[i] + 1.0\n"
    np.savez(tmp_path / "both.npz", xs=np.arange(5000.0), out=np.zeros(5000))
    found = look(text, arguments="both.npz")
    assert found.chosen is not None
    assert any("writes into its arguments" in note for note in found.notes)


def test_the_command_shows_the_diff_and_says_unchecked(tmp_path):
    (tmp_path / "mine.py").write_text(SUM)
    done = subprocess.run(
        [sys.executable, "-m", "vatio", "optimise", "code", "mine.py:f"],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "+    total += np.sum(xs * 2.0).item()" in done.stdout
