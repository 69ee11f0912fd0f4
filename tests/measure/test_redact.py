import string
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vatio.measure.snapshot._redact import REDACTED, is_secret_name, redact_argv, redact_text, redact_variables
from vatio.measure.snapshot._veil import Veil, local_salt, pseudonym

SECRET_OPTIONS = (
    "--password",
    "--token",
    "--hf-token",
    "--api-key",
    "--api_key",
    "--secret",
    "-password",
    "--aws-secret-access-key",
)
SECRET_VARIABLES = (
    "HF_TOKEN",
    "WANDB_API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "DB_PASSWORD",
    "GITHUB_TOKEN",
    "MLFLOW_TRACKING_PASSWORD",
)
KEYS = {
    "sk-": 24, "sk-proj-": 30, "sk_live_": 20, "ghp_": 36, "gho_": 36, "github_pat_": 40, "glpat-": 20, "hf_": 34, "xoxb-": 24,
    "AKIA": 16, "ASIA": 16, "AIza": 35, "npm_": 36, "pypi-": 40, "nvapi-": 40, "r8_": 37, "gsk_": 40, "dckr_pat_": 27,
}  # fmt: skip
# A letter first and no option's dash: what begins with a dash is the next option, to us as to most programs.
secrets = st.text(string.ascii_letters + string.digits + "+/_.~%", min_size=8, max_size=40).filter(
    lambda text: text[0].isalnum() and not text.isdigit()
)
plain_words = st.text(string.ascii_lowercase + string.digits + "._/-", min_size=1, max_size=20)
alnum = st.text(string.ascii_uppercase + string.digits, min_size=64, max_size=64)


@given(st.sampled_from(SECRET_OPTIONS), secrets, st.lists(plain_words, max_size=3), st.lists(plain_words, max_size=3))
def test_a_secret_given_to_an_option_never_survives(option: str, secret: str, before: list[str], after: list[str]) -> None:
    assume(secret not in "".join([option, *before, *after]))
    for planted in ([option, secret], [f"{option}={secret}"], [f"run {option} {secret} now"], [f"{option}='{secret}'"]):
        assert secret not in " ".join(redact_argv(["train", *before, *planted, *after]))


@given(st.sampled_from(SECRET_VARIABLES), secrets)
def test_a_secret_in_a_variable_never_survives(name: str, secret: str) -> None:
    assume(secret not in name)
    for planted in (
        [f"{name}={secret}"],
        ["sh", "-c", f"export {name}={secret}; train"],
        ["sh", "-c", f'{name}="{secret}" train'],
    ):
        assert secret not in " ".join(redact_argv(["env", *planted]))
    assert redact_variables({name: secret}) == {name: REDACTED}


@given(
    st.sampled_from(("https", "postgresql", "redis", "amqp", "git+https", "mongodb+srv")),
    st.text(string.ascii_letters, min_size=1, max_size=8),
    secrets.map(lambda text: text.replace("/", "").replace("%", "") + "Zz9"),
)
def test_a_password_in_an_address_never_survives(scheme: str, user: str, secret: str) -> None:
    assume(secret not in f"{scheme}{user}host.example")
    for word in (f"{scheme}://{user}:{secret}@host.example/path?x=1", f"--url={scheme}://{user}:{secret}@host.example:80/a"):
        redacted = redact_argv(["fetch", word])[1]
        assert secret not in redacted
        assert "host.example" in redacted


@given(st.sampled_from(sorted(KEYS)), alnum, plain_words)
def test_a_key_is_known_by_its_form_wherever_it_stands(prefix: str, letters: str, word: str) -> None:
    key = prefix + letters[: KEYS[prefix]]
    for planted in (key, f"--x={key}", f"{word} {key}", f"https://host.example/?q={key}&n=1", f'{{"x": "{key}"}}'):
        assert key not in redact_argv(["train", planted])[1]


@given(secrets)
def test_a_bearer_never_survives(secret: str) -> None:
    assume(secret.lower() not in "authorization: bearer")
    for text in (
        f"Authorization: Bearer {secret}",
        f"authorization: bearer {secret}",
        f"curl -H 'Authorization: Basic {secret}' x",
    ):
        assert secret not in redact_text(text)


@given(st.lists(plain_words, min_size=1, max_size=6))
def test_a_harmless_command_line_is_unchanged(words: list[str]) -> None:
    assume(not any(is_secret_name(word) for word in words))
    assert redact_argv(words) == tuple(words)


@given(st.lists(st.text(max_size=40), max_size=5))
def test_redacting_twice_changes_nothing_more(words: list[str]) -> None:
    once = redact_argv(words)
    assert len(once) == len(words)
    assert redact_argv(once) == once


@pytest.mark.parametrize(
    "word",
    [
        "--max-tokens=512", "--tokenizer=gpt2", "--pad-token=<pad>", "--token-file=/run/token", "--sort-key=loss", "--lr=1e-4",
        "http://localhost:8080/v1@2", "ssh://git@host.example/repo", "git@host.example:org/repo.git", "s3://bucket/key=1/part",
        "model:latest", "10:30", "a=b=c", "0:1", "--monitor=val:loss", "trainer.max_epochs=3", "--keys=a,b",
        "--password-file=x",
        "hf_hub_offline", "data/train.csv", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "--token=", "--use-auth=true",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_secret_is_left_alone(word: str) -> None:
    assert redact_argv(["train", word]) == ("train", word)


@pytest.mark.parametrize(
    ("argv", "gone"),
    [
        (["mysql", "-psecret9"], "secret9"),
        (["sshpass", "-p", "secret9", "ssh", "host"], "secret9"),
        (["curl", "-u", "me:secret9", "https://host.example"], "secret9"),
        (["psql", "postgresql://me:se@cret9@host.example/db"], "cret9"),
        (["x", "https://host.example/?X-Amz-Signature=secret9&X-Amz-Credential=AB%2F1"], "secret9"),
        (["x", "https://account.example/blob?sv=1&sig=secret9%3D"], "secret9"),
        (["x", "-----BEGIN RSA PRIVATE KEY-----\nsecret9\n"], "secret9"),
        (["x", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.secret9"], "secret9"),
        (["x", "--header", "Cookie: session=secret9"], "secret9"),
        (["python", "-c", 'login(token="secret9")'], "secret9"),
    ],
)
def test_secrets_in_the_places_that_programs_have_for_them(argv: list[str], gone: str) -> None:
    assert gone not in " ".join(redact_argv(argv))


def test_a_pseudonym_is_stable_here_and_other_elsewhere() -> None:
    assert (
        pseudonym("ada", b"one", kind="user") == pseudonym("ada", b"one", kind="user") != pseudonym("ada", b"two", kind="user")
    )


@given(
    st.sampled_from(
        ("/home/lovelace/data", "lovelace@tabulator", "/scratch/lovelace/x", "--dir=/home/lovelace", "tabulator:22")
    )
)
def test_names_of_user_and_host_do_not_survive(text: str) -> None:
    veil = Veil({"HOME": "/home/lovelace", "USER": "lovelace"}, hostname="tabulator.example", salt=b"salt")
    assert "lovelace" not in veil.text(text)
    assert "tabulator" not in veil.text(text)


def test_names_are_shown_when_they_are_to_be_revealed() -> None:
    veil = Veil({"HOME": "/home/lovelace", "USER": "lovelace"}, hostname="tabulator", salt=b"s", reveal=("user", "host"))
    assert veil.text("lovelace@tabulator:/home/lovelace") == "lovelace@tabulator:/home/lovelace"


def test_a_name_inside_a_word_is_no_name() -> None:
    veil = Veil({"HOME": "/home/ann", "USER": "ann"}, hostname="gpu", salt=b"salt")
    assert veil.argv(("annotate", "--planner=x", "/home/anna/x", "gpus", "/home/ann")) == (
        "annotate", "--planner=x", "/home/anna/x", "gpus", "~",
    )  # fmt: skip


def test_the_salt_is_made_once_and_is_private(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    salt = local_salt(environ)
    assert salt == local_salt(environ)
    assert len(salt) == 32
    assert (tmp_path / ".config" / "vatio" / "salt").stat().st_mode & 0o777 == 0o600
    assert local_salt({})
