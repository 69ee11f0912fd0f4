"""A run shown as it lies is the run as its record has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from vatio.ledger import Finished, Ledger, Seen
from vatio.ledger.views._reader import _KEPT
from vatio.ledger.views._view import ENDED, STARTED
from vatio.records import Ended, Environment, Gap, Phase, Quantity, RunRecord, Started, dumps, to_json
from vatio.report import receipt
from vatio.testing import a_footprint, a_run, a_start, an_end, ledger_in


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with ledger_in(str(tmp_path)) as opened:
        yield opened


def seen(ledger: Ledger, run: str) -> Seen:
    found = ledger.overview.seen(run)
    assert isinstance(found, Seen)
    return found


def full(ledger: Ledger) -> str:
    started = a_start(tags={"a": "b"}, parents=("x",), plan="p", job="j")
    phase = Phase(name="fit", parent=None, rank=0, start_s=0.1, duration_s=0.5, energy_j=Quantity.exact(3.0), cpu_s=0.2)
    ended = an_end(
        phases=(phase,),
        gaps=(Gap(start_s=0.1, end_s=0.2, reason="a hole"),),
        work={"requests": 3.0, "flop": 1e9},
        metrics={"loss": 0.5},
        notes=("a note",),
        utilisation={"cpu": {"mean_ratio": 0.5, "peak_ratio": 1.0}},
        overhead_cpu_s=0.01,
        peak_memory_bytes=100,
    )
    environment = dumps(Environment(argv=("python",), cwd="/src", variables={"A": "1"}))
    ledger.start(started)
    ledger.seal(started.id, ended, environment=environment, footprint=a_footprint(started.id))
    return started.id


def test_what_a_view_takes_from_payloads_is_what_the_records_have() -> None:
    of_run = {item.name for item in fields(RunRecord)}
    of_start, of_end = ({item.name for item in fields(kind)} for kind in (Started, Ended))

    assert set(STARTED) == of_start & of_run
    assert set(ENDED) == of_end & of_run
    assert of_start | of_end | {"schema"} == _KEPT


@pytest.mark.parametrize("make", [full, a_run])
def test_a_sealed_run_is_the_same_as_json(ledger: Ledger, make: Any) -> None:
    run = make(ledger)

    assert seen(ledger, run).to_json() == to_json(ledger.run(run))


def test_a_run_without_an_account_is_the_same_as_json(ledger: Ledger) -> None:
    started = a_start()
    ledger.start(started)
    ledger.seal(started.id, an_end())

    assert seen(ledger, started.id).to_json() == to_json(ledger.run(started.id))


def test_it_reads_as_its_record(ledger: Ledger) -> None:
    run = full(ledger)
    record, shown = ledger.run(run), seen(ledger, run)

    assert receipt(shown) == receipt(record)  # type: ignore[arg-type]
    assert shown.own_energy_j == record.own_energy_j
    assert shown.started_at == record.started_at
    assert [phase.energy_j for phase in shown.phases] == [phase.energy_j for phase in record.phases]


def test_it_has_what_a_record_computes() -> None:
    computed = [name for name, item in vars(RunRecord).items() if isinstance(item, property)]

    assert [name for name in computed if not hasattr(Seen, name)] == []


def test_a_name_that_no_record_has_is_an_error(ledger: Ledger) -> None:
    with pytest.raises(AttributeError):
        _ = seen(ledger, a_run(ledger)).weather


def test_fields_of_a_newer_vatio_are_shown(ledger: Ledger) -> None:
    started = a_start()
    ledger.append("started", {**to_json(started), "colour": "green"}, run=started.id)
    ledger.seal(started.id, an_end())

    assert seen(ledger, started.id).to_json()["colour"] == "green"


def test_a_run_that_goes_on_is_read_as_a_record(ledger: Ledger) -> None:
    started = a_start()
    ledger.start(started)

    assert isinstance(ledger.overview.seen(started.id), RunRecord)


def test_lines_of_a_list_say_what_the_runs_do(ledger: Ledger) -> None:
    newest = datetime.now(UTC)
    runs = [a_run(ledger, f"run {at}", started_at=newest - timedelta(hours=at), start_monotonic_s=at * 10.0) for at in range(3)]
    ledger.start(a_start("open", started_at=newest - timedelta(days=1)))

    listed = ledger.overview.listed()

    assert [line.id for line in listed][:3] == runs
    assert [line.sealed for line in listed] == [True, True, True, False]
    record = ledger.run(runs[0])
    assert (listed[0].energy_j.value, listed[0].total_g.value) == (record.energy_j.value, record.emissions_g.total.value)
    assert ledger.overview.listed(2, name="run 1")[0].id == runs[1]


def test_every_account_of_a_run_is_shown_the_earliest_first(ledger: Ledger) -> None:
    run = a_run(ledger)
    ledger.account([replace(a_footprint(run), pue=Quantity.exact(1.5))])

    assert [account.pue.value for account in ledger.overview.footprints(run)] == [1.0, 1.5]


def test_an_imported_run_says_where_from(ledger: Ledger) -> None:
    started = a_start()
    ledger.take_finished([Finished(started, an_end(), None, None, {"tool": "another"})])

    assert json.loads(json.dumps(seen(ledger, started.id).to_json()))["imported"] == {"tool": "another"}


@pytest.mark.parametrize("part", [slice(0, 12), slice(-8, None), slice(-4, None), slice(-10, None)])
def test_a_run_is_found_by_either_end_of_its_id(ledger: Ledger, part: slice) -> None:
    run = a_run(ledger)

    assert ledger.find(run[part]) == run
