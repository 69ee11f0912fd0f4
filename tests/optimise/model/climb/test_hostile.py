"""What others wrote may fail in any way: it is said whose fault it was and what to do, and nothing else is lost."""

import json
import os
import subprocess
import sys

import numpy
import pytest

from vatio.errors import MeasureError, UsageError
from vatio.optimise.model import Cases, Form, ModelOptions, ModelRequest, Offer, Task, read_cases, read_model
from vatio.optimise.model._theirs import theirs
from vatio.optimise.model.climb._folder import alone, claim, keep_run
from vatio.optimise.model.judging._quality import read_quality
from vatio.optimise.model.reading._asked import read_all
from vatio.optimise.model.trials._node import Node, read_node
from vatio.optimise.model.trials._offers import with_offers
from vatio.optimise.search import read_budget

CODE = """
import sys
import numpy

class Odd(Exception):
    pass

def odd(*given):
    raise Odd("odd")

def stopping(*given):
    raise StopIteration

def leaving(*given):
    sys.exit(3)

def one_class():
    return numpy.random.default_rng(0).normal(size=(60, 3)), [1] * 60

def ragged():
    return [[1.0, 2.0], [3.0]], [0, 1]

class Raising:
    def offers(self, form, task):
        raise ZeroDivisionError("boom")

class Nothing(Raising):
    def offers(self, form, task):
        return None

class Rubbish(Raising):
    def offers(self, form, task):
        return ("x", 7)

class Unkeepable(Raising):
    def offers(self, form, task):
        from vatio.optimise.model import Offer
        return (Offer(params={"a": float("nan")}),)

class Leaving(Raising):
    def offers(self, form, task):
        import os
        os._exit(0)

class Good(Raising):
    def offers(self, form, task):
        from vatio.optimise.model import Offer
        return (Offer(params={"a": 1}),)
"""
PLUGINS = ("Raising", "Nothing", "Rubbish", "Unkeepable", "Good")
ENTRIES = "[vatio.techniques]\n" + "".join(f"{name.lower()} = hostile:{name}\n" for name in (*PLUGINS, "Leaving"))


@pytest.fixture
def place(tmp_path, monkeypatch):
    (tmp_path / "hostile.py").write_text(CODE)
    (tmp_path / "broken.py").write_text("raise ValueError('not today')")
    kept = tmp_path / "hostile-1.dist-info"
    kept.mkdir()
    (kept / "METADATA").write_text("Metadata-Version: 2.1\nName: hostile\nVersion: 1\n")
    (kept / "entry_points.txt").write_text(ENTRIES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("hostile", None)


@pytest.mark.parametrize("name", ["hostile:odd", "hostile:stopping", "hostile:leaving", "broken:it"])
def test_a_factory_that_fails_is_named_whatever_it_raises(place, name):
    with pytest.raises(UsageError, match=name) as told:
        read_model(name)
    assert told.value.hint


@pytest.mark.parametrize("name", ["hostile:odd", "hostile:stopping", "hostile:leaving", "broken:it", "hostile:ragged"])
def test_cases_that_fail_are_named_whatever_they_raise(place, name):
    with pytest.raises(UsageError, match=name) as told:
        read_cases(name)
    assert told.value.hint


@pytest.mark.parametrize("name", ["hostile:odd", "hostile:leaving"])
def test_a_metric_that_fails_is_named_whatever_it_raises(place, name):
    quality = read_quality(name, classes=(0, 1))
    with pytest.raises(UsageError, match=name):
        quality.of(numpy.array([0, 1]), numpy.eye(2))


def test_ctrl_c_is_nobodys_fault():
    with pytest.raises(KeyboardInterrupt), theirs("it", hint=""):
        raise KeyboardInterrupt


def test_labels_of_one_class_judge_nothing_though_the_model_knows_two(place):
    with pytest.raises(UsageError, match="one class"):
        read_cases("hostile:one_class", classes=(0, 1))


def asked(**named):
    return ModelRequest(**{"model": "m", "cases": "c", "budget": read_budget("1cpu-s"), **named})


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"seed": 2**40}, {"reach": "all"}])
def test_a_seed_or_a_reach_that_cannot_be_is_refused(wrong):
    with pytest.raises(UsageError) as told:
        asked(**wrong)
    assert told.value.hint


@pytest.mark.parametrize("loss", [{"max_loss": 1.0}, {"max_class_loss": 5.0}])
def test_a_loss_of_all_that_there_is_is_taken_for_points(place, loss):
    (place / "known.py").write_text(
        "import numpy\nfrom sklearn.linear_model import LogisticRegression\n"
        "X = numpy.random.default_rng(0).normal(size=(200, 3))\nY = (X[:, 0] > 0).astype(int)\n"
        "def model(): return LogisticRegression().fit(X, Y)\ndef cases(): return X, Y\n"
    )
    with pytest.raises(UsageError) as told:
        read_all(asked(model="known:model", cases="known:cases", **loss))
    assert "pt" in told.value.hint


@pytest.fixture
def task():
    x = numpy.zeros((40, 3))
    cases = Cases(x=x, y=numpy.arange(40) % 2)
    return Task(classes=(0, 1), fit=cases, select=cases)


def test_a_technique_that_cannot_say_what_it_offers_costs_no_other(place, task):
    names = [name.lower() for name in PLUGINS]
    node = with_offers(Node(), Form(kind="rule", model=None), task, techniques=names, reach="format", folder=place / "trial")
    assert [(each.technique, each.offer) for each in node.offers] == [("good", Offer(params={"a": 1}))]
    assert sorted(node.refusals) == ["nothing", "raising", "rubbish", "unkeepable"]
    assert all(reason.startswith("failed: ") for reason in node.refusals.values())
    assert "ZeroDivisionError: boom" in node.refusals["raising"]


def test_a_technique_that_ends_the_process_leaves_the_trial_and_what_others_offer(place, task):
    pid = os.fork()
    if pid == 0:
        form, names = Form(kind="rule", model=None), ["good", "leaving"]
        with_offers(Node(), form, task, techniques=names, reach="format", folder=place / "trial")
        os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0
    node = read_node(place / "trial")
    assert [each.technique for each in node.offers] == ["good"]
    assert "ended the process" in node.refusals["leaving"]


@pytest.mark.parametrize("name", ["file", "file/below", "/proc/nothing", "dangling"])
def test_a_folder_that_cannot_be_made_is_said_with_what_to_do(place, name):
    (place / "file").write_text("x")
    (place / "dangling").symlink_to(place / "nowhere" / "at-all")
    with pytest.raises(UsageError, match="cannot be written to") as told:
        claim(ModelOptions(out=place / name), "d")
    assert "--out" in told.value.hint


def test_a_folder_is_taken_again_until_a_trial_is_in_it_and_then_names_its_run(place):
    options = ModelOptions(out=place / "out")
    claim(options, "d")
    claim(options, "d")
    keep_run(options, "d", "the-run")
    (place / "out" / "trials" / "baseline").mkdir(parents=True)
    (place / "out" / "trials" / "baseline" / "trial.json").write_text("{}")
    with pytest.raises(UsageError) as told:
        claim(options, "d")
    assert "--resume the-run" in told.value.hint


@pytest.mark.parametrize("text", ["[]", "{", "5", '{"search"'])
def test_a_folders_mark_that_is_none_is_refused(place, text):
    (place / "out").mkdir()
    (place / "out" / "search.json").write_text(text)
    with pytest.raises(UsageError, match=r"search\.json"):
        claim(ModelOptions(out=place / "out"), "d")


def test_there_is_nothing_to_go_on_with_in_an_empty_folder(place):
    with pytest.raises(UsageError, match="no search to go on with"):
        claim(ModelOptions(out=place / "out", resume="some-run"), "d")


def test_two_searches_do_not_work_in_one_folder(place):
    options = ModelOptions(out=place / "out")
    claim(options, "d")
    other = "import sys; from pathlib import Path; from vatio.optimise.model import ModelOptions\n"
    other += "from vatio.optimise.model.climb._folder import alone\nwith alone(ModelOptions(out=Path(sys.argv[1]))): pass"
    words = [sys.executable, "-c", other, str(place / "out")]
    with alone(options):
        (place / "out" / ".lock").read_bytes()  # as whatever looks through the folder does
        done = subprocess.run(words, capture_output=True, text=True)
    assert "another search is at work" in done.stderr
    assert subprocess.run(words).returncode == 0


@pytest.mark.slow
def test_a_trial_that_never_ends_leaves_what_the_end_needs(place):
    (place / "hostile.py").write_text(CODE + SPINNING)
    (place / "hostile-1.dist-info" / "entry_points.txt").write_text("[vatio.techniques]\nspinning = hostile:Spinning\n")
    done = searched(place, "--budget", "5cpu-s", "--technique", "spinning", "--json")
    front = json.loads(done.stdout)  # what the factory printed is not in it
    assert done.returncode == 1
    assert "HELLO" in done.stderr
    assert any("stopped" in each["reason"] for each in front["rejected"])
    assert front["baseline"][0]["quality"]


@pytest.mark.slow
def test_a_metric_that_fails_is_said_with_its_own_hint(place):
    (place / "hostile.py").write_text(CODE + SPINNING)
    done = searched(place, "--budget", "5cpu-s", "--metric", "hostile:odd")
    assert done.returncode == MeasureError.exit_code
    assert "hostile:odd failed: Odd: odd" in done.stderr
    assert "metric" in done.stderr.rpartition("hint:")[2]
    assert "Traceback" not in done.stderr


SPINNING = """
from sklearn.linear_model import LogisticRegression

X = numpy.random.default_rng(0).normal(size=(400, 3))
Y = (X[:, 0] > 0).astype(int)

def model():
    print("HELLO")
    return LogisticRegression().fit(X, Y)

def cases():
    return X, Y

class Spinning(Good):
    def apply(self, form, offer, task):
        while True:
            pass
"""


def searched(place, *words):
    given = [sys.executable, "-m", "vatio", "optimise", "model", "hostile:model", "--data", "hostile:cases", "--batch", "1"]
    given += ["--out", str(place / "out"), "--ledger", str(place / "l.db"), *words]
    environ = {**os.environ, "PYTHONPATH": str(place), "HOME": str(place), "XDG_STATE_HOME": str(place / "state")}
    return subprocess.run(given, cwd=place, env=environ, capture_output=True, text=True, timeout=100)
