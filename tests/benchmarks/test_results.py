"""Figures are kept as the contract says, merged and never lost."""

import json
import sys

import pytest
from benchmarks._cost import BARE_PYTHON, interleaved, median_over, peak_memory_bytes, tree_cpu_s
from benchmarks._results import read, table, write
from benchmarks._row import Row, from_json, to_json, wanted

FIELDS = ["id", "what", "relation", "limit", "got", "unit", "ok", "peer", "peer_got", "command", "why"]
BURN_S = 0.3
BURN = f"import time\nwhile time.process_time() < {BURN_S}: pass"


def row(name="run-01", got=1.0, **more):
    return Row(**{"id": name, "what": "x", "relation": "<=", "limit": 2.0, "got": got, "unit": "CPU-s", **more})


@pytest.mark.parametrize(
    ("relation", "got", "ok"),
    [
        ("<=", 2.0, True),
        ("<=", 2.1, False),
        (">=", 2.0, True),
        (">=", 1.9, False),
        ("==", 2.0, True),
        ("==", 0.0, False),
        ("<=", None, False),
    ],
)
def test_a_row_holds_by_relation_limit_and_figure(relation, got, ok):
    assert row(relation=relation, got=got).ok is ok


@pytest.mark.parametrize("wrong", [{"relation": "<"}, {"limit": float("nan")}, {"got": float("inf")}])
def test_a_row_refuses_what_cannot_be_compared(wrong):
    with pytest.raises(ValueError, match="run-01"):
        row(**wrong)


def test_a_row_is_written_with_the_contracts_fields_and_read_back():
    written = to_json(row(peer="codecarbon", peer_got=3.24, why="slow"))
    assert list(written) == FIELDS
    assert from_json(written) == row(peer="codecarbon", peer_got=3.24, why="slow")


def test_a_new_figure_replaces_the_old_one_and_leaves_the_others(tmp_path):
    write("run", [row("run-02"), row("run-10a"), row("run-01")], folder=str(tmp_path))
    write("run", [row("run-02", got=0.5)], folder=str(tmp_path))
    kept = read("run", folder=str(tmp_path))
    assert [(line["id"], line["got"]) for line in kept["rows"]] == [("run-01", 1.0), ("run-02", 0.5), ("run-10a", 1.0)]
    assert set(kept) == {"topic", "commit", "host", "date", "rows"}


def test_a_figure_of_an_earlier_commit_says_so(tmp_path):
    write("run", [row("run-01")], folder=str(tmp_path))
    path = tmp_path / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "commit": "0123abc"}))
    write("run", [row("run-02")], folder=str(tmp_path))
    first, second = read("run", folder=str(tmp_path))["rows"]
    assert first["commit"] == "0123abc"
    assert "commit" not in second


@pytest.mark.parametrize(
    ("one", "only", "is_wanted"), [("run-03b", "run-03", True), ("run-10a", "run-1", False), ("run-07a-wraps", "run-07a", True)]
)
def test_a_row_is_asked_for_by_the_beginning_of_its_id(one, only, is_wanted):
    assert wanted(one, (only,)) is is_wanted


def test_the_table_says_what_was_not_run_and_why():
    assert "not run" in table([row(got=None, why="no GPU here")])
    assert "no GPU here" in table([row(got=None, why="no GPU here")])


def test_the_cpu_time_of_a_tree_holds_that_of_orphaned_grandchildren():
    start_one_and_leave = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {BURN!r}])"
    assert tree_cpu_s([sys.executable, "-c", start_one_and_leave]) >= BURN_S


def test_a_failing_command_has_no_cost_but_an_error():
    with pytest.raises(RuntimeError, match="ended with 3"):
        tree_cpu_s([sys.executable, "-c", "raise SystemExit(3)"])


def test_the_peak_memory_of_a_command_holds_what_it_allocated():
    assert peak_memory_bytes([sys.executable, "-c", "x = b'x' * 50_000_000"]) - peak_memory_bytes(BARE_PYTHON) > 40e6


def test_repetitions_are_interleaved_in_turning_order():
    order = []
    interleaved({"a": lambda: order.append("a") or 0.0, "b": lambda: order.append("b") or 0.0}, repetitions=3)
    assert order == ["a", "b", "b", "a", "a", "b"]


def test_the_median_is_of_the_differences():
    figures = iter([5.0, 1.0, 5.0, 1.0, 9.0, 1.0])
    assert median_over(lambda: next(figures), lambda: 1.0, repetitions=3, warm_up=0) == 4.0
