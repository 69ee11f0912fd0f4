"""Orders: kept, found, decided once; and how plans stand."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vatio.errors import LedgerUnavailable, MeasureError, Refused, UnknownName, UsageError
from vatio.ledger import Said, new_id
from vatio.plan.engines import (
    Filed,
    Order,
    PlanStanding,
    SlurmEngine,
    file_order,
    filed_orders,
    find_order,
    kept_environ,
    open_bell,
    standings,
)
from vatio.plan.job import Job, plan_job
from vatio.records import from_json, to_json

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def an_order(engine: str = "slurm") -> Order:
    plan = plan_job(Job(duration_s=60.0, deadline=NOW + timedelta(hours=5)), {}, now=NOW)
    plan = replace(plan, more={"engine": engine, "command": ["train", "a b", "--key=***"]})
    return Order(
        id=new_id(),
        command=("train", "a b", "--key=it's \udce9"),
        folder="/srv/a b",
        plan=plan,
        engine=engine,
        submitted_at=NOW,
        deadline=NOW + timedelta(hours=5),
        duration_s=60.0,
        options={"tags": ["a=b"], "live": False, "name": None},
    )


def test_an_order_is_read_as_it_was_kept(tmp_path: Path) -> None:
    order = an_order()
    filed = file_order(order, [str(tmp_path / "plans")])
    assert find_order(order.id[-6:], [str(tmp_path / "plans")]).order == order
    assert [one.order.id for one in filed_orders([str(tmp_path / "nowhere"), str(tmp_path / "plans")])] == [order.id]
    assert from_json(Order, to_json(order)) == order
    filed.remove()
    with pytest.raises(UnknownName):
        find_order(order.id, [str(tmp_path / "plans")])


def test_an_order_goes_where_it_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folders = [str(tmp_path / "file" / "plans"), str(tmp_path / "state")]
    filed = file_order(an_order(), folders)
    assert filed.folder.startswith(folders[1])
    with pytest.raises(LedgerUnavailable, match="cannot be kept"):
        file_order(an_order(), folders[:1])


@pytest.mark.parametrize("ref", ["", "..", "nothing"])
def test_what_names_no_order_is_unknown(tmp_path: Path, ref: str) -> None:
    file_order(an_order(), [str(tmp_path)])
    with pytest.raises(UnknownName):
        find_order(ref, [str(tmp_path)])


def test_a_part_that_several_have_is_refused(tmp_path: Path) -> None:
    for _ in range(2):
        file_order(an_order(), [str(tmp_path)])
    with pytest.raises(UsageError, match="several"):
        find_order("0", [str(tmp_path)])


def test_an_order_is_decided_once(tmp_path: Path) -> None:
    filed = file_order(an_order(), [str(tmp_path)])
    bell = open_bell(filed.folder)
    assert filed.waits
    assert [filed.take_back(), filed.launch(), filed.take_back()] == [True, False, False]
    assert not filed.waits
    assert bell is not None
    assert os.read(bell, 10) == b"!"
    os.close(bell)


def test_no_secret_is_kept_of_the_environment() -> None:
    kept = kept_environ({"PATH": "/bin", "PYTHONPATH": "x", "HF_TOKEN": "1", "VATIO_SITE_ZONE": "ES", "PYTHON_API_KEY": "2"})
    assert kept == {"PATH": "/bin", "PYTHONPATH": "x", "VATIO_SITE_ZONE": "ES"}


class Asked:
    """Stand for an engine that answers one thing."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def submit(self, filed: Filed) -> str:
        return "1"

    def standing(self, filed: Filed) -> str:
        return self.answer

    def cancel(self, filed: Filed) -> None:
        return None


def stands(order: Order, *, filed: Filed | None = None, status: str | None = None, answer: str = "gone") -> PlanStanding:
    said = [Said("h", order.id, "2026-01-01T00:00:00Z", to_json(order.plan))]
    known = {} if filed is None else {order.id: filed}
    (one,) = standings(said, known, status_of=lambda run: status, engine_of=lambda name: Asked(answer))
    return one


def test_a_plan_stands_as_ledger_order_and_engine_say(tmp_path: Path) -> None:
    order = an_order()
    assert stands(order, status="finished").state == "finished"
    assert stands(order).state == "elsewhere"
    assert stands(replace(order, plan=replace(order.plan, decided_by="cancelled: by me"))).why == "by me"
    filed = file_order(order, [str(tmp_path)])
    assert [stands(order, filed=filed, answer=one).state for one in ("waiting", "unknown", "gone")] == [
        "waiting",
        "waiting",
        "stale",
    ]
    filed.launch()
    assert stands(order, filed=filed).state == "interrupted"


def test_what_is_no_plan_of_a_run_is_left_out() -> None:
    garbage = [Said("h", "r", "2026-01-01T00:00:00Z", {}), Said("h", None, "2026-01-01T00:00:00Z", to_json(an_order().plan))]
    assert standings(garbage, {}, status_of=lambda run: None, engine_of=lambda name: None) == ()


def test_sbatch_gets_one_command_whatever_is_in_it(tmp_path: Path) -> None:
    engine = SlurmEngine(environ={}, vatio=("vatio",), words=("--ledger", "/a b/l"), more=("--partition=gpu",))
    words = engine.sbatch(Filed(an_order(), str(tmp_path)))
    assert words[0] == "sbatch"
    assert "--chdir=/srv/a b" in words
    assert words[-2] == "--partition=gpu"
    assert words[-1].startswith("--wrap=VATIO_ORDER=")
    assert "--ledger '/a b/l' --plan" in words[-1]
    assert "train" not in words[-1]  # what runs is in the order, not in a scheduler's accounts


def test_a_host_without_slurm_is_a_refusal(tmp_path: Path) -> None:
    engine = SlurmEngine(environ={"PATH": str(tmp_path)})
    filed = Filed(an_order(), str(tmp_path))
    with pytest.raises(Refused, match="sbatch"):
        engine.submit(filed)
    assert engine.standing(filed) == "unknown"
    with pytest.raises(MeasureError, match="scancel"):
        engine.cancel(filed)
