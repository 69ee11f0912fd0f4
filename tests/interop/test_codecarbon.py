"""CodeCarbon's emissions.csv: every version's columns, damaged rows named, nothing counted twice."""

import csv
import io
import math

import pytest

from vatio.interop import export_runs, import_file
from vatio.interop.formats import CodeCarbon
from vatio.records import Quantity
from vatio.testing import a_record

HEAD = "timestamp,project_name,run_id,duration,emissions,cpu_energy,gpu_energy,ram_energy,energy_consumed,gpu_count,pue"
ROW = "2026-03-01T12:00:00,p,{run},3600,0.2,0.6,{gpu},0.2,{whole},{gpus},{pue}"


def row(run="r1", gpu="0.2", whole="1.0", gpus="1", pue="1.0"):
    return ROW.format(run=run, gpu=gpu, whole=whole, gpus=gpus, pue=pue)


def test_a_row_becomes_a_run_of_its_devices(told):
    (run,), problems = told(f"{HEAD}\n{row()}\n")

    assert problems == []
    assert {part.component: part.energy_j.value for part in run.parts} == {"cpu": 2.16e6, "gpu": 0.72e6, "dram": 0.72e6}
    assert (run.operational_g.low, run.operational_g.value, run.operational_g.high) == (120.0, 200.0, 280.0)
    assert (run.started_at.isoformat(), run.duration_s) == ("2026-03-01T11:00:00+00:00", 3600.0)


def test_the_pue_is_taken_out_of_the_joules_because_codecarbon_put_it_in(told):
    (run,), _ = told(f"{HEAD}\n{row(pue='1.25')}\n")

    assert math.isclose(sum(part.energy_j.value for part in run.parts), 3.6e6 / 1.25)
    assert run.pue == 1.25


def test_a_component_that_shows_nothing_was_not_measured(told):
    (run,), _ = told(f"{HEAD}\n{row(gpu='0', whole='0.8')}\n")
    gpu = next(part for part in run.parts if part.component == "gpu")
    assert gpu.energy_j.is_missing

    (run,), _ = told(f"{HEAD}\n{row(gpu='0', whole='0.8', gpus='')}\n")
    assert [part.component for part in run.parts] == ["cpu", "dram"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (row(whole="2.0"), "together"),
        (row(gpu="-0.2"), "negative"),
        (row(gpu="nan"), "nan"),
        (row(gpu="inf"), "inf"),
        (row(gpu="a lot"), "not a number"),
        (row(pue="0.5"), "at least 1"),
        (row() + ",1", "fields"),
        ("x", "fields"),
        (row().replace("2026-03-01T12:00:00", "yesterday"), "not a date"),
        (row().replace(",3600,", ",1e300,"), "cannot be"),
        ("2026-03-01T12:00:00,p,r,60,,,,,,,", "neither energy nor emissions"),
    ],
)
def test_a_damaged_row_is_named_with_its_line_and_the_others_are_read(told, line, why):
    runs, problems = told(f"{HEAD}\n{row('r1')}\n{line}\n{row('r2')}\n")

    assert [(run.identity, run.place) for run in runs] == [("r1", "line 2"), ("r2", "line 4")]
    assert [problem.place for problem in problems] == ["line 3"]
    assert why in problems[0].what


def test_of_the_growing_totals_of_one_run_the_last_counts(told):
    first, second, last = (row("r1", whole=str(0.8 + gpu), gpu=str(gpu)) for gpu in (0.1, 0.2, 0.3))
    runs, problems = told(f"{HEAD}\n{first}\n{row('r2')}\n{second}\n{last}\n")

    assert [run.place for run in runs] == ["line 3", "line 5"]
    assert [(problem.place, problem.harmless) for problem in problems] == [("line 2", True), ("line 4", True)]


def test_tasks_of_one_run_are_runs_of_their_own(told):
    runs, problems = told(f"task_name,{HEAD}\nload,{row()}\nfit,{row()}\n")
    assert ([run.name for run in runs], problems) == (["load", "fit"], [])


def test_a_mark_semicolons_and_decimal_commas_are_read(told):
    text = f"{HEAD}\n{row()}\n".replace(",", ";").replace(".", ",")
    for data in (b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16"), text.replace("\n", "\r\n").encode()):
        (run,), problems = told(data)
        assert problems == []
        assert math.isclose(sum(part.energy_j.value for part in run.parts), 3.6e6)


def test_watt_hours_where_kilowatt_hours_belong_widen_the_interval_and_say_why(file, ledger):
    line = "2026-03-01T12:00:00,p,r1,3600,200,600,200,200,1000,1,1.0"
    done = import_file(ledger, file(f"{HEAD}\n{line}\n"))
    run = ledger.run(done.added[0])

    assert run.energy_j.value == 3.6e9
    assert run.energy_j.low < 3.6e6
    assert run.energy_j.provenance == "default"
    assert any("was Wh meant" in note for note in run.notes)


def test_what_no_unit_can_explain_is_refused_with_its_line(file, ledger):
    line = "2026-03-01T12:00:00,p,r1,1,0.2,6e9,2e9,2e9,1e10,1,1.0"
    done = import_file(ledger, file(f"{HEAD}\n{line}\n{row('r2')}\n"))

    assert (len(done.added), done.refused) == (1, 1)
    assert done.problems[0].place == "line 2"
    assert "cannot be" in done.problems[0].what


def test_what_is_written_has_the_columns_of_3_3_and_adds_up():
    written = export_runs([a_record(), a_record("other")], "codecarbon")
    rows = list(csv.DictReader(io.StringIO(written.data.decode())))

    assert len(rows[0]) == 38
    for cells in rows:
        parts = math.fsum(float(cells[name]) for name in ("cpu_energy", "gpu_energy", "ram_energy"))
        assert math.isclose(parts, float(cells["energy_consumed"]), rel_tol=1e-12)
        assert math.isclose(float(cells["energy_consumed"]), 2.0 * 1.25)
    assert "the embodied emissions" in written.left_out


def test_a_run_that_was_not_measured_is_written_with_zeros():
    bare = a_record(components=(), energy_j=Quantity.absent("energy"))
    (cells,) = csv.DictReader(io.StringIO(CodeCarbon().write([bare]).data.decode()))
    assert float(cells["energy_consumed"]) == 0.0


@pytest.mark.data
def test_the_sample_of_104_rows_is_taken_in_once(interop_data, ledger):
    path = str(interop_data / "boamps_sample_codecarbon.csv")
    with open(path, newline="") as sample:
        expected_kwh = math.fsum(float(cells["energy_consumed"]) for cells in csv.DictReader(sample))
    done = import_file(ledger, path)
    again = import_file(ledger, path)

    assert (len(done.added), done.refused, again.before, again.added) == (104, 0, True, ())
    assert math.isclose(math.fsum(run.energy_j.value for run in ledger.runs(0)), expected_kwh * 3.6e6, rel_tol=1e-12)
    assert ledger.verify(rebuild=True).findings == ()
