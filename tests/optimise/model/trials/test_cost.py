import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.optimise.model.trials._cost import BASELINE, Effort, compare, geometric, latency_s, pieces

numpy = pytest.importorskip("numpy")


class Busy:
    """Answer after so much CPU time."""

    def __init__(self, cpu_s):
        self.cpu_s, self.asked = cpu_s, []

    def scores(self, cases):
        self.asked.append(len(cases))
        until_s = time.process_time() + self.cpu_s
        while time.process_time() < until_s:
            pass
        return numpy.zeros((len(cases), 2))


class Remembering(Busy):
    forgotten = 0

    def forget(self):
        self.forgotten += 1


def test_an_arm_that_needs_a_tenth_is_ten_times_cheaper():
    arms = {BASELINE: Busy(0.002), "tenth": Busy(0.0002)}

    found = compare(arms, numpy.zeros((50, 3)), batch=5, effort=Effort(rounds=5, slice_s=0.006))

    assert found["tenth"].times.value == pytest.approx(10.0, rel=0.3)
    assert found["tenth"].times.low > 5.0
    assert found[BASELINE].times.value == pytest.approx(1.0)
    assert found[BASELINE].cpu_s_per_1000.value == pytest.approx(0.4, rel=0.3)


def test_calls_get_the_batch_that_was_asked_for():
    arm = Busy(0.0)

    compare({BASELINE: arm}, numpy.zeros((50, 3)), batch=7, effort=Effort(rounds=3, slice_s=0.001))

    assert set(arm.asked) == {7}


def test_what_remembers_answers_forgets_them_before_each_slice_and_sees_no_case_twice_in_one():
    arm = Remembering(0.0)

    compare({BASELINE: arm}, numpy.zeros((20, 3)), batch=1, effort=Effort(rounds=4, slice_s=0.01))

    assert arm.forgotten == 4
    assert len(arm.asked) <= 2 + 4 * 20


def test_joules_are_compared_where_a_sensor_counts_them():
    drawn = iter(range(0, 1000, 3))

    found = compare({BASELINE: Busy(0.0005)}, numpy.zeros((9, 1)), batch=3, effort=Effort(3, 0.002), joules=lambda: next(drawn))

    assert found[BASELINE].energy_per_1000_j is not None
    assert found[BASELINE].times.value == pytest.approx(1.0)


def test_a_sensor_that_loses_a_reading_leaves_cpu_time():
    found = compare({BASELINE: Busy(0.0)}, numpy.zeros((9, 1)), batch=3, effort=Effort(3, 0.002), joules=lambda: None)

    assert found[BASELINE].energy_per_1000_j is None


def test_a_slow_call_now_and_then_shows_in_the_99th_percentile():
    class Uneven(Busy):
        def scores(self, cases):
            time.sleep(0.005 if len(self.asked) % 20 == 19 else 0.0)
            return super().scores(cases)

    found = latency_s(Uneven(0.0), numpy.zeros((10, 1)), batch=1, calls=60)

    assert found["p50"] < 0.003 < found["p99"]


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=20))
def test_a_geometric_mean_lies_between_its_ends(values):
    found = geometric(values)

    assert min(values) * 0.999 <= found.value <= max(values) * 1.001
    assert (found.low is None) == (len(values) < 3)
    assert found.low is None or found.low <= found.value <= found.high


@given(st.integers(1, 40), st.integers(1, 50))
def test_every_call_has_the_batch_and_no_case_is_left_out_but_an_uneven_rest(cases, batch):
    found = pieces(list(range(cases)), batch)

    assert {len(piece) for piece in found} == {batch}
    if cases >= batch:
        assert [case for piece in found for case in piece] == list(range(math.floor(cases / batch) * batch))
