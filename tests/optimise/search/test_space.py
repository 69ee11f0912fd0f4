import pytest

from vatio.errors import UsageError
from vatio.optimise.search import Asking, read_budget, read_metric, read_space, space_of


def test_parameters_come_after_those_they_depend_on():
    space = space_of({"depth": {"low": 1, "high": 4, "when": {"model": "tree"}}, "model": {"choices": ["tree", "net"]}})
    assert space.names == ("model", "depth")
    assert [point for point in space.points() if point["model"] == "net"] == [{"model": "net"}]


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({}, "empty"),
        ({"a": {"choices": [1, 2], "when": {"b": 1}}, "b": {"choices": [1, 2], "when": {"a": 1}}}, "circle"),
        ({"a": {"choices": [1, 2], "when": {"z": 1}}}, "not in the space"),
        ({"a": {"low": 2.0, "high": 1.0}}, "below|from 2.0"),
        ({"a": {"low": 0.0, "high": 1.0, "log": True}}, "logarithm"),
        ({"a": {"low": float("nan"), "high": 1.0}}, "nan"),
        ({"a": {"choices": []}}, "no values"),
        ({"a": {"choices": [1, 1]}}, "twice"),
        ({"a": {"choices": [[1]]}}, "cannot be"),
        ({"a": 3}, "is 3"),
        ({"a": {"lo": 1}}, "'lo'"),
        ({"a b": {"choices": [1, 2]}}, "a b"),
    ],
)
def test_a_space_that_cannot_be_is_told_with_its_reason(tables, said):
    with pytest.raises(UsageError, match=said):
        space_of(tables)


@pytest.mark.parametrize("text", ["", "5", "-5J", "0J", "5 horses", "nanJ", "infkJ", "1e999J", "1.2.3J"])
def test_a_budget_that_cannot_be_is_refused(text):
    with pytest.raises(UsageError):
        read_budget(text)


def test_a_metric_says_which_way_is_better():
    assert read_metric("loss:min").loss(2.0) == 2.0
    assert read_metric("accuracy").loss(0.9) == -0.9
    with pytest.raises(UsageError):
        read_metric("loss:down")


def test_a_file_that_is_no_space_is_told(tmp_path):
    (tmp_path / "s.toml").write_text("[lr\n")
    with pytest.raises(UsageError, match="cannot read"):
        read_space(str(tmp_path / "s.toml"))


@pytest.mark.parametrize("strategy", ["tpe", "random", "grid"])
def test_a_space_of_choices_is_asked_whole_and_no_point_twice(strategy):
    pytest.importorskip("optuna")
    space = space_of({"a": {"choices": [1, 2, 3]}, "b": {"choices": ["x", "y"]}})
    asking, seen = Asking(space, strategy=strategy, seed=1, objectives=1), []
    for number in range(7):
        point = asking.ask(number)
        seen.append(point)
        asking.tell(number, None if number == 2 else (float(number),))
    assert seen[-1] is None
    assert len({tuple(point.items()) for point in seen[:-1]}) == 6


def test_what_another_search_knows_is_not_asked_again():
    pytest.importorskip("optuna")
    asking = Asking(space_of({"a": {"choices": [1, 2]}}), strategy="tpe", seed=0, objectives=1)
    asking.know({"a": 1}, (0.5,))
    assert asking.ask(0) == {"a": 2}
