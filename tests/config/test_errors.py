"""What is refused, where it is said to stand, and what is offered instead."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vatio.config import SECTIONS, load_config
from vatio.errors import ConfigError

WRONG = [
    ('[site]\n\npue = "1.2kW"', "vatio.toml:3: site.pue is '1.2kW', not a number", "a ratio has no unit"),
    ("[site]\nprice_eur_per_kwh = 210", "vatio.toml:2: site.price_eur_per_kwh is 210 EUR/kWh", "did you mean 0.21?"),
    ("[site]\npue = true", "vatio.toml:2: site.pue is true, not a number", "write 1.2"),
    ("[site]\npue = nan", "vatio.toml:2: site.pue is nan, not a number", ""),
    ("[site]\npue = inf", "vatio.toml:2: site.pue is inf, not a number", ""),
    ("[site]\nwue_l_per_kwh = -1", "not from 0 to 100 L/kWh", ""),
    ('[meters]\ninterval = "5 parsecs"', "vatio.toml:2: meters.interval is '5 parsecs', not a duration", "250ms"),
    ("[meters]\ninterval = 5", "vatio.toml:2: meters.interval is 5, without a unit", 'interval = "250ms"'),
    ('[meters]\ninterval = "1h"', "meters.interval is 3600 s, not from 0.1 to 60 s", ""),
    ("[meters]\ninterval_s = 250", "meters.interval_s is 250 s, not from 0.1 to 60 s", "did you mean 0.25?"),
    ('[meters]\ninterval = "1s"\ninterval_s = 1', "vatio.toml:3: meters.interval_s says again", "keep one"),
    ('[meters]\nuse = ["rappl"]', "meters.use is 'rappl', not one of auto, rapl", "did you mean rapl?"),
    ('[meters]\ntotal = "sum"', "meters.total is 'sum', not one of parts, platform", ""),
    ("[site]\nzonne = 'ES'", "vatio.toml:2: there is no site.zonne", "did you mean zone?"),
    ("[site]\nprice = 1", "vatio.toml:2: there is no site.price", "did you mean price_eur_per_kwh?"),
    ("[meters]\nzone = 'ES'", "vatio.toml:2: there is no meters.zone", "it belongs in [site]"),
    ("zone = 'ES'", "vatio.toml:1: zone stands in no section", "write it under [site]"),
    ("[sight]\nzone = 'ES'", "vatio.toml:1: there is no section [sight]", "did you mean site?"),
    ("site = 1", "vatio.toml:1: site is a section, not a value", "under [site]"),
    ("[[site]]\nzone = 'ES'", "vatio.toml:1: site is a section, not a value", ""),
    ("[site]\nzone = 1", "vatio.toml:2: site.zone is 1, not text", 'for example "ES"'),
    ('[site]\nzone = "a\\nb"', "not one line of text", ""),
    ('[site]\nzone = "\\u001b[31m"', "not one line of text", ""),
    ('[site]\nzone = ""', "not one line of text", ""),
    ('[record]\nreveal = ["password"]', "not one of user, host", ""),
    ('[ledger]\nsign = "maybe"', "ledger.sign is 'maybe', not true or false", ""),
    ("[workload]\ncommand = 3", "workload.command is 3, not a command", ""),
    ('[workload]\ncommand = "a \'b"', "workload.command", ""),
    ("[workload]\ntags = { a = 1 }", "workload.tags is 1, not text", ""),
    ("[workload]\ntags = 1", "not a table of texts", ""),
    ("[workload]\ninputs = 1", "not a list of texts", ""),
    ("[budgets]\nrun_j = -1", "not 0 or more J", ""),
    ("[site]\nzone =", "vatio.toml:2: not TOML", "toml.io"),
    ("[site]\nzone = 'ES", "vatio.toml:2: not TOML", ""),
    ("[site]\nzone = 'a'\nzone = 'b'", "vatio.toml:3: not TOML", ""),
    ("x = " + "[" * 100_000, "nested too deeply", ""),
    ("[site]\npue = " + "9" * 5000, "vatio.toml", ""),
    ("[site]\npue = 1" + "0" * 400, "vatio.toml:2", ""),
]


@pytest.mark.parametrize(("text", "message", "hint"), WRONG)
def test_a_mistake_is_named_with_its_line_and_what_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str, hint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vatio.toml").write_text(text)

    with pytest.raises(ConfigError) as caught:
        load_config()
    assert message in str(caught.value)
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("[site]\nzone = 'ES'".encode("utf-16"), "is UTF-16"),
        (b"[site]\nzone = '\xff'", "vatio.toml:2: not UTF-8"),
        (b"#" * (2 << 20), "bytes"),
        (b"\0", "not TOML"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "vatio.toml").write_bytes(data)
    with pytest.raises(ConfigError, match=message):
        load_config(str(tmp_path))


def test_a_wrong_variable_and_a_wrong_option_are_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"variable VATIO_SITE_ZNE: there is no site.zne"):
        load_config(str(tmp_path), environ={"VATIO_SITE_ZNE": "ES"})
    with pytest.raises(ConfigError, match=r"option --interval: meters.interval_s is 'soon'"):
        load_config(str(tmp_path), options={"meters.interval_s": "soon"})
    with pytest.raises(ConfigError, match=r"option --tag: workload.tags has 'team', not NAME=VALUE"):
        load_config(str(tmp_path), options={"workload.tags": ("team",)})
    with pytest.raises(ConfigError, match="there is no section"):
        load_config(str(tmp_path), options={"sight.zone": "ES"})


_KEYS = st.sampled_from(
    ["zone", "pue", "interval", "interval_s", "use", "tags", "command", "sign", "path", "reveal", "run_j", "x", '""']
)
_VALUES = st.one_of(
    st.sampled_from(
        ['"ES"', "1.2", "-1", "1e400", "nan", "true", "[]", "{}", '["a"]', '{a="b"}', "1979-05-27", '"""\n"""', "[[1]]"]
    ),
    st.text(max_size=8).map(lambda text: "'" + text.replace("'", "") + "'"),
)
_LINES = st.one_of(
    st.sampled_from([f"[{name}]" for name in SECTIONS] + ["[[site]]", "[a.b]", "[", "]", "#", ""]),
    st.tuples(_KEYS, _VALUES).map(" = ".join),
    st.text(max_size=12),
)


@settings(max_examples=150, deadline=None)
@given(text=st.one_of(st.lists(_LINES, max_size=6).map("\n".join), st.text(max_size=40)))
def test_any_file_is_either_read_or_refused_with_a_reason(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "fuzz"
    folder.mkdir(exist_ok=True)
    (folder / "vatio.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    refused = refusal(str(folder))

    assert refused is None or "vatio.toml" in refused


@settings(max_examples=80, deadline=None)
@given(
    key=st.sampled_from(["SITE_PUE", "METERS_INTERVAL", "WORKLOAD_TAGS", "WORKLOAD_COMMAND", "LEDGER_SIGN"]),
    value=st.text(max_size=20),
)
def test_any_variable_is_either_read_or_refused_with_its_name(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    refused = refusal(str(folder), {f"VATIO_{key}": value})

    assert refused is None or f"VATIO_{key}" in refused


def refusal(folder: str, environ: Mapping[str, str] | None = None) -> str | None:
    """Give the message of a refusal, None where everything is read; any other exception goes through."""
    try:
        config = load_config(folder, environ=environ)
    except ConfigError as error:
        return str(error)
    for name in SECTIONS:
        getattr(config, name)
    return None
