"""What a model can do without is measured, and what is wrong with the data is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from vatio.config import load_config
from vatio.errors import UsageError
from vatio.optimise.data import Table, Wish, advice_html, advice_json, advice_lines, advise, duplicates, scales
from vatio.optimise.data._advice import Saving, in_order, judged
from vatio.optimise.data._duplicates import shared_rows
from vatio.optimise.data._quality import QualityChange


@pytest.fixture(scope="module")
def unscaled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("advise")
    environ = {**os.environ, "XDG_STATE_HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    config = load_config(str(folder), environ=environ, options={"ledger.path": str(folder / "ledger.db")})
    draws = numpy.random.default_rng(0)
    x = draws.random((400, 8))
    y = (x[:, 0] > 0.5).astype(int)
    x[:, 7] *= 1e6
    x[300:330] = x[0:30]
    y[300:330] = y[0:30]
    table = Table(source="made", columns=tuple("abcdefgh"), x=x, y=y)
    return advise(table, Wish(algorithm="svm", repetitions=3), config=config, environ=environ)


@pytest.mark.slow
def test_an_unscaled_column_is_found_and_comes_first(unscaled):
    assert unscaled.best.name == "scale columns"
    assert unscaled.best.quality.low > 0.1
    assert any("column 'h' spreads" in finding for finding in unscaled.findings)


@pytest.mark.slow
def test_rows_on_both_sides_of_the_split_are_told(unscaled):
    assert any("held out" in finding and "learn from" in finding for finding in unscaled.findings)


@pytest.mark.slow
def test_every_kind_of_candidate_is_measured(unscaled):
    names = " ".join(each.name for each in unscaled.advice)
    for kind in ("chi2", "mutual information", "permutation", "PCA", "random projection", "float32", "coreset", "duplicates"):
        assert kind in names


@pytest.mark.slow
def test_the_advice_can_be_read(unscaled):
    assert any(line.startswith("do: scale columns") for line in advice_lines(unscaled))
    assert json.loads(json.dumps(advice_json(unscaled)))["do"] == "scale columns"
    assert "scale columns" in advice_html(unscaled)


CHEAPER, DEARER, MAYBE = Saving(0.5, 0.4, 0.6), Saving(-0.5, -0.6, -0.4), Saving(0.1, -0.1, 0.3)
SAME, WORSE, UNSURE, BETTER = (QualityChange(*q) for q in ((0, 0, 0), (-0.2, -0.3, -0.1), (0, -0.2, 0.2), (0.2, 0.1, 0.3)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("saving", "quality", "is_worth_it"),
    [
        (CHEAPER, SAME, True),
        (CHEAPER, WORSE, False),
        (CHEAPER, UNSURE, False),
        (MAYBE, SAME, False),
        (DEARER, SAME, False),
        (DEARER, BETTER, True),
        (None, SAME, False),
        (CHEAPER, None, False),
    ],
)
def test_only_what_is_surely_cheaper_or_better_is_worth_it(saving, quality, is_worth_it):
    found = judged("x", "", cost=1.0, saving=saving, quality=quality, max_loss=0.01)
    assert found.is_worth_it == is_worth_it
    assert bool(found.reason) != is_worth_it


@pytest.mark.slow
def test_what_is_better_comes_before_what_only_saves():
    both = [
        judged(name, "", cost=1.0, saving=s, quality=q, max_loss=0.01)
        for name, s, q in (("a", CHEAPER, SAME), ("b", MAYBE, BETTER))
    ]
    assert [each.name for each in in_order(both)] == ["b", "a"]


@pytest.mark.slow
@given(st.lists(st.integers(0, 4), min_size=1, max_size=30))
def test_without_exact_duplicates_every_row_is_left_once(values):
    x, y = numpy.array([[value, value * 2.0] for value in values]), numpy.zeros(len(values))
    found = duplicates(x, y)
    left = [value for at, value in enumerate(values) if at not in found.exact]
    assert sorted(left) == sorted(set(values))


@pytest.mark.slow
def test_rows_that_hardly_differ_are_found_in_sparse_matrices_too():
    draws = numpy.random.default_rng(0)
    x = (draws.random((40, 300)) < 0.2).astype(float)
    near = x[3].copy()
    near[numpy.flatnonzero(near)[0]] = 0.0
    whole = numpy.vstack([x, near])
    for each in (sparse.csr_matrix(whole), whole):
        assert duplicates(each, numpy.zeros(41)).near == (40,)


@pytest.mark.slow
def test_equal_rows_with_other_labels_are_a_conflict():
    found = duplicates(numpy.ones((2, 3)), numpy.array([0, 1]))
    assert (found.exact, found.conflicts) == ((), 1)


@pytest.mark.slow
def test_leaked_rows_are_found():
    x = numpy.arange(12.0).reshape(4, 3)
    assert shared_rows(x, x[[2]]) == (2,)


@pytest.mark.slow
def test_columns_of_one_unit_do_not_drown_one_another():
    assert scales(numpy.random.default_rng(0).random((50, 5)), tuple("abcde")).drowning == ()
    assert scales(numpy.ones((5, 2)), ("a", "b")).drowning == ()


@pytest.mark.slow
def test_too_few_of_a_class_are_refused(tmp_path):
    table = Table(source="few", columns=("a",), x=numpy.arange(12.0).reshape(12, 1), y=numpy.array([0, 1] * 6))
    with pytest.raises(UsageError, match="class of 6 rows"):
        advise(table, Wish(), config=load_config(str(tmp_path), environ=dict(os.environ)), environ=dict(os.environ))


@pytest.mark.slow
def test_the_command_refuses_a_pickle(tmp_path):
    (tmp_path / "t.pkl").write_bytes(b"\x80\x04N.")
    words = [sys.executable, "-m", "vatio", "optimise", "data", "t.pkl"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pickle" in done.stderr


@pytest.mark.slow
def test_the_command_keeps_the_data_that_cannot_be_cut(tmp_path):
    draws = numpy.random.default_rng(0)
    numpy.savez(tmp_path / "t.npz", X=draws.random((60, 2)).astype(numpy.float32), y=numpy.array([0, 1] * 30))
    environ = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    words = [sys.executable, "-m", "vatio", "optimise", "data", "t.npz", "--algorithm", "tree", "--json", "-q"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, env=environ)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["do"] is None
