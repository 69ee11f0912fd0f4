import json
import os
import signal
import subprocess
import sys
import time

import pytest

from vatio.config import load_config
from vatio.errors import MeasureError, UsageError
from vatio.ledger import open_keeper
from vatio.optimise.model import ModelOptions, ModelRequest, load_model, optimise_model
from vatio.optimise.search import Budget
from vatio.records import Front, from_json

pytest.importorskip("skl2onnx")
pytestmark = pytest.mark.slow
AMPLE = Budget(amount=60.0, unit="cpu_s")
CODE = """
import numpy
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier

X, Y = make_classification(1500, 8, n_informative=6, random_state=0)

def forest():
    return RandomForestClassifier(30, random_state=0).fit(X[:500], Y[:500])

def cases():
    return {"x": X[500:], "y": Y[500:], "x_train": X[:500], "y_train": Y[:500]}

def shuffled():
    return {"x": X[500:], "y": numpy.random.default_rng(0).permutation(Y[500:])}

def narrow():
    return {"x": X[500:, :5], "y": Y[500:]}

def few():
    return {"x": X[500:560], "y": Y[500:560]}
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    (tmp_path / "ours.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("ours", None)


@pytest.fixture
def config(place):
    return load_config(options={"ledger.path": str(place / "l.db"), "record.environment": "off"}, environ={})


def sought(config, place, *, out="out", resume=None, **named):
    wanted = {
        "model": "ours:forest",
        "cases": "ours:cases",
        "budget": AMPLE,
        "batches": (1,),
        "techniques": ("onnx", "treelite"),
    }
    request = ModelRequest(**{**wanted, **named})
    return optimise_model(request, config=config, options=ModelOptions(out=place / out, resume=resume))


def runs(config):
    keeper = open_keeper(config)
    try:
        keeper.ledger.settle()
        return keeper.ledger.runs(0)
    finally:
        keeper.close()


def test_a_cheaper_form_is_found_certified_and_can_be_loaded(config, place):
    front = sought(config, place)

    chosen = front.chosen_for(1)
    assert chosen.certified
    assert chosen.times.low > 1.0
    model = load_model(place / "out" / chosen.artefact)
    module = sys.modules["ours"]
    assert (model.predict(module.X[500:600]) == module.forest().predict(module.X[500:600])).all()
    kept = from_json(Front, json.loads((place / "out" / "front.json").read_bytes()))
    assert kept.chosen == front.chosen
    assert {run.within for run in runs(config) if "trial" in run.tags} == {front.run}


def test_what_is_refused_is_listed_with_its_reason(config, place):
    front = sought(config, place, techniques=("cache", "onnx"))

    assert any("cache" in " ".join(each.chain) and each.reason for each in front.rejected)


def test_too_few_labels_to_certify_are_said_with_how_many_it_takes(config, place):
    front = sought(config, place, cases="ours:few", techniques=("fewer_trees",), max_loss=0.02)

    assert front.chosen == {}
    assert any("24 cases" in note and "labelled cases would tell" in note for note in front.notes)


def test_a_model_whose_cases_have_another_shape_is_said_so(config, place):
    with pytest.raises((MeasureError, UsageError)) as told:
        sought(config, place, cases="ours:narrow")

    assert "8" in str(told.value)
    assert "5" in str(told.value)


def test_a_budget_that_is_too_small_keeps_what_was_tried(config, place):
    with pytest.raises(MeasureError) as told:
        sought(config, place, budget=Budget(amount=0.6, unit="cpu_s"))

    assert told.value.hint
    assert [run for run in runs(config) if "trial" in run.tags]


def test_a_folder_of_another_search_is_not_touched(config, place):
    (place / "mine").mkdir()
    (place / "mine" / "thesis.txt").write_text("years")

    with pytest.raises(UsageError):
        sought(config, place, out="mine")

    assert os.listdir(place / "mine") == ["thesis.txt"]


def test_a_search_is_gone_on_with_without_a_trial_made_twice(config, place):
    first = sought(config, place)

    again = sought(config, place, resume=first.run)

    made = [run.tags["trial"] for run in runs(config) if "trial" in run.tags]
    assert len(made) == len(set(made))
    assert again.chosen == first.chosen
    assert next(run for run in runs(config) if run.id == again.run).parents == (first.run,)


def test_a_search_that_was_killed_loses_no_finished_trial_and_leaves_no_process(config, place):
    words = [sys.executable, "-m", "vatio", "optimise", "model", "ours:forest", "--data", "ours:cases", "--budget", "60cpu-s"]
    words += ["--batch", "1", "--technique", "onnx", "--technique", "treelite", "--technique", "fewer_trees"]
    words += ["--ledger", str(place / "l.db"), "--out", "killed"]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "VATIO_RECORD_ENVIRONMENT": "off"}
    search = subprocess.Popen(words, env=environ, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    trials = place / "killed" / "trials"
    deadline_s = time.monotonic() + 60.0
    while len(list(trials.glob("*/trial.json"))) < 2 and time.monotonic() < deadline_s:
        time.sleep(0.05)
    os.kill(search.pid, signal.SIGKILL)
    search.wait()
    time.sleep(1.0)
    before = {path.parent.name: path.read_bytes() for path in trials.glob("*/trial.json")}
    run = next(each for each in runs(config) if each.name == "optimise model")

    done = subprocess.run([*words, "--resume", run.id], env=environ, capture_output=True, timeout=120, check=False)

    assert done.returncode in (0, 1), done.stderr.decode()
    finished = [each.tags["trial"] for each in runs(config) if "trial" in each.tags and each.status == "finished"]
    assert not [key for key in before if finished.count(key) > 1]
    assert before.items() <= {path.parent.name: path.read_bytes() for path in trials.glob("*/trial.json")}.items()
