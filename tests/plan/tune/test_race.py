import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import UsageError
from vatio.plan.tune import Knob, Race, Setting, read_knob, thread_knob
from vatio.plan.tune._knobs import arm_of, settings_of


def raced(costs, *, blocks=6, noise=0.01, seed=1):
    chance = random.Random(seed)
    rows = [{name: cost * (1.0 + chance.gauss(0.0, noise)) for name, cost in costs.items()} for _ in range(blocks)]
    return Race(names=tuple(costs)).with_blocks(rows)


def test_what_is_surely_dearer_drops_out_and_the_default_stays():
    race = raced({"default": 2.0, "a": 1.0, "b": 1.5})
    assert race.best(race.names) == "a"
    assert race.survivors(race.names) == ("default", "a")


def test_settings_that_cost_the_same_are_decided_and_none_is_surely_better():
    race = raced({"default": 1.0, "a": 1.0}, noise=0.002)
    assert race.is_decided(race.names)
    assert (
        race.change("a", "default").low < 0.0 < race.change("a", "default").high
        or abs(race.change("a", "default").value) < 0.02
    )


def test_two_blocks_say_nothing():
    race = raced({"default": 1.0, "a": 0.5}, blocks=2)
    assert race.change("a", "default") is None
    assert race.survivors(race.names) == race.names
    assert not race.is_decided(race.names)


@given(st.floats(min_value=0.1, max_value=10.0), st.floats(min_value=0.01, max_value=100.0))
def test_a_change_does_not_depend_on_the_unit_of_cost(ratio, scale):
    race, scaled = raced({"d": 1.0, "a": ratio}), raced({"d": scale, "a": ratio * scale})
    assert scaled.change("a", "d").value == pytest.approx(race.change("a", "d").value)
    assert race.change("a", "d").low <= race.change("a", "d").value <= race.change("a", "d").high


def test_a_setting_that_dropped_out_is_compared_by_the_blocks_that_it_was_in():
    race = raced({"d": 1.0, "a": 2.0}, blocks=3).with_blocks([{"d": 50.0}])
    assert race.change("a", "d").value == pytest.approx(1.0, abs=0.05)


def test_every_combination_is_a_setting_and_the_workload_as_it_is_comes_first():
    knobs = [thread_knob(2), read_knob("batch=16,32")]
    settings = settings_of(knobs, ("train", "--batch={batch}"))
    assert [setting.name for setting in settings] == [
        "batch=16", "threads=1 batch=16", "threads=1 batch=32", "threads=2 batch=16", "threads=2 batch=32",
    ]  # fmt: skip
    arm = arm_of(settings[2], knobs, ("train", "--batch={batch}", "{kept}"))
    assert arm.command == ("train", "--batch=32", "{kept}")
    assert arm.environ["OMP_NUM_THREADS"] == "1"
    assert arm_of(settings[0], knobs, ("train",)).environ == {}


def test_a_knob_in_capitals_is_a_variable():
    (default, one, two) = settings_of([read_knob("WORKERS=1,2")], ("train",))
    assert default == Setting()
    assert arm_of(two, [read_knob("WORKERS=1,2")], ("train",)).environ == {"WORKERS": "2"}
    assert one.name == "WORKERS=1"


@pytest.mark.parametrize(
    ("text", "said"),
    [("batch", "no knob"), ("=1,2", "named"), ("batch=", "values"), ("batch=1,1", "values"), ("a b=1", "named")],
)
def test_a_knob_that_cannot_be_turned_is_refused(text, said):
    with pytest.raises(UsageError, match=said):
        read_knob(text)


def test_combinations_without_end_and_knobs_that_turn_nothing_are_refused():
    many = Knob(name="A", values=tuple(map(str, range(9))), variables=("A",))
    with pytest.raises(UsageError, match="more than 64"):
        settings_of([many, Knob(name="B", values=many.values, variables=("B",))], ("x",))
    with pytest.raises(UsageError, match="turns nothing"):
        settings_of([read_knob("batch=1,2")], ("x",))
    with pytest.raises(UsageError, match="two knobs"):
        settings_of([many, many], ("x",))
    with pytest.raises(UsageError, match="nothing to turn"):
        settings_of([], ("x",))


def test_the_bounds_are_those_of_student():
    race = Race(names=("d", "a")).with_blocks(
        [{"d": 1.0, "a": 1.0}, {"d": 1.0, "a": math.exp(0.01)}, {"d": 1.0, "a": math.exp(-0.01)}]
    )
    # t of 2 degrees that is passed above with 2 %: 4.8487 (tables); the standard error is 0.01 / sqrt(3).
    half = 4.848732 * 0.01 / math.sqrt(3.0)
    assert race.change("a", "d").high == pytest.approx(math.expm1(half), rel=1e-5)
    assert race.change("a", "d").low == pytest.approx(math.expm1(-half), rel=1e-5)


def test_settings_that_cost_the_same_are_seldom_told_apart():
    races = [raced({"default": 1.0, "a": 1.0}, blocks=3, noise=0.02, seed=seed) for seed in range(400)]
    told = sum(not race.change("a", "default").low <= 0.0 <= race.change("a", "default").high for race in races)
    assert told / len(races) < 0.08  # 2 % on either side
