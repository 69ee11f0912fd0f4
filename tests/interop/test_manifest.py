"""Manifests of the Impact Framework are computed as the framework computes them."""

import math

import pytest

from vatio.account import bill_g
from vatio.errors import UsageError
from vatio.interop import export_runs, import_file, read_bill, run_manifest
from vatio.interop.text import load_yaml, read_text
from vatio.testing import a_record

pytestmark = pytest.mark.yaml


def manifest(method, config, inputs, **node):
    plugins = {"step": {"path": "builtin", "method": method, "config": config}}
    child = {"pipeline": {"compute": ["step"]}, "inputs": inputs, **node}
    return {"name": "m", "initialize": {"plugins": plugins}, "tree": {"children": {"child": child}}}


def computed(method, config, row):
    (leaf,) = run_manifest(manifest(method, config, [row]))
    return leaf.outputs[0]


@pytest.mark.parametrize(
    ("method", "config", "row", "out", "value"),
    [
        ("Sum", {"input-parameters": ["a", "b"], "output-parameter": "c"}, {"a": 1, "b": 2.5}, "c", 3.5),
        ("Multiply", {"input-parameters": ["a", "b"], "output-parameter": "c"}, {"a": 2, "b": 2.5}, "c", 5.0),
        ("Subtract", {"input-parameters": ["a", "b"], "output-parameter": "c"}, {"a": 5, "b": 2}, "c", 3.0),
        ("Divide", {"numerator": "a", "denominator": 4, "output": "c"}, {"a": 2}, "c", 0.5),
        ("Divide", {"numerator": "a", "denominator": 0, "output": "c"}, {"a": 2}, "c", 2.0),
        ("Exponent", {"input-parameter": "a", "exponent": 3, "output-parameter": "c"}, {"a": 2}, "c", 8.0),
        ("Coefficient", {"input-parameter": "a", "coefficient": 3, "output-parameter": "c"}, {"a": 2}, "c", 6.0),
        ("Copy", {"from": "a", "to": "c"}, {"a": 2}, "c", 2),
        ("Sci", {"functional-unit": "requests"}, {"carbon": 5.02, "requests": 100}, "sci", 0.0502),
        ("SciEmbodied", {}, {"duration": 3600}, "embodied-carbon", 28.538812785388128),
    ],
)
def test_each_step_does_what_its_name_says(method, config, row, out, value):
    assert math.isclose(computed(method, config, row)[out], value)


@pytest.mark.parametrize(("at", "value"), [(0, 0.12), (10, 0.32), (20, 0.4275), (50, 0.75), (100, 1.02)])
def test_interpolation_is_linear_between_the_points(at, value):
    points = {"x": [0, 10, 50, 100], "y": [0.12, 0.32, 0.75, 1.02]}
    config = {"method": "linear", **points, "input-parameter": "u", "output-parameter": "f"}
    assert math.isclose(computed("Interpolation", config, {"u": at})["f"], value)


def test_a_polynomial_goes_through_its_points():
    config = {"method": "polynomial", "x": [0, 1, 2], "y": [0, 1, 4], "input-parameter": "u", "output-parameter": "f"}
    assert math.isclose(computed("Interpolation", config, {"u": 1.5})["f"], 2.25)


@pytest.mark.parametrize(
    ("method", "config", "row", "why"),
    [
        ("Sum", {"input-parameters": ["a"], "output-parameter": "c"}, {}, "no column 'a'"),
        ("Divide", {"numerator": "a", "denominator": "b", "output": "c"}, {"a": 2, "b": 0}, "b is 0"),
        ("Sum", {"output-parameter": "c"}, {"a": 1}, "input-parameters"),
        ("Sum", {"input-parameters": ["a"]}, {"a": 1}, "output-parameter"),
        ("Sum", {"input-parameters": ["a"], "output-parameter": "c"}, {"a": "=2*b"}, "not a number"),
        ("Exponent", {"input-parameter": "a", "exponent": 400, "output-parameter": "c"}, {"a": 10}, "no finite number"),
        (
            "Interpolation",
            {"method": "spline", "x": [0, 1], "y": [0, 1], "input-parameter": "a", "output-parameter": "c"},
            {"a": 1},
            "spline",
        ),
        ("Interpolation", {"x": [0, 1], "y": [0, 1], "input-parameter": "a", "output-parameter": "c"}, {"a": 2}, "outside"),
        ("CSVLookup", {"filepath": "https://example.org/x.csv", "output": ["a"]}, {"a": 1}, "not run here"),
    ],
)
def test_what_cannot_be_computed_names_component_and_step(method, config, row, why):
    with pytest.raises(UsageError, match=r"component child: .*step") as caught:
        run_manifest(manifest(method, config, [row]))
    assert why in str(caught.value)


def test_a_lookup_is_taken_from_what_the_manifest_recorded():
    config = {"filepath": "https://example.org/x.csv", "output": ["vcpus"]}
    (leaf,) = run_manifest(manifest("CSVLookup", config, [{"a": 1}], outputs=[{"a": 1, "vcpus": 4}]))
    assert leaf.outputs[0]["vcpus"] == 4
    assert leaf.notes == ("vcpus as recorded: CSVLookup is not run here",)


def test_children_inherit_pipeline_and_defaults():
    plugins = {"add": {"method": "Sum", "config": {"input-parameters": ["a", "b"], "output-parameter": "c"}}}
    inner = {"one": {"inputs": [{"a": 1}]}, "two": {"defaults": {"b": 5}, "inputs": [{"a": 1}]}}
    tree = {"pipeline": {"compute": ["add"]}, "defaults": {"b": 2}, "children": {"group": {"children": inner}}}
    found = {leaf.path: leaf.outputs[0]["c"] for leaf in run_manifest({"initialize": {"plugins": plugins}, "tree": tree})}
    assert found == {"group/one": 3.0, "group/two": 6.0}


def test_a_component_that_fails_does_not_keep_the_others_back(told):
    text = export_runs([a_record(), a_record("other")], "impact-framework").data.decode()
    runs, problems = told(text.replace("pue: 1.25", "pue: broken", 1))
    assert (len(runs), len(problems)) == (1, 1)
    assert "with-pue" in problems[0].what


@pytest.mark.data
@pytest.mark.parametrize(
    "name",
    ["out_pipelines_sci", "out_pipelines_pipeline-teads-sci", "out_builtins_sci_success", "out_builtins_sci-embodied_success"],
)
def test_recorded_outputs_are_computed_again_to_the_last_digit(interop_data, name):
    path = str(interop_data / "if" / f"{name}.yaml")
    for leaf in run_manifest(load_yaml(read_text(path), where=path)):
        assert len(leaf.outputs) == len(leaf.recorded) > 0
        for row, recorded in zip(leaf.outputs, leaf.recorded, strict=True):
            for column, value in recorded.items():
                assert row[column] == (pytest.approx(value, rel=1e-12) if isinstance(value, float) else value), column


@pytest.mark.data
def test_a_manifest_becomes_a_run_of_its_kilowatt_hours(interop_data, ledger):
    done = import_file(ledger, str(interop_data / "if" / "pipelines_sci.yml"))
    run = ledger.run(done.added[0])
    energy_kwh = math.fsum((0.000006208333333333333, 0.00001584375, 0.000019168402777777778, 0.00007886458333333333))
    assert math.isclose(run.energy_j.value, energy_kwh * 3.6e6)
    assert math.isclose(run.emissions_g.operational.value, energy_kwh * 800)
    assert run.duration_s == 43.0


@pytest.mark.data
def test_the_bill_of_a_server_comes_to_acts_own_total(interop_data):
    report = load_yaml(read_text(str(interop_data / "act" / "dellr740_report.yaml")), where="report")
    total_g = bill_g(read_bill(str(interop_data / "act" / "dellr740.yaml")))
    assert math.isclose(total_g / 1e3, float(report["total_carbon"].split()[0]), rel_tol=1e-12)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("silicon:\n  a:\n    process: 7nm\n    area: 1 acre\n", "unit of"),
        ("silicon:\n  a:\n    process: 7nm\n    areas: 1 cm2\n", "field of"),
        ("silicon:\n  a:\n    process: 7nm\n    n_ics: 1.5\n", "whole number"),
        ("silicon:\n  a: 3\n", "not a mapping"),
        ("materials:\n  frame:\n    weight: 1 kg\nsilicon:\n  a:\n    process: 7nm\n", "lists materials"),
        ("name: nothing\n", "no silicon"),
        ("- 1\n", "not a mapping"),
        ("a: [\n", "line"),
    ],
)
def test_a_bill_with_something_unknown_in_it_is_refused(file, text, why):
    with pytest.raises(UsageError, match=why):
        read_bill(file(text))
