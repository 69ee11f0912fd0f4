"""Files become runs of the ledger: once each, with their digest, in pieces, all the same in lists and sums."""

import hashlib
import json
import math

import pytest

from vatio.account import sum_runs
from vatio.errors import UnknownName, UsageError
from vatio.interop import export_runs, format_of, import_file, read_file
from vatio.ledger import Finished
from vatio.records import to_json
from vatio.testing import a_run, ledger_in

HEAD = "timestamp,project_name,run_id,duration,emissions,energy_consumed,codecarbon_version"


def rows(*runs, energy=1.0):
    return "".join(f"2026-03-01T12:00:00,p,{run},3600,0.2,{energy},3.3.0\n" for run in runs)


def test_a_run_keeps_the_digest_of_its_file_and_who_said_what(file, ledger):
    path = file(f"{HEAD}\n{rows('a')}", "emissions.csv")
    (run,) = import_file(ledger, path).added
    shown = to_json(ledger.run(run))

    with open(path, "rb") as data:
        digest = hashlib.sha256(data.read()).hexdigest()
    assert shown["imported"]["file_sha256"] == digest
    assert (shown["imported"]["file"], shown["imported"]["place"], shown["imported"]["format"]) == (
        "emissions.csv",
        "line 2",
        "codecarbon",
    )
    assert shown["status"] == "finished"
    assert shown["energy_j"]["provenance"] == "modelled"
    assert "codecarbon 3.3.0" in shown["energy_j"]["source"]
    assert shown["emissions_g"]["total"]["high"] is None  # the embodied part is not said
    assert shown["workload_energy_j"]["value"] is None


def test_a_file_is_taken_in_once_and_the_ledger_says_so(file, ledger):
    path = file(f"{HEAD}\n{rows('a', 'b')}")
    first, second = import_file(ledger, path), import_file(ledger, path)

    assert (len(first.added), first.before) == (2, False)
    assert (second.added, second.before) == ((), True)
    assert len(ledger.runs(0)) == 2


def test_of_a_file_that_has_grown_only_the_new_rows_are_taken_in(file, ledger):
    import_file(ledger, file(f"{HEAD}\n{rows('a', 'b')}"))
    done = import_file(ledger, file(f"{HEAD}\n{rows('a', 'b', 'c')}"))

    assert (len(done.added), done.known, done.refused) == (1, 2, 0)
    assert len(ledger.runs(0)) == 3


def test_the_same_rows_in_another_order_or_with_another_name_add_nothing(file, ledger):
    import_file(ledger, file(f"{HEAD}\n{rows('a', 'b')}"))
    done = import_file(ledger, file(f"{HEAD}\n{rows('b', 'a')}", "other.csv"))
    assert (done.added, done.known) == ((), 2)


def test_a_run_of_which_the_file_now_says_something_else_stays_and_is_told_of(file, ledger):
    (run,) = import_file(ledger, file(f"{HEAD}\n{rows('a')}")).added
    done = import_file(ledger, file(f"{HEAD}\n{rows('a', energy=2.0)}"))

    assert (done.added, done.refused) == ((), 1)
    assert "other figures" in done.problems[0].what
    assert ledger.run(run).energy_j.value == 3.6e6


def test_what_vatio_wrote_adds_nothing_to_the_ledger_that_it_came_from(file, ledger):
    record = ledger.run(a_run(ledger))
    for name in ("codecarbon", "openmetrics", "boamps"):
        done = import_file(ledger, file(export_runs([record], name).data, name))
        assert (done.added, done.known) == ((), 1), name


@pytest.mark.slow
def test_a_broken_off_import_is_taken_up_again(file, ledger):
    path = file(f"{HEAD}\n{rows(*range(1200))}")

    def breaks_off(runs):
        if runs >= 1000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(ledger, path, progress=breaks_off)
    assert len(ledger.runs(0)) == 1000

    done = import_file(ledger, path)
    assert (len(done.added), done.known, done.before) == (200, 1000, False)
    assert ledger.verify(rebuild=True).findings == ()


def test_imported_runs_add_up_whatever_their_times(file, ledger):
    import_file(ledger, file(f"{HEAD}\n{rows(*range(10))}"))
    total = sum_runs(ledger.runs(0))

    assert math.isclose(total.energy_j.value, 3.6e7)
    assert total.overlap_j.value == 0.0
    assert math.isclose(total.emissions_g.operational.value, 2000.0)


def test_problems_are_counted_all_and_named_in_part(file, ledger):
    done = import_file(ledger, file(f"{HEAD}\n{rows('a')}" + "x\n" * 50))
    assert (len(done.added), done.refused, len(done.problems)) == (1, 50, 20)


def test_reading_without_a_ledger_gives_the_same_facts(file, ledger):
    path = file(f"{HEAD}\n{rows('a')}")
    (made,) = (item for item in read_file(path) if isinstance(item, Finished))
    assert import_file(ledger, path).added == (made.started.id,)


def test_two_ledgers_give_one_run_one_id(file, tmp_path):
    path, found = file(f"{HEAD}\n{rows('a')}"), []
    for name in ("one.sqlite", "two.sqlite"):
        with ledger_in(str(tmp_path), name=name) as ledger:
            found += import_file(ledger, path).added
    assert len(set(found)) == 1


def test_a_file_of_no_format_names_those_there_are(file):
    with pytest.raises(UsageError, match="no format") as caught:
        format_of(file("hello"))
    assert "codecarbon" in caught.value.hint


def test_a_format_that_there_is_not_names_the_nearest(file):
    with pytest.raises(UnknownName) as caught:
        format_of(file("hello"), "codecarbn")
    assert "codecarbon" in caught.value.hint


@pytest.mark.parametrize("name", ["", "no/such/file", "."])
def test_what_is_no_file_is_a_clear_error(name, tmp_path, ledger):
    with pytest.raises(UsageError, match="cannot read"):
        import_file(ledger, str(tmp_path / name) if name else "\0")


def test_a_run_that_goes_on_is_not_exported(ledger):
    from dataclasses import replace

    record = replace(ledger.run(a_run(ledger)), ended_at=None)
    with pytest.raises(UsageError, match="goes on"):
        export_runs([record], "codecarbon")


def test_the_import_entry_counts(file, ledger):
    import_file(ledger, file(f"{HEAD}\n{rows('a', 'b')}x\n"))
    sql = "SELECT p.body FROM entry e JOIN payload p ON p.origin = e.origin AND p.seq = e.seq WHERE e.kind = 'import'"
    ((body,),) = ledger._backend.query(sql)
    said = json.loads(body)
    assert (said["runs"], said["known"], said["refused"], said["format"]) == (2, 0, 1, "codecarbon")


def test_names_that_no_ledger_could_store_are_mended(file, ledger):
    name = "\ud800 a\0b\x1b[31m"
    report = {
        "header": {"reportId": "\udfff"},
        "task": {"taskFamily": name, "algorithms": [{"algorithmName": name}]},
        "measures": [{"measurementMethod": name, "powerConsumption": 1}],
        "environment": {"country": name},
    }
    done = import_file(ledger, file(json.dumps(report)), format="boamps")
    run = ledger.run(done.added[0])

    assert run.name == "? a b\x1b[31m"
    assert ledger.verify(rebuild=True).findings == ()
    for format in ("codecarbon", "boamps", "openmetrics"):
        assert export_runs([run], format).data
