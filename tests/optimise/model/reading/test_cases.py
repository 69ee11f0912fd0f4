"""Cases are read from tables, arrays and functions, and parted so that what judges was never learnt from."""

from __future__ import annotations

import pickle

import numpy
import pytest

from vatio.errors import UsageError
from vatio.optimise.model import read_cases

RNG = numpy.random.default_rng(4)
GOOD = {"x": numpy.zeros((40, 2)), "y": numpy.arange(40) % 2}


def _npz(path, **arrays):
    numpy.savez(path, **arrays)
    return str(path)


def _parts(parted):
    return parted.task.fit, parted.task.select, parted.certify


def _csv(path, header, rows):
    path.write_text("\n".join([",".join(header), *(",".join(map(str, row)) for row in rows)]) + "\n")
    return str(path)


def test_arrays_are_parted_and_nothing_is_in_two_parts(tmp_path):
    x = numpy.arange(100.0)[:, None]
    parted = read_cases(_npz(tmp_path / "d.npz", X=x, y=numpy.arange(100) % 4), batches=(1, 8), seed=3)
    assert [len(part) for part in _parts(parted)] == [40, 20, 40]
    assert sorted(numpy.concatenate([part.x[:, 0] for part in _parts(parted)])) == sorted(x[:, 0])
    assert parted.task.classes == (0, 1, 2, 3)
    assert parted.task.batches == (1, 8)
    assert all(set(part.y) == {0, 1, 2, 3} for part in _parts(parted))
    assert "no part of the data is marked" in parted.notes[0]


def test_training_arrays_are_what_is_fitted(tmp_path):
    given = {
        "X": RNG.random((60, 3, 4)),
        "y": RNG.integers(0, 2, 60),
        "X_train": RNG.random((40, 3, 4)),
        "y_train": RNG.integers(0, 2, 40),
    }
    parted = read_cases(_npz(tmp_path / "d.npz", **given))
    assert parted.task.fit.x.tolist() == given["X_train"].tolist()
    assert len(parted.task.select) == 20
    assert len(parted.certify) == 40
    assert parted.notes == ()


def test_a_training_case_among_the_unseen_is_told(tmp_path):
    x = RNG.random((60, 3))
    given = {"X": x, "y": RNG.integers(0, 2, 60), "X_train": x[:20], "y_train": RNG.integers(0, 2, 20)}
    assert read_cases(_npz(tmp_path / "d.npz", **given)).notes == (
        "20 of 60 cases that certify or select are training cases too",
    )


def test_the_same_seed_parts_the_same(tmp_path):
    path = _npz(tmp_path / "d.npz", X=RNG.random((60, 3)), y=RNG.integers(0, 2, 60))
    one, same, other = (read_cases(path, seed=seed).certify.x.tolist() for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_labels_of_text_become_places_in_the_sorted_classes(tmp_path):
    y = numpy.array(["spam", "ham", "odd"] * 20)
    parted = read_cases(_npz(tmp_path / "d.npz", X=numpy.arange(60.0)[:, None], y=y))
    assert parted.task.classes == ("ham", "odd", "spam")
    case = parted.certify
    assert [parted.task.classes[at] for at in case.y] == [y[int(row)] for row in case.x[:, 0]]


def test_the_models_own_classes_decide_the_order_of_columns(tmp_path):
    path = _npz(tmp_path / "d.npz", X=RNG.random((40, 2)), y=numpy.array(["a", "b"] * 20))
    assert read_cases(path, classes=("b", "a", "c")).task.classes == ("b", "a", "c")
    with pytest.raises(UsageError, match="does not know: b") as caught:
        read_cases(path, classes=("a", "c"))
    assert caught.value.hint == "it knows a, c"


def test_a_networks_column_without_a_case_keeps_its_place(tmp_path):
    path = _npz(tmp_path / "d.npz", X=RNG.random((40, 2)), y=numpy.array([0, 3] * 20))
    assert read_cases(path).task.classes == (0, 1, 2, 3)


@pytest.mark.parametrize(
    ("y", "wants", "classes"),
    [
        (numpy.linspace(0.0, 1.0, 60), "", ()),
        (numpy.arange(60) % 3, "values", ()),
        ((numpy.arange(60) % 3).astype(float), "", (0, 1, 2)),
        (numpy.arange(60) % 2 == 0, "", (False, True)),
        (numpy.array([[0], [1]] * 30), "", (0, 1)),
    ],
)
def test_labels_tell_whether_classes_or_values_are_asked(tmp_path, y, wants, classes):
    parted = read_cases(_npz(tmp_path / "d.npz", X=RNG.random((60, 2)), y=y), wants=wants)
    assert parted.task.classes == classes
    assert parted.certify.y.dtype == (numpy.int64 if classes else numpy.float64)


def test_many_whole_numbers_are_values(tmp_path):
    path = _npz(tmp_path / "d.npz", X=RNG.random((400, 2)), y=numpy.arange(400))
    assert read_cases(path).task.classes == ()
    with pytest.raises(UsageError, match="400 different labels"):
        read_cases(path, wants="classes")


def test_a_table_of_numbers_has_its_gaps_as_nan(tmp_path):
    rows = [(at, "" if at == 7 else at * 0.5, "yes" if at % 2 else "no") for at in range(50)]
    parted = read_cases(_csv(tmp_path / "d.csv", ("a", "b", "bought"), rows), target="bought")
    assert parted.task.fit.x.shape == (20, 2)
    assert parted.task.fit.x.dtype == numpy.float64
    assert sum(int(numpy.isnan(part.x).sum()) for part in _parts(parted)) == 1
    assert parted.notes[0] == "columns with gaps, given as NaN: b"


def test_a_table_with_text_is_of_objects_in_the_columns_order(tmp_path):
    rows = [(at, "red" if at % 3 else "", at % 2) for at in range(50)]
    parted = read_cases(_csv(tmp_path / "d.csv", ("size", "colour", "y"), rows), target="y")
    assert parted.task.classes == (0, 1)
    x = parted.certify.x
    assert x.dtype == object
    assert {type(cell) for cell in x[:, 0]} == {float}
    assert set(x[:, 1]) == {"red", ""}


def test_one_column_of_text_is_texts(tmp_path):
    rows = [(f"message {at}", at % 2) for at in range(40)]
    parted = read_cases(_csv(tmp_path / "d.csv", ("text", "label"), rows), target="label")
    assert parted.task.is_text
    assert parted.task.fit.x[0].startswith("message ")


def test_the_longest_column_is_the_text_where_texts_are_needed(tmp_path):
    rows = [(at, "mail", f"a longer message {at}", at % 2) for at in range(40)]
    path = _csv(tmp_path / "d.csv", ("id", "kind", "body", "label"), rows)
    parted = read_cases(path, target="label", needs_text=True)
    assert parted.certify.x[0].startswith("a longer")
    assert parted.notes[0] == "the texts are the column body; not used: id, kind"
    numbers = _csv(tmp_path / "n.csv", ("id", "label"), [(at, at % 2) for at in range(40)])
    with pytest.raises(UsageError, match="no column of text"):
        read_cases(numbers, target="label", needs_text=True)


def test_a_column_split_marks_what_the_model_has_seen(tmp_path):
    rows = [(at, "train" if at < 30 else "Test", at % 2) for at in range(90)]
    parted = read_cases(_csv(tmp_path / "d.csv", ("a", "split", "y"), rows), target="y")
    assert parted.task.fit.x[:, 0].tolist() == list(range(30))
    assert parted.certify.x.shape == (40, 1)


def test_a_column_split_of_other_words_is_a_column(tmp_path):
    rows = [(at, "banana" if at % 3 else "sundae", at % 2) for at in range(90)]
    parted = read_cases(_csv(tmp_path / "d.csv", ("a", "split", "y"), rows), target="y")
    assert parted.certify.x.shape[1] == 2


def test_a_function_gives_cases_and_labels(tmp_path, monkeypatch):
    (tmp_path / "my_cases.py").write_text(
        "import numpy\n\n"
        "def pair():\n    return [f'text {at}' for at in range(60)], ['a', 'b'] * 30\n\n"
        "def named():\n    x = numpy.arange(120.0).reshape(60, 2)\n"
        "    return {'x': x, 'y': x[:, 0] / 7, 'x_train': x[:20] + 0.5, 'y_train': x[:20, 0] / 7}\n\n"
        "def four():\n    x = numpy.arange(120).reshape(60, 2)\n    return x, x[:, 0] % 3, x[:12] + 1, x[:12, 0] % 3\n\n"
        "def nothing():\n    return None\n"
    )
    monkeypatch.chdir(tmp_path)
    pair = read_cases("my_cases:pair")
    assert pair.task.is_text
    assert pair.task.classes == ("a", "b")
    named = read_cases("my_cases:named")
    assert named.task.classes == ()
    assert len(named.task.fit) == 20
    assert read_cases("my_cases:four").task.classes == (0, 1, 2)
    with pytest.raises(UsageError, match="gave NoneType"):
        read_cases("my_cases:nothing")
    with pytest.raises(UsageError, match="cannot find my_cases:other"):
        read_cases("my_cases:other")


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"X": numpy.zeros((40, 2))}, "has no y"),
        ({"x": numpy.zeros((40, 2)), "y": numpy.zeros(39)}, "40 cases and 39 labels"),
        ({"x": numpy.zeros((40, 2)), "y": numpy.zeros((40, 3))}, "labels are of shape"),
        ({"x": numpy.zeros((40, 2)), "y": numpy.zeros(40)}, "one class only"),
        ({"x": numpy.zeros((40, 2)), "y": numpy.full(40, numpy.nan)}, "40 cases have no label"),
        ({"x": numpy.zeros(40), "y": numpy.arange(40) % 2}, "cases are float64"),
        ({"x": numpy.zeros((40, 2), complex), "y": numpy.arange(40) % 2}, "cases are complex128"),
        ({"x": numpy.full((40, 2), numpy.inf), "y": numpy.arange(40) % 2}, "infinite"),
        ({"x": numpy.zeros((20, 2)), "y": numpy.arange(20) % 2}, "too few"),
        ({**GOOD, "x_train": numpy.zeros((20, 2))}, "one of x_train"),
        ({**GOOD, "x_train": numpy.zeros((20, 3)), "y_train": numpy.zeros(20)}, "same form"),
        ({**GOOD, "x_train": numpy.zeros((5, 2)), "y_train": numpy.zeros(5)}, "5 training"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, arrays, said):
    with pytest.raises(UsageError, match=said):
        read_cases(_npz(tmp_path / "d.npz", **arrays))


def test_text_labels_are_no_values(tmp_path):
    with pytest.raises(UsageError, match="labels are text"):
        read_cases(_npz(tmp_path / "d.npz", X=RNG.random((40, 2)), y=numpy.array(["a", "b"] * 20)), wants="values")


def test_what_could_run_anything_is_not_read(tmp_path):
    (tmp_path / "d.pkl").write_bytes(pickle.dumps(1))
    with pytest.raises(UsageError, match="pickle"):
        read_cases(str(tmp_path / "d.pkl"))
    objects = _npz(tmp_path / "o.npz", X=numpy.array([{}] * 40, dtype=object), y=numpy.arange(40))
    with pytest.raises(UsageError, match="cannot read"):
        read_cases(objects)
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(UsageError, match="cannot read"):
        read_cases(str(tmp_path / "broken.npz"))


def test_what_is_not_there_or_not_known_is_told(tmp_path):
    path = _csv(tmp_path / "d.csv", ("a", "y"), [(at, at % 2) for at in range(40)])
    for given, target, said in (
        (str(tmp_path / "none.csv"), "y", "not a file"),
        (path, "", "which column"),
        (path, "z", "no column 'z'"),
        ("cases.txt", "", "cannot read cases"),
    ):
        with pytest.raises(UsageError, match=said):
            read_cases(given, target=target)
    gap = _csv(tmp_path / "gap.csv", ("a", "y"), [(1, ""), (2, 1)])
    with pytest.raises(UsageError, match="1 rows have no label"):
        read_cases(gap, target="y")
