"""Search strategies and layers: each is one run, says what it measured, and where it agrees with what was published."""

from __future__ import annotations

import json

import numpy
import pytest

from vatio.config import load_config
from vatio.errors import UsageError
from vatio.optimise.data import Table
from vatio.optimise.study import (
    Claim,
    LayerDesign,
    StrategyDesign,
    repeated_html,
    repeated_json,
    repeated_lines,
    search_strategies,
    study_layers,
)


def table(rows=120, name="made"):
    draws = numpy.random.default_rng(0)
    x = draws.random((rows, 6))
    return Table(source=name, columns=tuple("abcdef"), x=x, y=(x[:, 0] + x[:, 1] > 1.0).astype(int))


def kept(folder):
    return load_config(options={"ledger.path": str(folder / "ledger.db")}, environ={})


@pytest.fixture(scope="module")
def strategies(tmp_path_factory):
    pytest.importorskip("optuna")
    return search_strategies(table(), config=kept(tmp_path_factory.mktemp("s")), design=StrategyDesign(seeds=3))


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    pytest.importorskip("onnxruntime")
    design = LayerDesign(steps=1, batch=2, repetitions=2)
    return study_layers(config=kept(tmp_path_factory.mktemp("l")), design=design, by="onnxruntime")


@pytest.mark.slow
def test_every_strategy_reaches_the_target_within_the_settings_there_are(strategies):
    rows = strategies.tables[0].rows
    assert [row[0] for row in rows] == ["grid", "random", "tpe", "gp"]
    assert all(1 <= row[2] <= row[1] <= row[3] <= 64 for row in rows)
    assert all(row[4] > 0.0 for row in rows)


@pytest.mark.slow
def test_the_best_so_far_never_falls_and_ends_alike(strategies):
    series = strategies.curves[0].series
    assert all([y for _, y in own] == sorted(y for _, y in own) for own in series.values())
    assert len({own[-1][1] for own in series.values()}) == 1


@pytest.mark.slow
def test_each_figure_stands_beside_the_published_one(strategies, layers):
    assert len(strategies.claims) == 3
    assert {claim.published for claim in layers.claims} >= {"+95.3 %", "+66.4 %"}
    assert all(isinstance(claim, Claim) and claim.here for claim in (*strategies.claims, *layers.claims))


def test_layers_are_measured_in_both_shapes(layers):
    shapes = {row[0] for row in layers.tables[0].rows}
    assert shapes == {"Fashion 1x28x28", "CIFAR 3x32x32"}
    assert "answering by onnxruntime" in layers.headline
    assert any("PyTorch is not installed" in note for note in layers.notes)


@pytest.mark.slow
def test_a_study_is_written_for_eyes_and_for_programs(strategies, layers):
    for study in (strategies, layers):
        assert json.loads(json.dumps(repeated_json(study)))["schema"] == f"vatio.study.{study.name}/1"
        assert any("published" in line for line in repeated_lines(study))
        page = repeated_html(study)
        assert "<svg" in page
        assert study.run in page


@pytest.mark.slow
@pytest.mark.torch
def test_training_is_measured_where_torch_is(tmp_path):
    pytest.importorskip("torch")
    found = study_layers(config=kept(tmp_path), design=LayerDesign(steps=1, batch=2, repetitions=2), by="torch")
    assert "training by torch" in found.headline


@pytest.mark.parametrize("wrong", [{"margin": -0.1}, {"margin": 1.0}, {"seeds": 2}, {"most_rows": 3}])
def test_a_comparison_that_cannot_be_is_told(wrong):
    with pytest.raises(UsageError):
        StrategyDesign(**wrong)


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"batch": 0}, {"repetitions": 1}])
def test_layers_that_cannot_be_measured_are_told(wrong):
    with pytest.raises(UsageError):
        LayerDesign(**wrong)


def test_a_table_too_small_to_compare_on_is_refused(tmp_path):
    with pytest.raises(UsageError, match="too few"):
        search_strategies(table(rows=40), config=kept(tmp_path))
