"""Whatever a user can name is in docs/reference: public names, settings, errors, commands and their options."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path

import click
import pytest

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"


def page(name):
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


ROOMS = """vatio vatio.records vatio.config vatio.catalog vatio.ledger vatio.account vatio.account.estimates vatio.analysis
vatio.interop vatio.measure vatio.measure.meters
vatio.plan.hardware vatio.plan.job vatio.plan.power vatio.report vatio.report.plan vatio.testing""".split()


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_is_documented(room):
    section = page("library").partition(f"## {room}\n")[2].partition("\n## ")[0]
    assert [name for name in import_module(room).__all__ if f"- `{name}" not in section] == []


def test_every_error_is_documented():
    from vatio import errors

    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.VatioError)]
    assert [kind.__name__ for kind in kinds if f"`{kind.__name__}`" not in page("errors")] == []


def test_every_error_stands_in_the_tree():
    from vatio import errors

    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.VatioError)]
    assert [kind.__name__ for kind in kinds if kind.__name__ not in errors.__doc__] == []


def test_every_setting_is_documented():
    from vatio.config import config_schema

    text = page("configuration")
    sections = {name: item["properties"] for name, item in config_schema()["properties"].items()}
    missing = [
        f"{name}.{key}" for name, keys in sections.items() for key in keys if f"VATIO_{name.upper()}_{key.upper()}" not in text
    ]
    assert missing == []


def test_every_command_and_option_is_documented():
    from vatio.cli._group import group

    text = page("commands")
    for name, command in walk("vatio", group):
        section = text.partition(f"## {name}\n")[2].partition("\n## ")[0]
        assert section, name
        assert [
            option for item in command.params for option in item.opts if option.startswith("-") and option not in section
        ] == [], name


def walk(name, command):
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for word in command.list_commands(context):
            yield from walk(f"{name} {word}", command.get_command(context, word))
