"""`vatio estimate` and `vatio catalog` as a user meets them."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Shell

MODELS = Path(__file__).resolve().parents[2] / "benchmarks" / "account" / "models.json"


def test_chips_and_hours_become_energy_and_carbon_with_every_factor_named(shell: Shell) -> None:
    done = shell(
        "estimate", "--hardware", "A100:384", "--hours", "2820.3", "--power-w", "400", "--pue", "1", "--intensity", "57"
    )
    assert done.returncode == 0
    assert "433" in done.stdout
    assert "24.69 t" in done.stdout
    for word in ("operational", "embodied", "pue", "intensity given", "lifetime"):
        assert word in done.stdout


def test_json_is_the_contracts_record(shell: Shell) -> None:
    done = shell("estimate", "--hardware", "H100:2048", "--params", "70.6b", "--tokens", "15t", "--zone", "US", "--json")
    document = json.loads(done.stdout)
    assert list(document) == ["schema", "energy_j", "emissions_g", "water_l", "cost_eur", "flop", "factors"]
    assert document["schema"] == "vatio.estimate/1"
    assert document["flop"]["value"] == pytest.approx(6 * 70.6e9 * 15e12)
    assert set(document["factors"][0]) == {"name", "value", "unit", "source", "year"}
    assert document["energy_j"]["low"] < document["energy_j"]["value"] < document["energy_j"]["high"]


def test_the_configured_site_is_used(shell: Shell) -> None:
    (shell.folder / "vatio.toml").write_text('[site]\nzone = "FR"\npue = 1.3\nprice_eur_per_kwh = 0.1\n')
    document = json.loads(shell("estimate", "--hardware", "A100", "--hours", "10", "--power-w", "100", "--json").stdout)
    assert document["energy_j"]["value"] == pytest.approx(1.3 * 3.6e6)
    assert document["cost_eur"]["value"] == pytest.approx(0.13)
    assert "intensity FR" in {factor["name"] for factor in document["factors"]}


def test_a_models_configuration_and_a_vatio_toml_are_told_apart(shell: Shell) -> None:
    model = json.loads(MODELS.read_text())["DeepSeek-V3"]["config"]
    (shell.folder / "config.json").write_text(json.dumps(model))
    (shell.folder / "other.toml").write_text('[site]\nzone = "NO"\n')
    words = ("--config", "config.json", "--config", "other.toml", "--tokens", "14.8t", "--hardware", "H800:2048", "--json")
    document = json.loads(shell("estimate", *words).stdout)
    assert document["flop"]["value"] == pytest.approx(3.4e24, rel=0.1)
    assert "intensity NO" in {factor["name"] for factor in document["factors"]}
    both = shell("estimate", "--config", "config.json", "--config", "b.json", "--hours", "1")
    assert both.returncode == 2


def test_requests_have_their_prefill_and_decode_apart(shell: Shell) -> None:
    words = ("--hardware", "H100:1", "--params", "8b", "--requests", "1000", "--prompt-tokens", "500", "--output-tokens", "300")
    done = shell("estimate", *words, "--batch", "64")
    assert done.returncode == 0
    for word in ("prefill energy per request", "decode energy per request", "per 1000 output tokens", "water per request"):
        assert word in done.stdout


def test_an_inconsistent_figure_is_a_finding(shell: Shell) -> None:
    words = ("--hardware", "H100", "--hours", "7e6", "--zone", "US")
    wrong, right = shell("estimate", *words, "--check", "12.9t"), shell("estimate", *words, "--check", "2040t")
    assert (wrong.returncode, right.returncode) == (1, 0)
    assert "12.9t is inconsistent" in wrong.stdout
    assert "2040t is consistent" in right.stdout
    silent = shell("estimate", *words, "--check", "12.9t", "--json", "-q")
    assert (silent.returncode, silent.stderr) == (1, "")
    assert json.loads(silent.stdout)["schema"] == "vatio.estimate/1"


def test_a_disagreement_of_computations_is_said_on_stderr(shell: Shell) -> None:
    done = shell("estimate", "--hardware", "A100:2048", "--hours", "50", "--params", "65b", "--tokens", "1.4t")
    assert done.returncode == 0
    assert "more than 30 % apart" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--hardware H10:8 --hours 5", "unknown hardware"),
        ("--hardware H100:8 --hours five", "is not a number"),
        ("--hardware H100:8 --hours nan", "nan"),
        ("--hardware H100:8 --hours -3", "below"),
        ("--hardware H100:x --hours 3", "is not a number"),
        ("--hardware :8 --hours 3", "names nothing"),
        ("--hardware H100:8 --hours 5 --zone QQ", "unknown zone"),
        ("--hardware H100:8 --hours 5 --power-w 0.7", "0.7 W"),
        ("--hardware H100:8 --hours 5 --intensity 0.385", "grams per kWh"),
        ("--hardware H100:8 --hours 5 --check 12kilos", "no published figure"),
        ("--hardware H100:8 --params 7.5 --tokens 1t", "whole number"),
        ("--hardware H100:8 --params 7b --tokens 1e400", "whole number"),
        ("--hardware H100:8 --hours 5 --config nothing.json", "cannot read"),
        ("--hardware H100:8 --hours 5 --catalog nothing.csv", "cannot read"),
        ("", "nothing to estimate"),
    ],
)
def test_bad_use_is_an_error_with_a_hint_and_no_traceback(shell: Shell, words: str, said: str) -> None:
    done = shell("estimate", *words.split())
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_catalog_is_listed_and_shown_with_sources(shell: Shell) -> None:
    listed, shown = shell("catalog", "list", "zones", "--match", "spain"), shell("catalog", "show", "H100")
    assert "ES" in listed.stdout
    assert "Ember" in listed.stdout
    assert "source: NVIDIA H100 data sheet (2022)" in shown.stdout
    document = json.loads(shell("catalog", "list", "--json").stdout)
    assert document["schema"] == "vatio.catalog/1"
    assert len(document["rows"]) > 1000
    assert all(row["source"] and row["year"] > 2000 for row in document["rows"])
    unknown = shell("catalog", "show", "p4d.24xlrge")
    assert unknown.returncode == 2
    assert "p4d.24xlarge" in unknown.stderr


def test_own_rows_are_found_in_the_project_in_the_home_and_by_option(shell: Shell) -> None:
    header = "table,name,board_w,source,year\n"
    (shell.folder / "vatio.toml").write_text("")
    (shell.folder / "vatio-catalog.csv").write_text(f"{header}accelerators,Ours,100,mine,2026\n")
    home = Path(shell.environ["XDG_CONFIG_HOME"]) / "vatio"
    home.mkdir(parents=True)
    (home / "catalog.toml").write_text('[[accelerators]]\nname = "Mine"\nboard_w = 50\nsource = "me"\nyear = 2026\n')
    (shell.folder / "more.csv").write_text(f"{header}accelerators,More,70,mine,2026\n")
    for name, option in (("Ours", ()), ("Mine", ()), ("More", ("--catalog", "more.csv"))):
        done = shell("catalog", "show", name, *option)
        assert (done.returncode, done.stderr) == (0, ""), name
        assert shell("estimate", "--hardware", f"{name}:2", "--hours", "1", *option).returncode == 0
    (shell.folder / "vatio-catalog.csv").write_text(f"{header}accelerators,Ours,-100,mine,2026\n")
    broken = shell("catalog", "list")
    assert broken.returncode == 2
    assert "vatio-catalog.csv:2" in broken.stderr


def test_help_groups_the_words_under_account(shell: Shell) -> None:
    text = shell("--help").stdout
    assert "account\n  estimate" in text
    assert "  catalog " in text


def test_a_report_draws_an_estimate_beside_its_run(shell: Shell) -> None:
    assert shell("run", "-q", "--name", "one", "--zone", "ES", "--", "sh", "-c", "sleep 0.1").returncode == 0
    written = shell("estimate", "--hardware", "H100", "--hours", "1", "--zone", "ES", "--json")
    (shell.folder / "estimate.json").write_text(written.stdout)
    done = shell("report", "one", "--estimate", "estimate.json", "--html", "page.html", "--md")
    assert done.returncode == 0, done.stderr
    assert "What was estimated of it" in done.stdout
    assert "What was estimated of it" in (shell.folder / "page.html").read_text()
    (shell.folder / "broken.json").write_text("{}")
    for words in (
        ("one", "--estimate", "broken.json"),
        ("one", "@1", "--estimate", "estimate.json"),
        ("one", "--estimate", "x"),
    ):
        assert shell("report", *words).returncode == 2, words
