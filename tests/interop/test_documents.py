"""BoAmps reports, model cards, ML CO2 Impact's paragraph, Green Algorithms' form, Zeus traces, OpenMetrics, Parquet."""

import json
import math
import re

import pytest

from vatio.errors import MissingExtra, UsageError
from vatio.interop import export_runs, import_file
from vatio.interop.formats import BoAmps, GreenAlgorithms, HuggingFace, MlCo2, OpenMetrics, Parquet, Zeus
from vatio.records import Quantity, to_json
from vatio.testing import a_record, a_run


def joules(run):
    return math.fsum(part.energy_j.value for part in run.parts)


def test_measures_of_one_method_are_added_and_those_of_several_are_of_the_same_joules(told):
    def report(*measures):
        return json.dumps({"task": {"taskStage": "inference", "taskFamily": "chat"}, "measures": list(measures)})

    one = {"measurementMethod": "codecarbon", "powerConsumption": 0.5, "measurementDuration": 60}
    other = {"measurementMethod": "wattmeter", "powerConsumption": 0.8, "measurementDuration": 60}

    (added,), _ = told(report(one, one))
    (spread,), _ = told(report(one, other))
    assert (joules(added), added.duration_s) == (3.6e6, 120.0)
    assert (joules(spread), spread.duration_s) == (1.8e6, 60.0)
    assert spread.parts[0].energy_j.high == 0.8 * 3.6e6
    assert "the first counts" in spread.notes[0]


def test_the_quality_that_a_report_states_is_its_interval(told):
    report = {"measures": [{"measurementMethod": "x", "powerConsumption": 1.0}], "task": {}, "quality": "high"}
    (run,), _ = told(json.dumps(report), "boamps")
    assert math.isclose(run.parts[0].energy_j.high, 1.1 * 3.6e6)


@pytest.mark.parametrize("wrong", ["-1", '"much"', "NaN", "1e999", "true", "null", "[]"])
def test_a_report_whose_energy_cannot_be_is_refused(told, wrong):
    text = f'{{"task": {{}}, "measures": [{{"measurementMethod": "x", "powerConsumption": {wrong}}}]}}'
    if wrong == "NaN":
        with pytest.raises(UsageError, match="JSON"):
            told(text, "boamps")
        return
    runs, problems = told(text, "boamps")
    assert (runs, len(problems)) == ([], 1)


def test_a_report_is_of_one_task():
    with pytest.raises(UsageError, match="one task"):
        BoAmps().write([a_record(), a_record()])
    with pytest.raises(UsageError, match="not measured"):
        BoAmps().write([a_record(energy_j=Quantity.absent("energy"), components=())])


@pytest.mark.data
@pytest.mark.parametrize("around", [True, False])
def test_a_report_is_valid_against_the_schema_of_boavizta(interop_data, around):
    from jsonschema import Draft4Validator
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT4

    folder = interop_data / "boamps"
    schemas = [
        json.loads((folder / f"{name}_schema.json").read_text())
        for name in ("report", "algorithm", "dataset", "hardware", "measure")
    ]
    registry = Registry().with_resources([(schema["id"], Resource(schema, DRAFT4)) for schema in schemas])
    validator = Draft4Validator(schemas[0], registry=registry)
    record = a_record() if around else a_record(environment=None, intensity_g_per_kwh=None, work={})

    assert list(validator.iter_errors(json.loads(export_runs([record], "boamps").data))) == []
    assert list(validator.iter_errors({"task": {}})) != []


@pytest.mark.data
def test_boaviztas_own_example_is_read(interop_data, ledger):
    done = import_file(ledger, str(interop_data / "boamps" / "example-llm-inference.json"))
    run = ledger.run(done.added[0])
    assert math.isclose(run.energy_j.value, 0.00267074 * 3.6e6)
    assert math.isclose(run.energy_j.high / run.energy_j.value, 1.1)
    assert (run.name, run.stage, len(run.environment.gpus)) == ("llama2-13b", "inference", 2)


@pytest.mark.yaml
@pytest.mark.parametrize(
    ("said", "grams"),
    [
        ("co2_eq_emissions: 12.5", 12.5),
        ("co2_eq_emissions:\n  emissions: 0.5\n  source: code carbon", 0.5),
        ("co2_eq_emissions:\n  emissions: 1.2 kg", 1200.0),
        ("co2_eq_emissions:\n  emissions: 12.9 tCO2eq", 12.9e6),
        ("co2_eq_emissions:\n  emissions: 1,234.5 g", 1234.5),
    ],
)
def test_a_card_gives_grams(told, said, grams):
    (run,), problems = told(f"---\nlicense: mit\n{said}\n---\n# Model\n")
    assert (run.operational_g.value, problems) == (grams, [])
    assert run.operational_g.low < grams < run.operational_g.high


@pytest.mark.yaml
@pytest.mark.parametrize("said", ["12 lbs", "-3", "a lot", "", ".nan", "[1]", "12 kWh"])
def test_a_card_with_an_unknown_unit_or_no_number_is_refused(told, said):
    runs, problems = told(f"co2_eq_emissions:\n  emissions: {said}\n")
    assert (runs, len(problems)) == ([], 1)


@pytest.mark.yaml
def test_a_card_counts_each_joule_of_several_runs_once_and_names_the_hardware():
    text = HuggingFace().write([a_record(), a_record("other")]).data.decode()
    assert text.startswith("---\nco2_eq_emissions:\n  emissions: ")
    assert "1 x NVIDIA A100" in text
    assert "training_type: training" in text


PAPER = (
    "\\subsection{CO2 Emission Related to Experiments}\n\nExperiments were conducted using Google Cloud Platform in region "
    "europe-west1, which has a carbon efficiency of 0.27 kgCO$_2$eq/kWh. A cumulative of 100 hours of computation was "
    "performed on hardware of type A100 PCIe 40/80GB (TDP of 250W).\n\nTotal emissions are estimated to be 6.75 "
    "kgCO$_2$eq of which 100 percents were directly offset by the cloud provider.\n"
)


def test_the_paragraph_of_a_paper_is_read(told):
    (run,), problems = told(PAPER)
    assert problems == []
    assert (joules(run), run.duration_s, run.operational_g.value) == (9e7, 3.6e5, 6750.0)
    assert (run.tags["provider"], run.zone) == ("Google Cloud Platform", "europe-west1")
    assert run.name == "A100 PCIe 40/80GB"


def test_a_paragraph_that_contradicts_itself_gets_an_interval_that_holds_both(told):
    (run,), _ = told(PAPER.replace("6.75", "67.5"))
    assert run.operational_g.low <= 6750.0 < run.operational_g.value == 67500.0
    assert any("the text says 67500 g" in note for note in run.notes)


@pytest.mark.parametrize(
    ("old", "new"),
    [("6.75 kgCO", "6.75 lbCO"), ("100 hours", "many hours"), ("250W", "250 horses"), ("100 hours", "1e400 hours")],
)
def test_a_paragraph_with_unknown_units_is_refused(told, old, new):
    runs, problems = told(PAPER.replace(old, new), "mlco2")
    assert (runs, len(problems)) == ([], 1)


def test_days_are_hours_too(told):
    (run,), _ = told(PAPER.replace("100 hours", "2 days"), "mlco2")
    assert run.duration_s == 2 * 86400.0


FORM = (
    "coreType;numberCPUs;tdpCPU;usageCPUradio;usageCPU;numberGPUs;tdpGPU;usageGPUradio;usageGPU;memory;"
    "runTime_hour;runTime_min;carbonIntensity;PUE;mult_factor"
)


def test_the_form_makes_the_calculators_kilowatt_hours(told):
    (run,), problems = told(f"{FORM}\nBoth;12;10;Yes;0.5;2;250;No;0.3;64;10;30;100;1.5;2\n")
    hours, watts = 10.5, 12 * 10 * 0.5 + 2 * 250 + 64 * 0.3725

    assert problems == []
    assert math.isclose(joules(run), hours * 3600 * watts * 2)
    assert math.isclose(run.operational_g.value, hours * watts / 1000 * 2 * 1.5 * 100)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Both;;10;No;1;2;250;No;1;64;1;0;100;1.5;1", "not both given"),
        ("TPU;12;10;No;1;2;250;No;1;64;1;0;100;1.5;1", "coreType"),
        ("CPU;12;10;Yes;50;2;250;No;1;64;1;0;100;1.5;1", "at most 1"),
        ("CPU;12;10;No;1;2;250;No;1;64;1;0;100;0.9;1", "at least 1"),
        ("CPU;-12;10;No;1;2;250;No;1;64;1;0;100;1.5;1", "negative"),
    ],
)
def test_a_form_that_cannot_be_is_refused(told, line, why):
    runs, problems = told(f"{FORM}\n{line}\n")
    assert runs == []
    assert why in problems[0].what


def test_the_form_that_is_written_has_28_fields_and_says_that_one_row_is_read():
    written = GreenAlgorithms().write([a_record(), a_record("other")])
    assert len(written.data.decode().splitlines()[0].split(";")) == 28
    assert any("the calculator reads no other" in lost for lost in written.left_out)
    with pytest.raises(UsageError, match="no duration"):
        GreenAlgorithms().write([a_record(duration_s=0.0)])


def test_an_epoch_of_a_trace_is_watts_by_seconds(told):
    head = "dataset,network,batch_size,optimizer,power_limit,time_per_epoch,average_power"
    (run,), problems = told(f"{head}\ncifar100,shufflenetv2,1024,adam,100,11.5,91.0\n")
    assert problems == []
    assert (joules(run), run.parts[0].component, run.metrics["power_limit_w"]) == (11.5 * 91.0, "gpu", 100.0)


def test_a_window_of_the_monitor_is_joules(told):
    head = "start_time,window_name,elapsed_time,gpu0_energy,gpu1_energy"
    (run,), problems = told(f"{head}\n1772366400.0,epoch 1,2.5,100.5,99.5\n")
    assert problems == []
    assert (joules(run), run.name, run.started_at.year, len(run.parts)) == (200.0, "epoch 1", 2026, 2)


def test_a_trace_carries_the_joules_of_the_gpus(file, ledger):
    record = a_record(work={})
    done = import_file(ledger, file(Zeus().write([record]).data))
    gpu_j = next(part.energy_j.value for part in record.components if part.component == "gpu")
    assert math.isclose(ledger.run(done.added[0]).energy_j.value, gpu_j, rel_tol=1e-12)


def test_metrics_name_each_run_once_and_have_base_units():
    text = OpenMetrics().write([a_record(), a_record(), a_record('a "b"\nc\\')]).data.decode()
    samples = [line for line in text.splitlines() if not line.startswith("#")]

    assert text.endswith("# EOF\n")
    assert len(samples) == len({line.rpartition(" ")[0] for line in samples})
    assert re.findall(r"# TYPE (\S+)", text) == list(dict.fromkeys(re.findall(r"# TYPE (\S+)", text)))
    # A unit stands at the end of the name of its family.
    assert all(name.endswith(f"_{unit}") for name, unit in re.findall(r"# UNIT (\S+) (\S+)", text))
    assert not re.search(r"pid|process_id", text)
    assert all("id=" not in line for line in samples if not line.startswith("vatio_run_info"))


def test_metrics_keep_odd_names(told):
    (run,), problems = told(OpenMetrics().write([a_record('a "b", c=\\"d')]).data)
    assert (run.name, problems) == ('a "b", c=\\"d', [])


def test_metrics_that_were_cut_are_refused(told):
    with pytest.raises(UsageError, match="EOF"):
        told(OpenMetrics().write([a_record()]).data[:-40])


@pytest.mark.parquet
def test_a_table_of_runs_loses_nothing(file, ledger, tmp_path):
    from vatio.testing import ledger_in

    record = ledger.run(a_run(ledger, environment=b'{"argv":["python"],"cwd":"/"}'))
    path = file(Parquet().write([record]).data)
    with ledger_in(str(tmp_path), name="other.sqlite") as other:
        (run,) = import_file(other, path).added
        before, after = to_json(record), to_json(other.run(run))
        assert other.verify(rebuild=True).findings == ()
    beside = {"entries", "footprints", "schema", "imported"}
    assert run == record.id
    assert {name: item for name, item in after.items() if name not in beside} == {
        name: item for name, item in before.items() if name not in beside
    }


@pytest.mark.parquet
def test_a_table_has_typed_columns_for_a_query(file):
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(file(Parquet().write([a_record(), a_record("other")]).data))
    assert str(table.schema.field("started_at").type) == "timestamp[us, tz=UTC]"
    assert str(table.schema.field("energy_j").type) == "double"
    assert table.column("energy_j").to_pylist() == [7.2e6, 7.2e6]
    assert table.schema.metadata[b"schema"] == b"vatio.runs/1"


@pytest.mark.parquet
def test_a_feather_file_is_read_and_a_strange_table_is_not(file, told, tmp_path):
    import pyarrow
    import pyarrow.feather
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(file(Parquet().write([a_record()]).data))
    pyarrow.feather.write_feather(table, str(tmp_path / "feather"))
    runs, problems = told((tmp_path / "feather").read_bytes())
    assert (len(runs), problems) == (1, [])

    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), str(tmp_path / "strange"))
    with pytest.raises(UsageError, match="no column 'record'"):
        told((tmp_path / "strange").read_bytes())


def test_what_is_not_installed_names_its_extra(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra) as caught:
        Parquet().write([a_record()])
    assert caught.value.hint == "pip install 'vatio[parquet]'"


def test_a_paragraph_needs_all_three_figures():
    with pytest.raises(UsageError, match="lacks"):
        MlCo2().write([a_record(duration_s=0.0)])
