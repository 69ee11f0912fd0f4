"""What machines read of a verdict: JUnit, SARIF, a badge, a picture; whatever the names in it are."""

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report._verdicts import failed, hostile, lost_quality, passed, ratios, undecided, unmeasured, upgrade

from vatio.records import Quantity
from vatio.report.verdict import badge_svg, comparison_svg, to_html, to_junit, to_markdown, to_sarif

VERDICTS = {
    "fail": failed(),
    "pass": passed(),
    "inconclusive": undecided(),
    "unmeasured": unmeasured(),
    "quality": lost_quality(),
    "upgrade": upgrade(),
    "hostile": hostile(),
}
# What SARIF 2.1.0 requires (OASIS, sections 3.13, 3.14, 3.18, 3.19, 3.27, 3.49), and what code scanning asks for beside it.
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation", "region"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "properties": {"uri": {"type": "string", "pattern": r"^[A-Za-z0-9._~%/-]+$"}},
                },
                "region": {
                    "type": "object",
                    "required": ["startLine"],
                    "properties": {"startLine": {"type": "integer", "minimum": 1}},
                },
            },
        }
    },
}
RESULT = {
    "type": "object",
    "required": ["message", "ruleId", "locations"],
    "properties": {
        "message": TEXT,
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
        "locations": {"type": "array", "minItems": 1, "items": LOCATION},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
DRIVER = {
    "type": "object",
    "required": ["name", "rules"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "semanticVersion": {"type": "string", "pattern": r"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$"},
        "rules": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "shortDescription": TEXT,
                    "defaultConfiguration": {"properties": {"level": {"enum": ["none", "note", "warning", "error"]}}},
                },
            },
        },
    },
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {"type": "object", "required": ["driver"], "properties": {"driver": DRIVER}},
                    "invocations": {"type": "array", "items": {"type": "object", "required": ["executionSuccessful"]}},
                    "results": {"type": "array", "items": RESULT},
                },
            },
        },
    },
}
each = pytest.mark.parametrize("name", VERDICTS)


def parsed(xml: str) -> ElementTree.Element:
    return ElementTree.fromstring(xml)


@each
def test_junit_is_xml_whose_counts_are_those_of_its_cases(name: str) -> None:
    suites = parsed(to_junit(VERDICTS[name]))
    suite = suites[0]
    cases = suite.findall("testcase")

    assert int(suites.attrib["tests"]) == int(suite.attrib["tests"]) == len(cases)
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
    assert int(suite.attrib["errors"]) == len(suite.findall("testcase/error"))
    assert all(case.attrib["name"] and case.attrib["classname"] for case in cases)


@pytest.mark.parametrize(
    ("name", "failures", "errors"), [("fail", 1, 0), ("pass", 0, 0), ("inconclusive", 0, 1), ("quality", 1, 0)]
)
def test_junit_fails_as_the_gate_does(name: str, failures: int, errors: int) -> None:
    suite = parsed(to_junit(VERDICTS[name]))[0]

    assert (suite.attrib["failures"], suite.attrib["errors"]) == (str(failures), str(errors))


def test_a_quality_that_is_lost_fails_its_own_case() -> None:
    cases = parsed(to_junit(lost_quality()))[0].findall("testcase")

    assert [case.find("failure") is not None for case in cases] == [False, True]


@each
def test_sarif_has_what_the_standard_requires(name: str) -> None:
    log = json.loads(to_sarif(VERDICTS[name], where="a folder/vatio.toml"))
    jsonschema.validate(log, SARIF)
    [run] = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]

    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("pass", []),
        ("fail", ["energy-regression"]),
        ("inconclusive", ["not-decided"]),
        ("quality", ["quality-loss"]),
        ("hostile", ["energy-regression", "quality-loss"]),
    ],
)
def test_sarif_names_what_was_found_and_nothing_for_a_pass(name: str, rules: list[str]) -> None:
    results = json.loads(to_sarif(VERDICTS[name]))["runs"][0]["results"]

    assert [result["ruleId"] for result in results] == rules


def test_an_alert_keeps_its_fingerprint_while_the_figures_change() -> None:
    def fingerprint(verdict) -> object:
        return json.loads(to_sarif(verdict))["runs"][0]["results"][0]["partialFingerprints"]

    assert fingerprint(failed()) == fingerprint(replace(failed(), p=0.001, pairs=30))
    assert fingerprint(failed()) != fingerprint(replace(failed(), candidate="another"))
    gated = replace(failed(), series="0123456789abcdef")
    assert fingerprint(gated) == fingerprint(replace(gated, candidate="main (4f2c9e1aa)", baseline="main (0a1b2c3dd)"))
    assert fingerprint(gated) != fingerprint(replace(gated, series="fedcba9876543210"))


def test_notes_are_sentences_in_an_alert() -> None:
    log = json.loads(to_sarif(replace(failed(), notes=("pinned to CPU 1", "one more."))))

    assert log["runs"][0]["results"][0]["message"]["text"].endswith(". Pinned to CPU 1. One more.")


def test_energy_that_no_sensor_read_is_called_modelled() -> None:
    verdict = replace(failed(), energy_j=Quantity.around(13.0, 2.0, 78.0, provenance="modelled"))

    for text in (to_markdown(verdict), to_junit(verdict), to_html(verdict)):
        assert "J, modelled" in text.replace("\u00a0", " ")
    assert ", measured" not in to_markdown(VERDICTS["pass"])


@each
@pytest.mark.parametrize("language", ["en", "es"])
def test_pictures_are_xml_that_asks_no_host_and_says_what_it_shows(name: str, language: str) -> None:
    for svg in (comparison_svg(VERDICTS[name], ratios=ratios(0.05), language=language), badge_svg(VERDICTS[name])):
        root = parsed(svg)
        kinds = {element.tag.rpartition("}")[2] for element in root.iter()}

        assert root.find("{http://www.w3.org/2000/svg}title") is not None
        assert root.attrib["role"] == "img"
        assert kinds <= {"svg", "title", "desc", "style", "rect", "g", "text", "tspan", "line", "circle", "path"}
        assert not re.search(r"href|url\(|@import|\son\w+=", re.sub(r"<desc.*?</desc>|<title.*?</title>", "", svg))


def test_a_picture_draws_every_pair_and_points_at_those_beyond_its_edge() -> None:
    svg = comparison_svg(failed(), ratios=[*ratios(0.05, pairs=12), 9.0])

    assert svg.count('class="dot"') == 12
    assert svg.count('class="arrow"') == 1


def test_a_picture_without_an_interval_has_an_open_bar() -> None:
    assert 'class="end' not in comparison_svg(replace(unmeasured(), pairs=1))
    assert 'class="bar' not in comparison_svg(unmeasured())


@each
def test_a_comment_has_one_picture_and_its_mark(name: str) -> None:
    comment = to_markdown(VERDICTS[name], ratios=ratios(0.02))

    assert comment.startswith("<!-- vatio gate -->\n")
    assert comment.count("```") == 2
    assert len(comment) < 65_536


def test_a_hostile_name_stays_a_cell_of_a_comment() -> None:
    comment = to_markdown(hostile(), ratios=ratios(0.02))
    bare = re.sub(r"\\.", "", comment)

    assert {line.count("|") for line in bare.splitlines() if line.startswith("| ")} <= {3, 4, 5}
    assert set(re.findall(r"</?\w+", bare)) == {"<details", "</details", "<summary", "</summary"}
    assert bare.count("<!--") == 1
    assert not re.search(r"(^|\s)[@#]\w|\$\{", bare)
    assert bare.count("</details") == comment.count("<details>")


@given(st.text(max_size=60))
def test_whatever_the_names_are_the_outputs_can_be_read(name: str) -> None:
    verdict = replace(
        failed(), baseline=name, candidate=name, per=name or None, notes=(name,), test=name, run=name, branch=name
    )

    parsed(to_junit(verdict))
    parsed(comparison_svg(verdict))
    parsed(badge_svg(verdict, label=name))
    json.loads(to_sarif(verdict, where=name or "x"))
    to_markdown(verdict).encode()


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=40))
def test_ratios_that_are_no_numbers_are_left_out(values: list[float]) -> None:
    parsed(comparison_svg(failed(), ratios=values))
    to_markdown(failed(), ratios=values)
