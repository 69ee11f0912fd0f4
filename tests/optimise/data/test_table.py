"""Tables are read safely, or refused with what to do."""

from __future__ import annotations

import pickle

import numpy
import pytest

from vatio.errors import UsageError
from vatio.optimise.data import read_table


def csv(tmp_path, *lines):
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def rows(count=8, extra=""):
    return [f"{at}.5,{'ab'[at % 2]},{at % 2}{extra}" for at in range(count)]


def test_text_of_few_values_becomes_columns(tmp_path):
    found = read_table(csv(tmp_path, "n,t,y", *rows()), target="y")
    assert found.columns == ("n", "t=a", "t=b")
    assert found.x.shape == (8, 3)


def test_labels_that_are_whole_numbers_are_read_as_such(tmp_path):
    assert read_table(csv(tmp_path, "n,t,y", *rows()), target="y").y.dtype.kind == "i"
    assert read_table(csv(tmp_path, "n,y,t", *rows()), target="y").y.dtype.kind == "U"


def test_a_csv_without_a_target_asks_for_it(tmp_path):
    with pytest.raises(UsageError, match="which column"):
        read_table(csv(tmp_path, "n,t,y", *rows()))


def test_gaps_are_filled_and_told(tmp_path):
    found = read_table(csv(tmp_path, "n,t,y", ",a,0", *rows()), target="y")
    assert any("gaps" in note for note in found.notes)
    assert numpy.isfinite(found.x).all()


def test_empty_columns_are_left_out_and_told(tmp_path):
    found = read_table(csv(tmp_path, "e,n,t,y", *(f",{row}" for row in rows())), target="y")
    assert "e" not in found.columns
    assert "column e is empty: left out" in found.notes


def test_a_column_of_names_is_left_out(tmp_path):
    lines = [f"name {at},{at},{at % 2}" for at in range(80)]
    found = read_table(csv(tmp_path, "who,n,y", *lines), target="y")
    assert found.columns == ("n",)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["n,y", "1,nan", *["1,0", "1,1"] * 4], "no label"),
        (["n,y", *["1,0"] * 8], "one class only"),
        (["n,y", *["1,0"] * 8, "1,1"], "1 rows of class"),
        (["n,y", *(f"1,{at}.25" for at in range(400))], "different labels"),
        (["n,y"], "no rows"),
        (["n,z", "1,2"], "no column 'y'"),
        (["n,y", "1,0,3"], "row 2 has 3 cells"),
        (["e,y", *[",0", ",1"] * 4], "no column to learn from"),
    ],
)
def test_a_table_that_teaches_nothing_is_refused(tmp_path, lines, said):
    with pytest.raises(UsageError, match=said):
        read_table(csv(tmp_path, *lines), target="y")


@pytest.mark.parametrize("name", ["t.pkl", "t.csv", "t.npz"])
def test_a_pickle_is_refused_whatever_its_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(pickle.dumps({"X": [1], "y": [2]}))
    with pytest.raises(UsageError, match="pickle"):
        read_table(str(path), target="y")


def test_objects_in_an_npz_are_refused(tmp_path):
    path = tmp_path / "t.npz"
    numpy.savez(path, X=numpy.array([[object()]], dtype=object), y=numpy.array([1]))
    with pytest.raises(UsageError, match="cannot read"):
        read_table(str(path))


def test_labels_of_another_shape_are_refused(tmp_path):
    path = tmp_path / "t.npz"
    numpy.savez(path, X=numpy.zeros((9, 2)), y=numpy.zeros(8))
    with pytest.raises(UsageError, match=r"X is \(9, 2\) and y is \(8,\)"):
        read_table(str(path))


def test_labels_that_are_not_numbers_are_refused(tmp_path):
    path = tmp_path / "t.npz"
    numpy.savez(path, X=numpy.zeros((8, 2)), y=numpy.array([0.0, 1.0] * 3 + [numpy.nan, 1.0]))
    with pytest.raises(UsageError, match="1 rows have no label"):
        read_table(str(path))


def test_values_that_are_not_finite_are_refused(tmp_path):
    path = tmp_path / "t.npz"
    x = numpy.zeros((8, 2))
    x[0, 0] = numpy.inf
    numpy.savez(path, X=x, y=numpy.array([0, 1] * 4))
    with pytest.raises(UsageError, match="not finite"):
        read_table(str(path))


def test_a_huge_file_is_refused_unread(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(b"n,y\n")
        file.truncate(3 * 2**30)
    with pytest.raises(UsageError, match="larger than 2 GiB"):
        read_table(str(path), target="y")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match="not a file"):
        read_table(str(tmp_path / "none.csv"), target="y")
