"""Numbers of result files are read in plain Python, and nothing of a file is ever run."""

import io
import json
import pickle
import struct
import zipfile
from hashlib import sha256

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vatio.govern.reproduce._closeness import close_numbers, is_close
from vatio.govern.reproduce._numbers import numbers_of
from vatio.govern.reproduce._results import Results, compare_results
from vatio.records import FileDigest

KINDS = ["<f8", ">f8", "<f4", ">f4", "<f2", "<i8", ">i4", "<u2", "|i1", "|u1", "|b1", "<c16", "<c8"]


def saved(array):
    buffer = io.BytesIO()
    numpy.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_of_each_kind_are_read_as_numpy_does(kind):
    array = numpy.array([[0, 1], [1, 100]]).astype(kind)
    column = numbers_of("a.npy", saved(array))[""]
    flat = array.ravel()
    parts = [part for one in flat for part in (one.real, one.imag)] if array.dtype.kind == "c" else flat.tolist()
    assert list(map(float, column.values)) == [float(part) for part in parts]


@given(hnp.arrays(numpy.float64, hnp.array_shapes(max_dims=3, max_side=5)))
def test_an_array_is_close_to_itself_bit_by_bit(array):
    one, two = numbers_of("a.npy", saved(array)), numbers_of("a.npy", saved(array.copy()))
    assert close_numbers(one, two, rtol=0.0).first is None


def test_an_archive_of_arrays_names_the_array_that_differs():
    def made(b):
        buffer = io.BytesIO()
        numpy.savez(buffer, a=numpy.arange(3.0), b=numpy.array(b))
        return numbers_of("m.npz", buffer.getvalue())

    part = close_numbers(made([1.0, 2.0]), made([1.0, 2.5]), rtol=1e-4).first
    assert (part.place, part.original, part.replay) == ("b[1]", 2.0, 2.5)
    assert close_numbers(made([1.0, 2.0]), made([1.0, 2.00001]), rtol=1e-4).first is None


def test_safetensors_are_read_in_every_float():
    header, body = {}, b""
    for name, kind, raw in (
        ("a", "F32", struct.pack("<2f", 1.0, 2.0)),
        ("b", "BF16", struct.pack("<f", 3.0)[2:]),
        ("c", "F16", struct.pack("<e", 0.5)),
    ):
        header[name] = {"dtype": kind, "shape": [len(raw)], "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps({**header, "__metadata__": {"format": "pt"}}).encode()
    found = numbers_of("m.safetensors", struct.pack("<Q", len(text)) + text + body)
    assert [list(found[name].values) for name in "abc"] == [[1.0, 2.0], [3.0], [0.5]]


def test_text_around_the_numbers_must_be_the_same():
    one, two, three = (numbers_of("log.txt", text) for text in (b"loss 0.5 at 3", b"loss 0.50001 at 3", b"cost 0.5 at 3"))
    assert close_numbers(one, two, rtol=1e-4).first is None
    assert close_numbers(one, three, rtol=1e-4).first is not None


def test_a_large_number_in_a_table_does_not_excuse_a_small_one():
    one, two = numbers_of("t.csv", b"epoch,loss\n1000000,0.5\n"), numbers_of("t.csv", b"epoch,loss\n1000000,0.6\n")
    assert close_numbers(one, two, rtol=1e-4).first is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1.7e9, 0.9, 0.7], [1.7e9, 0.1, -3.0]),
        ([[1.0, 0.9], [2.0, 0.8], [100.0, 0.99]], [[1.0, 0.905], [2.0, 0.8], [100.0, 0.99]]),
        ([[1.0, 2.0, 100.0], [0.9, 0.8, 0.99]], [[1.0, 2.0, 100.0], [0.905, 0.8, 0.99]]),
        ([[5e7], [0.5]], [[5e7], [0.6]]),
        ([5.0, float("inf")], [5.0, 1e308]),
    ],
)
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_large_number_in_an_array_does_not_excuse_a_small_one(one, other, order):
    both = (numbers_of("t.npy", saved(numpy.array(values, order=order))) for values in (one, other))
    assert close_numbers(*both, rtol=1e-4).first is not None


def test_a_weight_near_zero_is_as_uncertain_as_those_beside_it():
    weights = numpy.random.default_rng(0).normal(size=(30, 20))
    weights[3, 4], other = 1e-9, weights.copy()
    other[3, 4] = 3e-6
    both = (numbers_of("w.npy", saved(values)) for values in (weights, other))
    assert close_numbers(*both, rtol=1e-4).first is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"a": {"b": 1}, "a.b": 5}', b'{"a": {"b": 9}, "a.b": 5}'),
        (b'{"a": 1, "a": 5}', b'{"a": 7, "a": 5}'),
        (b'{"a": 9007199254740993}', b'{"a": 9007199254740992}'),
        (b'{"a": []}', b"{}"),
        (b'{"a": {}}', b'{"a": []}'),
        (b'{"a": true}', b'{"a": 1}'),
        (b'{"a": Infinity}', b'{"a": 1e308}'),
        (b'{"a": 1e999}', b'{"a": 2e999}'),
    ],
)
def test_json_that_says_something_else_is_not_the_same(one, other):
    assert told("m.json", one, other).tier is None


def test_text_with_numbers_beyond_any_float_is_not_the_same():
    assert told("m.txt", b"1e999 1", b"2e999 1").tier is None


def test_a_file_is_not_compared_by_its_name():
    assert told("within.pkl", b"\x80\x04a\0", b"\x80\x04b\0").tier is None


@pytest.mark.parametrize(("one", "other"), [(float("inf"), 5.0), (float("nan"), 5.0), (1e308, -1e308)])
def test_a_metric_that_is_no_number_agrees_with_none(one, other):
    results = (Results(metrics={"loss": value}, outputs={}, exit_code=0, content=lambda _: None) for value in (one, other))
    assert compare_results(*results, rtol=1e-4).tier is None


def told(name, one, other):
    def results(content):
        outputs = {name: FileDigest(path=name, sha256=sha256(content).hexdigest(), bytes=len(content))}
        return Results(metrics={}, outputs=outputs, exit_code=0, content=lambda _: content)

    return compare_results(results(one), results(other), rtol=1e-4)


def test_json_is_compared_leaf_by_leaf():
    one, two = (numbers_of("m.json", json.dumps({"a": [1, {"b": b}], "c": "x"}).encode()) for b in (0.788, 0.227))
    part = close_numbers(one, two, rtol=1e-4).first
    assert (part.place, part.original, part.replay) == ("a[1].b", 0.788, 0.227)


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


def broken_archive():
    buffer = io.BytesIO()
    numpy.savez_compressed(buffer, a=numpy.arange(1000.0))
    content = bytearray(buffer.getvalue())
    content[120] ^= 0xFF
    return bytes(content)


def hostile():
    yield "pickle", "m.pkl", pickle.dumps(Bomb())
    yield "an array of objects", "m.npy", saved(numpy.array([Bomb()], dtype=object))
    yield "a header that is code", "m.npy", b"\x93NUMPY\x01\x00\x10\x00" + b"__import__('os') " + b"\n"
    yield "a length beyond the file", "m.npy", b"\x93NUMPY\x01\x00\xff\xff{}"
    yield "an array that is cut off", "m.npy", saved(numpy.arange(4.0))[:-3]
    yield "a short array", "m.npy", saved(numpy.arange(4.0))[:-8]
    yield "no zip", "m.npz", b"PK\x03\x04 nothing"
    yield (
        "tensors outside of the file",
        "m.safetensors",
        struct.pack("<Q", 62) + json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4000]}}).encode(),
    )
    yield "a header that never ends", "m.safetensors", struct.pack("<Q", 1 << 60) + b"{}"
    yield "deep JSON", "m.json", b"[" * 100_000
    yield "text that is none", "m.txt", b"\xff\xfe1 2 3"
    yield "nothing", "m.json", b""
    yield "a whole number beyond any float", "m.json", b'{"a": ' + b"9" * 5000 + b"}"
    yield "the mark of an array alone", "m.npy", b"\x93NUMPY"
    yield "tensors in a list", "m.safetensors", b"\2\0\0\0\0\0\0\0[]"
    yield "a broken archive", "m.npz", broken_archive()
    yield "a header as large as a file", "m.npy", b"\x93NUMPY\x02\x00" + struct.pack("<I", 1 << 20) + b"(" * (1 << 20)


@pytest.mark.parametrize(("name", "content"), [case[1:] for case in hostile()], ids=[case[0] for case in hostile()])
def test_a_file_that_cannot_be_read_safely_has_no_numbers(name, content):
    assert numbers_of(name, content) is None


@pytest.mark.slow
def test_an_archive_that_unpacks_to_more_than_the_memory_is_not_unpacked():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for at in range(3):
            archive.writestr(f"{at}.npy", bytes(100 << 20))
    assert numbers_of("bomb.npz", buffer.getvalue()) is None


numbers = st.floats(allow_nan=True, allow_infinity=True)


@given(a=numbers, b=numbers, rtol=st.floats(min_value=0.0, max_value=0.1))
def test_closeness_does_not_depend_on_the_order(a, b, rtol):
    assert is_close(a, b, rtol=rtol) == is_close(b, a, rtol=rtol)


@given(a=numbers, b=numbers, rtol=st.floats(min_value=0.0, max_value=0.1))
def test_what_is_close_stays_close_within_a_wider_tolerance(a, b, rtol):
    assert not is_close(a, b, rtol=rtol) or is_close(a, b, rtol=2.0 * rtol)
