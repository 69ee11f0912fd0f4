"""Layers, origins and where files are found."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from vatio.config import Config, load_config
from vatio.errors import ConfigError


def write(folder: Path, text: str | bytes, name: str = "vatio.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def resolved(folder: Path, environ: Mapping[str, str] | None = None, **options: object) -> Config:
    given = {name.replace("__", "."): value for name, value in options.items()}
    return load_config(str(folder), options=given, environ=environ)


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    config = load_config(str(tmp_path))

    assert (config.site.zone, config.site.pue, config.meters.use, config.meters.interval_s) == (None, None, ("auto",), 1.0)
    assert (config.workload.command, config.workload.stage, dict(config.workload.tags)) == ((), "other", {})
    assert (config.record.environment, config.record.code, config.ledger.backend, config.ledger.sign) == (
        "full",
        "copy",
        "sqlite",
        False,
    )
    assert dict(config.origins) == {}
    assert config.root == str(tmp_path)


def test_an_option_wins_over_the_environment_over_the_project_over_the_user(tmp_path: Path) -> None:
    write(tmp_path / "home", "[site]\nzone = 'FR'\npue = 1.5\nprovider = 'aws'\nregion = 'x'", ".config/vatio/config.toml")
    write(tmp_path, "[site]\nzone = 'ES'\npue = 1.4\nprovider = 'gcp'")
    environ = {"HOME": str(tmp_path / "home"), "VATIO_SITE_ZONE": "DE", "VATIO_SITE_PUE": "1.3"}
    site = resolved(tmp_path, environ, site__zone="IT").site

    assert (site.zone, site.pue, site.provider, site.region) == ("IT", 1.3, "gcp", "x")


def test_origins_name_file_and_line_variable_and_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "# a comment\n[site]\n\nzone = 'ES'\n[workload]\ntags = { a = 'b' }\n")
    environ = {"VATIO_SITE_PUE": "1.3", "VATIO_WORKLOAD_TAGS": "c=d"}
    config = resolved(tmp_path, environ, meters__interval_s="2s")

    assert config.origins == {
        "site.zone": "vatio.toml:4",
        "workload.tags": "vatio.toml:6 + variable VATIO_WORKLOAD_TAGS",
        "site.pue": "variable VATIO_SITE_PUE",
        "meters.interval_s": "option --interval",
    }
    assert config.workload.tags == {"a": "b", "c": "d"}
    assert config.meters.interval_s == 2.0


def test_the_nearest_file_is_read_up_to_the_git_root(tmp_path: Path) -> None:
    write(tmp_path, "[site]\nzone = 'FR'")
    inner = tmp_path / "repo" / "package"
    inner.mkdir(parents=True)
    assert load_config(str(inner)).site.zone == "FR"
    assert load_config(str(inner)).root == str(tmp_path)

    (tmp_path / "repo" / ".git").mkdir()
    assert load_config(str(inner)).site.zone is None
    assert load_config(str(inner)).root == str(tmp_path / "repo")


def test_pyproject_is_read_where_it_has_our_table(tmp_path: Path) -> None:
    write(tmp_path, "[project]\nname = 'x'\n[tool.vatio.site]\nzone = 'ES'", "pyproject.toml")
    assert resolved(tmp_path).site.zone == "ES"

    write(tmp_path, "[project]\nname = 'vatio-user'\n[tool.other]\nzone = 'ES'", "pyproject.toml")
    assert resolved(tmp_path).site.zone is None


def test_a_line_of_pyproject_is_counted_from_its_top(tmp_path: Path) -> None:
    write(tmp_path, "[project]\nname = 'x'\n\n[tool.vatio.site]\npue = 0.5", "pyproject.toml")

    with pytest.raises(ConfigError, match=r"pyproject.toml:5: site.pue is 0.5, not from 1 to 10"):
        resolved(tmp_path)


def test_a_broken_pyproject_that_does_not_name_vatio_is_not_ours_to_report(tmp_path: Path) -> None:
    write(tmp_path, "[project\n", "pyproject.toml")
    assert resolved(tmp_path).site.zone is None


def test_of_both_files_vatio_toml_is_read_and_it_is_said(tmp_path: Path) -> None:
    write(tmp_path, "[site]\nzone = 'ES'")
    write(tmp_path, "[tool.vatio.site]\nzone = 'FR'", "pyproject.toml")
    config = resolved(tmp_path)

    assert config.site.zone == "ES"
    assert config.origins["site.zone"].endswith("vatio.toml:2 (not [tool.vatio] of pyproject.toml)")
    assert "pyproject.toml is not read" in config.notes[0]


def test_a_named_file_is_read_in_place_of_the_projects(tmp_path: Path) -> None:
    write(tmp_path, "[site]\nzone = 'ES'")
    write(tmp_path, "[site]\nzone = 'FR'", "other.toml")

    assert load_config(str(tmp_path), file="other.toml").site.zone == "FR"
    assert load_config(str(tmp_path), environ={"VATIO_CONFIG": "other.toml"}).site.zone == "FR"
    with pytest.raises(ConfigError, match="No such file"):
        load_config(str(tmp_path), file="absent.toml")


def test_a_file_above_that_belongs_to_a_stranger_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path, "[meters]\ncommand = 'rm -rf /'")
    inner = tmp_path / "inner"
    inner.mkdir()
    try:
        os.chown(path, 12345, 12345)
    except PermissionError:
        pytest.skip("only root may give a file away")
    config = load_config(str(inner))

    assert config.meters.command is None
    assert "belongs to another user" in config.notes[0]
    assert load_config(str(tmp_path)).meters.command == "rm -rf /"


def test_paths_of_a_file_mean_the_same_file_from_a_folder_below(tmp_path: Path) -> None:
    write(tmp_path, "[ledger]\npath = 'runs/ledger.sqlite'\n[workload]\ninputs = ['data/a.csv', '/abs']")
    inner = tmp_path / "inner"
    inner.mkdir()
    config = load_config(str(inner))

    assert config.ledger.path == str(tmp_path / "runs" / "ledger.sqlite")
    assert config.workload.inputs[0] == os.path.join("..", "data", "a.csv")
    assert load_config(str(tmp_path)).workload.inputs == ("data/a.csv", "/abs")


def test_the_home_folder_is_written_as_a_tilde(tmp_path: Path) -> None:
    write(tmp_path, "[ledger]\npath = '~/l.sqlite'")
    assert resolved(tmp_path, {"HOME": "/home/someone"}).ledger.path == "/home/someone/l.sqlite"


def test_entries_are_signed_once_there_is_a_key(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    assert resolved(tmp_path, environ).ledger.sign is False

    key = write(tmp_path, b"seed", ".config/vatio/key")
    assert resolved(tmp_path, environ).ledger.sign is True
    assert resolved(tmp_path, environ).ledger.key == str(key)
    assert resolved(tmp_path, {**environ, "VATIO_LEDGER_SIGN": "off"}).ledger.sign is False
    assert resolved(tmp_path, {**environ, "VATIO_LEDGER_KEY": str(tmp_path / "absent")}).ledger.sign is False


def test_an_empty_variable_is_not_set_and_others_variables_are_not_ours(tmp_path: Path) -> None:
    environ = {"VATIO_SITE_ZONE": "", "VATIO_RUN": "x", "VATIO_SPOOL": "y", "VATIO_DEBUG": "1", "SITE_ZONE": "z"}
    assert resolved(tmp_path, environ).site.zone is None


def test_a_configuration_does_not_change(tmp_path: Path) -> None:
    config = load_config(str(tmp_path))

    with pytest.raises(AttributeError):
        config.root = "/"
    with pytest.raises(AttributeError):
        config.site.zone = "ES"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        config.sight  # noqa: B018


@pytest.mark.parametrize(
    "encoded", [b"\xef\xbb\xbf[site]\nzone = 'ES'", b"[site]\r\nzone = 'ES'\r\n", "[site]\nzone = 'ES'  # é".encode()]
)
def test_a_byte_order_mark_and_dos_lines_are_read(tmp_path: Path, encoded: bytes) -> None:
    write(tmp_path, encoded)
    assert resolved(tmp_path).site.zone == "ES"


def test_a_variable_that_is_almost_a_setting_is_noted(tmp_path: Path) -> None:
    notes = resolved(tmp_path, {"VATIO_ZONE": "ES", "VATIO_API_KEY": "x", "VATIO_RUN": "y", "VATIO_TEST_REQUIRE": "z"}).notes

    assert notes == (
        "the variable VATIO_ZONE is not used: did you mean VATIO_SITE_ZONE?",
        "the variable VATIO_API_KEY is not used",
    )
