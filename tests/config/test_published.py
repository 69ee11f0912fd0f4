"""What is published of the configuration says what the code does."""

import json
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.config import (
    SECTIONS,
    Config,
    config_schema,
    config_template,
    config_toml,
    config_view,
    configuration_reference,
    load_config,
)
from vatio.config._config import section
from vatio.config._lines import key_lines
from vatio.config._template import toml_value
from vatio.records import to_json

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def test_the_committed_schema_is_current() -> None:
    assert json.loads((REFERENCE / "schemas" / "vatio.toml.json").read_text()) == config_schema(), "run `make docs`"


def test_the_committed_reference_is_current() -> None:
    assert (REFERENCE / "configuration.md").read_text().rstrip() == configuration_reference().rstrip(), "run `make docs`"


@pytest.mark.parametrize("name", SECTIONS)
def test_every_key_is_documented_typed_and_has_an_example_that_is_read(name: str, tmp_path: Path) -> None:
    for item in fields(section(name)):
        assert item.metadata["doc"].endswith("."), item.name
        (tmp_path / "vatio.toml").write_text(f"[{name}]\n{item.name} = {item.metadata['example']}\n")
        assert f"{name}.{item.name}" in load_config(str(tmp_path)).origins


def test_config_names_the_type_of_every_section() -> None:
    assert list(SECTIONS) == [name for name in Config.__annotations__ if name not in ("root", "origins", "notes")]


def test_the_template_is_a_valid_file_that_says_only_what_was_found(tmp_path: Path) -> None:
    text = config_template({"project.name": 'a "b"'}, remarks={"site.zone": "Where does it stand?"})
    (tmp_path / "vatio.toml").write_text(text)

    assert list(load_config(str(tmp_path)).origins) == ["project.name"]
    assert load_config(str(tmp_path)).project.name == 'a "b"'
    assert "# Where does it stand?\n# zone =" in text


def test_every_commented_example_of_the_template_can_be_uncommented(tmp_path: Path) -> None:
    lines = config_template({}).splitlines()
    chosen = [
        line[2:] if line.startswith("# ") and " = " in line and line[2:].split(" = ")[0].isidentifier() else line
        for line in lines
    ]
    (tmp_path / "vatio.toml").write_text("\n".join(chosen))

    assert len(load_config(str(tmp_path)).origins) == sum(len(fields(section(name))) for name in SECTIONS)


def test_the_shown_configuration_gives_itself(tmp_path: Path) -> None:
    (tmp_path / "vatio.toml").write_text(
        "[site]\nzone = 'ES'\n[meters]\ninterval = '250ms'\n[workload]\ntags = { 'a b' = 'c' }\n"
    )
    config = load_config(str(tmp_path))
    (tmp_path / "vatio.toml").write_text(config_toml(config, origins=True))

    again = load_config(str(tmp_path))
    assert {**config_view(again), "origins": 0} == {**config_view(config), "origins": 0}


def test_the_view_is_json(tmp_path: Path) -> None:
    view = json.loads(json.dumps(to_json(config_view(load_config(str(tmp_path))))))

    assert view["schema"] == "vatio.config/1"
    assert view["meters"]["interval_s"] == 1.0


def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema checks the published schema")
    jsonschema.Draft202012Validator.check_schema(config_schema())
    return jsonschema.Draft202012Validator(config_schema())


@pytest.mark.parametrize(
    "text",
    ["", "[site]\nzone = 'ES'\npue = 1.2", "[meters]\ninterval = '250ms'\nuse = ['rapl']", "[workload]\ntags = { a = 'b' }"],
)
def test_the_schema_accepts_what_the_code_reads(tmp_path: Path, text: str) -> None:
    (tmp_path / "vatio.toml").write_text(text)
    load_config(str(tmp_path))
    assert list(validator().iter_errors(tomllib.loads(text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "[sight]",
        "[site]\npue = '1.2kW'",
        "[site]\npue = 0.5",
        "[site]\nzonne = 'ES'",
        "[meters]\ninterval = '5 parsecs'",
        "[record]\ncode = 'x'",
    ],
)
def test_the_schema_refuses_what_the_code_refuses(text: str) -> None:
    assert list(validator().iter_errors(tomllib.loads(text)))


_TOML = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(exclude_categories=["Cs"])),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=3),
    ),
    max_leaves=6,
)


@given(value=_TOML)
def test_a_written_value_is_read_back(value: Any) -> None:
    assert tomllib.loads(f"x = {toml_value(value)}")["x"] == value


@given(values=st.lists(_TOML, min_size=1, max_size=5))
def test_a_key_is_found_on_the_line_that_it_was_written_on(values: list[Any]) -> None:
    text = "# head\n[a.b]\n" + "\n".join(f'"k{at}" = {toml_value(value)}' for at, value in enumerate(values))

    assert tomllib.loads(text)
    assert {keys: line for keys, line in key_lines(text).items() if len(keys) == 3} == {
        ("a", "b", f"k{at}"): at + 3 for at in range(len(values))
    }


def test_long_strings_and_arrays_do_not_shift_lines() -> None:
    text = 'a = """\n[x]\ny = 1 \\"""\n"""\nb = [\n  "]", # ]\n  [1],\n]\n\'c.d\' . e = 1\n[f]\ng = {h = 1}\n'
    assert tomllib.loads(text)
    assert key_lines(text) == {("a",): 1, ("b",): 5, ("c.d", "e"): 9, ("f",): 10, ("f", "g"): 11}


def test_types_of_sections_resolve() -> None:
    for name in SECTIONS:
        assert get_type_hints(section(name))
