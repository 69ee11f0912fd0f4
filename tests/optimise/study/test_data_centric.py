"""The study measures every part apart, names the traps, and is one run of the ledger."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy
import pytest

from vatio.config import load_config
from vatio.errors import UsageError
from vatio.optimise.data import Table
from vatio.optimise.study import StudyDesign, agreement, data_centric, study_html, study_json, study_lines, traps


def table(rows=300, wide=40_000.0):
    draws = numpy.random.default_rng(0)
    x = draws.random((rows, 20))
    y = (x[:, 0] + x[:, 1] > 1.0).astype(int)
    x[:, 5] *= wide
    return Table(source="made", columns=tuple(f"c{at}" for at in range(20)), x=x, y=y)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    environ = {**os.environ, "XDG_STATE_HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    config = load_config(str(folder), environ=environ, options={"ledger.path": str(folder / "ledger.db")})
    design = StudyDesign(algorithms=("svm", "tree", "knn"), levels=(0.1, 1.0), repetitions=2)
    return data_centric(table(), config=config, design=design, unread_rows=2)


def test_every_level_is_trained_on_what_its_label_says(study):
    # 30 % of what is kept are held out.
    assert {cell.rows for cell in study.cells if cell.setting.axis == "rows" and cell.setting.level_ratio == 0.1} == {21}
    assert {cell.features for cell in study.cells if cell.setting.axis == "features"} == {2}


def test_the_whole_is_trained_once_a_repetition(study):
    assert sum(cell.setting.level_ratio == 1.0 for cell in study.cells) == 3 * 2


def test_selecting_training_and_predicting_are_told_apart(study):
    for cell in study.cells:
        assert set(cell.costs) == {"select", "train", "predict"}
        assert all(cost is None or cost > 0.0 for cost in cell.costs.values())


def test_the_traps_are_named(study):
    assert {"quoting", "sampler", "unscaled column"} <= {trap.name for trap in traps(study)}


def test_scaling_helps_what_weighs_columns_by_size(study):
    before, after = study.scaled_quality["svm"]
    assert after > before


def test_another_table_is_not_laid_beside_the_published_figures(study):
    assert agreement(study) == ()


def test_the_study_can_be_read(study):
    assert any("svm" in line for line in study_lines(study))
    assert json.loads(json.dumps(study_json(study)))["unit"] in ("J", "cpu_s")
    page = study_html(study)
    assert page.count("<svg") >= 4
    assert "NaN" not in page


def test_a_table_too_small_for_its_levels_is_refused(tmp_path):
    with pytest.raises(UsageError, match="too small"):
        data_centric(table(rows=60), config=load_config(str(tmp_path), environ=dict(os.environ)))


@pytest.mark.parametrize("levels", [(), (0.1,), (0.0, 1.0), (1.0, 2.0), (float("nan"), 1.0)])
def test_levels_that_are_no_shares_are_refused(levels):
    with pytest.raises(UsageError):
        StudyDesign(levels=levels)


def test_the_command_tells_of_a_wrong_metric(tmp_path):
    (tmp_path / "m.txt").write_text("ham\thello there\nspam\twin now\n" * 200)
    words = [sys.executable, "-m", "vatio", "optimise", "study", "data-centric", "m.txt", "--metric", "f2"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "unknown metric" in done.stderr
