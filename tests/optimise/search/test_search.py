import os
import signal
import subprocess
import sys
import time

import pytest

from vatio.config import load_config
from vatio.errors import UsageError
from vatio.ledger import open_keeper
from vatio.optimise.search import Budget, Metric, SearchDesign, SearchOptions, read_budget, search, space_of

pytest.importorskip("optuna")
SPACE = space_of({"x": {"low": 0.0, "high": 1.0}, "w": {"choices": [1, 2, 4]}})
AMPLE = Budget(amount=60.0, unit="cpu_s")


def good(trial):
    return -abs(trial["x"] - 0.3) - 1.0 / trial["w"]


def slow(trial):
    begun_s = time.process_time()
    while time.process_time() - begun_s < 0.2:
        pass
    return trial["x"]


@pytest.fixture
def config(tmp_path):
    return load_config(options={"ledger.path": str(tmp_path / "l.db")}, environ={})


def ledger_runs(config):
    keeper = open_keeper(config)
    try:
        return keeper.ledger.runs(0)
    finally:
        keeper.close()


def made(config, objective=good, *, space=SPACE, resume=None, **named):
    design = SearchDesign(**{"budget": AMPLE, "most_trials": 4, **named})
    return search(objective, space, design=design, config=config, options=SearchOptions(resume=resume))


def points(found):
    return [(trial.params, trial.values) for trial in found.trials]


def test_every_trial_is_a_run_within_the_search(config):
    found = made(config)
    runs = ledger_runs(config)
    assert {run.id for run in runs if run.within == found.run} == {trial.run for trial in found.trials}
    assert found.best.values[0] == max(trial.values[0] for trial in found.trials)
    assert found.cpu_s >= sum(trial.cpu_s for trial in found.trials) > 0.0


@pytest.mark.slow
def test_two_workers_give_the_same_trials_as_one(config):
    one = made(config, most_trials=12, is_warm=False, seed=3)
    two = made(config, most_trials=12, is_warm=False, seed=3, workers=2)
    assert points(one) == points(two)
    assert points(one) != points(made(config, most_trials=12, is_warm=False, seed=4))


def test_a_budget_is_hard_and_the_trial_over_it_stopped_counted_and_failed(config):
    found = made(config, slow, most_trials=None, budget=read_budget("0.8cpu-s"), is_warm=False)
    assert found.ended_by == "budget"
    assert found.cost <= 0.9
    assert all(trial.values is None for trial in found.trials if trial.status == "stopped")
    assert found.cost >= sum(trial.cost for trial in found.trials)


def test_a_budget_too_small_for_one_trial_gives_no_best(config):
    found = made(config, slow, budget=read_budget("0.15cpu-s"))
    assert (found.best, found.ended_by) == (None, "budget")
    assert [trial.status for trial in found.trials] in ([], ["stopped"])


@pytest.mark.slow
def test_a_budget_in_joules_counts_what_is_modelled_at_its_high_end(config):
    found = made(config, slow, budget=read_budget("100kJ"), most_trials=2)
    by_id = {run.id: run for run in ledger_runs(config)}
    for trial in found.trials:
        energy_j = by_id[trial.run].energy_j
        assert trial.cost == (energy_j.value if energy_j.provenance == "measured" else energy_j.high)
    assert found.cost >= sum(trial.cost for trial in found.trials)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "good", None, (1.0, 2.0)])
def test_what_is_no_metric_fails_the_trial_and_counts(config, value):
    found = made(config, lambda _trial: value, most_trials=1)
    assert (found.best, found.trials[0].status) == (None, "failed")
    assert found.trials[0].reason
    assert found.trials[0].cost > 0.0


def test_an_objective_that_raises_fails_its_trial_alone(config):
    def sometimes(trial):
        if trial.number == 1:
            raise ValueError("no such width")
        return 1.0

    found = made(config, sometimes, most_trials=3)
    assert [trial.status for trial in found.trials] == ["finished", "failed", "finished"]
    assert "no such width" in found.trials[1].reason


def test_an_objective_that_hangs_is_ended(config):
    found = made(config, lambda _trial: time.sleep(100), most_trials=1, timeout_s=0.5)
    assert "0.5 s" in found.trials[0].reason


def test_what_an_objective_leaves_running_is_ended(config):
    def forks(_trial):
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(77.7)"])
        return 1.0

    assert made(config, forks, most_trials=1).best.values == (1.0,)
    left = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True, check=True).stdout
    assert "time.sleep(77.7)" not in left


def test_several_objectives_give_a_front_and_are_pruned_when_worse_in_all(config):
    def two(trial):
        values = (float(trial.number), -float(trial.number)) if trial.number < 7 else (-50.0, -50.0)
        return (-99.0, -99.0) if trial.report(1, *values) else values

    metrics = (Metric(name="a"), Metric(name="b"))
    found = made(config, two, metrics=metrics, most_trials=8)
    assert [trial.status for trial in found.trials] == ["finished"] * 7 + ["pruned"]
    assert {trial.number for trial in found.front} == set(range(7))


def test_what_another_search_has_tried_is_learnt_and_not_repeated(config):
    space = space_of({"w": {"choices": [1, 2, 4]}, "x": {"choices": [0.5]}})
    made(config, space=space, most_trials=2)
    found = made(config, space=space, most_trials=9, seed=1)
    assert (found.warm, len(found.trials), found.ended_by) == (2, 1, "space")


def test_it_ends_when_it_gains_no_more(config):
    found = made(config, lambda _trial: 1.0, most_trials=30, least_gain_per_unit=0.1)
    assert (found.ended_by, len(found.trials) < 20) == ("gain", True)


def test_a_command_tells_its_metric(config):
    command = (sys.executable, "-c", "import vatio; vatio.log_metric('acc', {x} * {w})")
    found = made(config, command, metrics=(Metric(name="acc"), Metric(name="cost", maximise=False)), most_trials=2)
    assert found.trials[0].values[0] == pytest.approx(found.trials[0].params["x"] * found.trials[0].params["w"])
    silent = made(config, (sys.executable, "-c", "{x}; {w}"), metrics=(Metric(name="acc"),), most_trials=1)
    assert "acc" in silent.trials[0].reason


def test_a_command_that_leaves_a_parameter_out_is_refused(config):
    with pytest.raises(UsageError, match="does not use w"):
        made(config, ("train", "{x}"))


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"seed": -1}, {"metrics": ()}, {"timeout_s": 0.0}, {"most_trials": 0}])
def test_a_design_that_cannot_be_is_refused(wrong):
    with pytest.raises(UsageError):
        SearchDesign(budget=AMPLE, **wrong)


@pytest.mark.slow
def test_resuming_goes_on_as_if_it_had_not_ended(config):
    first = made(config, most_trials=5, is_warm=False)
    resumed = made(config, most_trials=9, is_warm=False, resume=first.run)
    whole = made(config, most_trials=9, is_warm=False)
    assert points(resumed) == points(whole)
    assert [trial.is_earlier for trial in resumed.trials] == [True] * 5 + [False] * 4
    assert resumed.cost > first.cost
    assert next(run for run in ledger_runs(config) if run.id == resumed.run).parents == (first.run,)
    with pytest.raises(UsageError, match="something else"):
        made(config, most_trials=9, seed=8, resume=first.run)
    with pytest.raises(UsageError, match="no search"):
        made(config, resume=first.trials[0].run)


@pytest.mark.slow
def test_trials_die_with_the_search(tmp_path):
    (tmp_path / "work.py").write_text(
        "import os, time\ndef f(trial):\n    open('pid', 'w').write(str(os.getpid()))\n    time.sleep(300)\n"
    )
    (tmp_path / "s.toml").write_text("[x]\nlow = 0.0\nhigh = 1.0\n")
    words = [sys.executable, "-m", "vatio", "optimise", "search", "work:f", "--space", "s.toml", "--budget", "9cpu-s"]
    running = subprocess.Popen([*words, "--ledger", "l.db"], cwd=tmp_path, stderr=subprocess.DEVNULL)
    deadline_s = time.monotonic() + 30.0
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    pid = int((tmp_path / "pid").read_text())
    while _is_alive(pid):
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def _is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
