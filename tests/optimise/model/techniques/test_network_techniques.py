from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.optimise.model import nets

from vatio.errors import NotApplicable, UsageError
from vatio.optimise.model import Form, Task
from vatio.optimise.model.techniques.networks._channels import Linked, kept_by_cost, kept_evenly
from vatio.plugins import load

torch = pytest.importorskip("torch")
pytest.importorskip("torch_pruning")
pytestmark = pytest.mark.torch
NETWORK = ("prune", "coarser", "shallower", "distil", "transfer")


@pytest.fixture(scope="module")
def task() -> Task:
    return nets.task()


def _scores(form: Form, x: np.ndarray) -> np.ndarray:
    return np.array(load("runtimes", form.kind)().predictor(form, batch=len(x)).scores(x))


def _saved(form: Form, folder: Path) -> dict[str, bytes]:
    folder.mkdir(parents=True)
    load("runtimes", "torch")().save(form, folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _right(form: Form, task: Task) -> float:
    return float((_scores(form, task.select.x).argmax(1) == task.select.y).mean())


def _parameters(form: Form) -> int:
    return sum(each.numel() for each in form.model.parameters())


@pytest.mark.parametrize("name", NETWORK)
def test_a_technique_makes_the_same_smaller_network_each_time(name: str, task: Task, tmp_path: Path) -> None:
    technique = load("techniques", name)()
    offers = technique.offers(nets.form(), task)
    assert offers
    assert all(offer.reach == "network" and offer.needs_fit and offer.cost_cpu_s > 0 for offer in offers)
    offer = json.loads(json.dumps(dict(offers[-1].params)))
    made = [technique.apply(nets.form(), replace(offers[-1], params=offer), task) for _ in range(2)]
    written = [_saved(each, tmp_path / str(at)) for at, each in enumerate(made)]
    assert written[0] == written[1]
    again = replace(made[0], model=load("runtimes", "torch")().load(tmp_path / "0", made[0].settings))
    assert np.array_equal(_scores(again, task.select.x), _scores(made[0], task.select.x))
    assert made[0].settings["structure"]
    assert _right(again, task) > 0.8


@pytest.mark.parametrize(
    "chain", [("prune", "coarser"), ("transfer", "prune"), ("shallower", "distil"), ("coarser", "transfer")]
)
def test_techniques_follow_one_another(chain: tuple[str, ...], task: Task, tmp_path: Path) -> None:
    form = nets.form()
    for at, name in enumerate(chain):
        technique = load("techniques", name)()
        form = technique.apply(form, technique.offers(form, task)[0], task)
        _saved(form, tmp_path / str(at))
        form = replace(form, model=load("runtimes", "torch")().load(tmp_path / str(at), form.settings))
    assert _right(form, task) > 0.8
    assert _parameters(form) < _parameters(nets.form()) or "coarser" in chain


def test_a_smaller_network_goes_on_to_int8(task: Task) -> None:
    pytest.importorskip("nncf")
    form = nets.form()
    for name in ("transfer", "int8"):
        technique = load("techniques", name)()
        form = technique.apply(form, technique.offers(form, task)[0], task)
    assert form.kind == "openvino"
    assert _right(form, task) > 0.8


def test_pruning_takes_channels_where_the_cost_is(task: Task) -> None:
    prune = load("techniques", "prune")
    offer = prune().offers(nets.form(), task)[0]
    dear_first = {"0": 0.05, "3": 0.9, "7": 0.05, "12": 0.0, "14": 0.0}
    made = prune().apply(nets.form(), replace(offer, params={**offer.params, "costs": dear_first, "epochs": 1}), task)
    layers = dict(made.model.named_modules())
    assert layers["3"].in_channels * layers["3"].out_channels < 8 * 16 * 0.5
    assert layers["7"].out_channels == 16


def test_what_a_layer_costs_is_read_by_the_function_given(task: Task) -> None:
    # A sensor's counter that goes up by one at each reading: every layer then costs the same.
    drawn = iter(range(10**6))
    offer = load("techniques", "prune")(read=lambda: float(next(drawn))).offers(nets.form(), task)[0]
    assert set(offer.params["costs"].values()) == {0.2}


def test_a_network_without_a_factory_is_told_so(task: Task) -> None:
    for name in NETWORK:
        with pytest.raises(NotApplicable, match="factory"):
            load("techniques", name)().offers(replace(nets.form(), settings={}), task)


def test_forms_that_are_not_plain_modules_get_no_offers(task: Task) -> None:
    plain = nets.form()
    for settings in ({"precision": "bf16"}, {"layout": "channels_last"}):
        form = replace(plain, settings={**plain.settings, **settings})
        assert all(
            load("techniques", name)().offers(form, task) == () for name in (*NETWORK, "layout", "torch_bf16", "sparsity")
        )
    other = Form(kind="sklearn", model=object())
    assert all(load("techniques", name)().offers(other, task) == () for name in (*NETWORK, "export", "openvino", "int8"))


@pytest.mark.parametrize("name", [*NETWORK, "layout", "torch_bf16", "int8", "export"])
def test_the_form_before_stays_as_it_was(name: str, task: Task) -> None:
    if name == "int8":
        pytest.importorskip("nncf")
    form, technique = nets.form(), load("techniques", name)()
    before = _scores(form, task.select.x)
    technique.apply(form, technique.offers(form, task)[0], task)
    assert np.array_equal(_scores(form, task.select.x), before)
    assert str(form.model) == str(nets.form().model)


def test_noughts_without_effect_are_said_to_have_none(task: Task) -> None:
    pytest.importorskip("openvino")
    technique, form = load("techniques", "sparsity")(), nets.form()
    (offer,) = technique.offers(form, task)
    with pytest.raises(NotApplicable, match="no effect"):
        technique.apply(form, replace(offer, params={**offer.params, "least_times": 1e9}), task)
    made = technique.apply(form, replace(offer, params={**offer.params, "least_times": 0.0}), task)
    weights = [each.weight for each in made.model.modules() if isinstance(each, (torch.nn.Conv2d, torch.nn.Linear))]
    assert all(float((weight == 0).float().mean()) > 0.7 for weight in weights)


def test_values_are_learnt_too() -> None:
    draws = np.random.default_rng(0)
    x = draws.normal(size=(200, 6)).astype(np.float32)
    from vatio.optimise.model import Cases

    cases = Cases(x=x, y=x[:, 0].astype(np.float64))
    task = Task(classes=(), fit=cases, select=cases)
    form = replace(nets.form("tests.optimise.model.nets:regressor"), answers="values")
    technique = load("techniques", "prune")()
    made = technique.apply(form, technique.offers(form, task)[0], task)
    assert _scores(made, x).shape == (200,)
    with pytest.raises(NotApplicable, match="classes"):
        load("techniques", "transfer")().offers(form, task)


def test_a_network_that_cannot_be_made_smaller_says_why(task: Task) -> None:
    form = nets.form("tests.optimise.model.nets:fixed")
    technique: Any = load("techniques", "prune")()
    with pytest.raises(NotApplicable, match="smaller"):
        technique.apply(form, technique.offers(form, task)[0], task)


def test_a_process_keeps_its_own_draws(task: Task) -> None:
    technique = load("techniques", "prune")()
    form = nets.form()
    torch.manual_seed(3)
    wanted = torch.rand(3)
    torch.manual_seed(3)
    technique.apply(form, technique.offers(form, task)[-1], task)
    assert torch.equal(torch.rand(3), wanted)


importances = st.lists(st.floats(0.01, 10.0), min_size=1, max_size=40)


@given(st.lists(importances, min_size=1, max_size=5), st.floats(0.05, 1.0))
def test_pruning_by_cost_never_empties_a_group_and_keeps_within_its_aim_where_it_can(
    groups: list[list[float]], keep: float
) -> None:
    linked = [
        Linked(root=str(at), importance=tuple(each), gives=(str(at),), takes=(str(at + 1),)) for at, each in enumerate(groups)
    ]
    costs = {str(at): 1.0 for at in range(len(groups) + 1)}
    kept = kept_by_cost(linked, costs, keep_ratio=keep)
    assert all(1 <= kept[each.root] <= len(each.importance) for each in linked)
    less = kept_by_cost(linked, costs, keep_ratio=keep / 2)
    assert sum(less.values()) <= sum(kept.values())
    assert all(count >= 1 for count in kept_evenly(linked, ratio=keep).values())


def test_a_broken_head_is_refused() -> None:
    from vatio.optimise.model.runtimes._structure import restructure

    with pytest.raises(UsageError, match="weight"):
        restructure(nets.convolutional(), {"14": {"left_out": True}}, {"14.weight": torch.zeros(3, 24)})
