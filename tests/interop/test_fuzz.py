"""No file ends in a traceback: whatever the bytes, it is runs, named problems, or one clear error."""

import json
import os
import random
import tempfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vatio.errors import VatioError
from vatio.interop import Problem, known_formats, read_file
from vatio.ledger import Finished
from vatio.plugins import names
from vatio.records import to_json
from vatio.testing import a_record

RECORDS = [a_record(), a_record("other", whole_j=12.5, duration_s=0.5)]


def examples():
    """Give a well-formed file of each format."""
    for format in known_formats():
        some = RECORDS[:1] if format.name in ("boamps", "huggingface") else RECORDS
        yield format.name, format.write(some).data


GOOD = dict(examples())
PIECES = (
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"NaN", b"-1", b"1e999", b"null", b"{", b"]", b'"', b"\\", b"\n", b"\r", b";",
    b",", b": ", b"- ", b"&a *a", b"!!python/object:os.system", b"[[[[", b"2026-13-45", b"9" * 500, b"=2*x", b"\xc3",
    b"{" * 3000, b"\\ud800", b"\\u0000",
    b"1e308", b"0", b"1_000", "٣".encode(), b"# EOF\n", b"<<: *x", b"2001-01-01", b"---\n",
)  # fmt: skip


def read(data: bytes, name: str | None) -> None:
    """Read bytes as a file; anything but runs, problems or an error of ours is a fault."""
    handle, path = tempfile.mkstemp()
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        for item in read_file(path, format=name):
            assert isinstance(item, (Finished, Problem))
            if isinstance(item, Finished):  # what a ledger stores: finite numbers, whole characters
                facts = [to_json(part) for part in (item.started, item.ended, item.footprint)]
                json.dumps([*facts, dict(item.imported)], ensure_ascii=False, allow_nan=False).encode()
            if isinstance(item, Problem):
                assert item.place
                assert item.what
    except VatioError as error:
        said = str(error)
    else:
        said = "read"
    finally:
        os.unlink(path)
    assert said


@pytest.mark.yaml
@pytest.mark.parquet
@pytest.mark.parametrize("name", names("formats"))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.binary(max_size=300))
def test_any_bytes(name, data):
    read(data, name)
    read(data, None)


@pytest.mark.yaml
@pytest.mark.parquet
@pytest.mark.parametrize("name", names("formats"))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_a_good_file_with_something_wrong_in_it(name, seed):
    read(mutated(GOOD[name], random.Random(seed)), name)


@pytest.mark.yaml
@pytest.mark.parametrize("name", [name for name in names("formats") if name != "parquet"])
@given(text=st.text(max_size=200))
def test_any_text_after_a_good_beginning(name, text):
    read(GOOD[name][:200] + text.encode("utf-8", "surrogatepass"), name)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Cut, repeat and replace pieces of a file."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice((0, 1, 5, 40)))
        data = data[:start] + chance.choice(PIECES) + data[end:]
        if chance.random() < 0.2:
            data = data[: chance.randrange(len(data) + 1)] or b"x"
    return data


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))


@pytest.mark.yaml
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("huggingface", BOMB + "co2_eq_emissions: {emissions: *a59}\n"),
        ("huggingface", BOMB + "co2_eq_emissions: *a59\n"),
        (
            "impact-framework",
            f"{BOMB}initialize: {{plugins: {{s: {{method: Sum, config: {{input-parameters: [x], output-parameter: y}}}}}}}}\n"
            "tree: {pipeline: {compute: [s]}, inputs: [{x: *a59, timestamp: *a59}]}\n",
        ),
        (
            "impact-framework",
            "tree: &t {inputs: [{energy: 1, z: *t}], children: {a: &c {children: {b: *t, c: *t}}}}\n",
        ),
    ],
)
def test_aliases_without_end_are_refused_soon(name, text):
    read(text.encode(), name)
