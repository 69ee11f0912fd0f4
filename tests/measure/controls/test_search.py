import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import Refused
from vatio.measure import Moment, Surroundings
from vatio.measure.controls import AutoCap, LimitSearch, PowerCap, Window, cost_j_per_unit, open_limits
from vatio.testing import FakeGpu, FakeNvml, Trace

LIMITS_W = tuple(range(100, 325, 25))


def device(limit_w, *, knee_w):
    """Be a device that is as fast as it can be from ``knee_w`` on, and slows with the square root below."""
    drawn_w = min(limit_w, knee_w + 40.0)
    return Window(power_w=drawn_w, rate_per_s=min(1.0, (limit_w / knee_w) ** 0.5))


def searched(search, knee_w):
    tried = 0
    while not search.is_settled and tried < 50:
        search.observe(device(search.proposal, knee_w=knee_w))
        tried += 1
    return tried


@given(st.floats(min_value=90.0, max_value=320.0))
def test_the_search_finds_the_cheapest_limit_of_any_valley(knee_w):
    search = LimitSearch(LIMITS_W, slowdown_ratio=None)
    tried = searched(search, knee_w)

    def cost(limit_w):
        return cost_j_per_unit(device(limit_w, knee_w=knee_w), highest_w=300.0)

    assert cost(search.best) == pytest.approx(min(map(cost, LIMITS_W)))
    assert tried <= len(LIMITS_W)
    assert search.proposal == search.best


@given(st.floats(min_value=90.0, max_value=320.0), st.floats(min_value=0.0, max_value=0.3))
def test_the_limit_that_is_kept_slows_by_no_more_than_allowed(knee_w, slowdown_ratio):
    search = LimitSearch(LIMITS_W, slowdown_ratio=slowdown_ratio)
    searched(search, knee_w)
    slowest = device(300.0, knee_w=knee_w).rate_per_s / (1.0 + slowdown_ratio)
    assert device(search.best, knee_w=knee_w).rate_per_s >= slowest - 1e-12


def test_a_window_in_which_nothing_was_done_teaches_nothing():
    search = LimitSearch(LIMITS_W)
    search.observe(Window(power_w=100.0, rate_per_s=0.0))
    assert (search.proposal, search.best, search.is_settled) == (300, 300, False)


def card():
    return FakeGpu(trace=Trace.constant(100.0), power_limits_w=(100.0, 300.0))


def session_on(gpu, folder):
    around = Surroundings(boot="b", root=str(folder))
    return open_limits(around, folder=str(folder / "limits"), library=FakeNvml([gpu], clock=lambda: 0.0))


def test_auto_searches_by_the_work_that_the_workload_tells_of_and_puts_the_limit_back(tmp_path):
    gpu, said = card(), []
    cap = AutoCap(session_on(gpu, tmp_path), told=said.append, slowdown_ratio=None, window_s=5.0)
    energy_j = done = 0.0
    for second in range(400):
        shown = device(gpu.power_limit_w, knee_w=180.0)
        energy_j, done = energy_j + shown.power_w, done + shown.rate_per_s
        cap.sample(Moment(t_s=float(second), energy_j=energy_j, power_w=shown.power_w, cpu_s=0.0, work={"samples": done}))
    settled_w = gpu.power_limit_w
    cap.end()
    best_w = min(
        (300 - 200 * step / 9 for step in range(10)), key=lambda w: cost_j_per_unit(device(w, knee_w=180.0), highest_w=300.0)
    )
    assert settled_w == pytest.approx(best_w, abs=0.01)
    assert gpu.power_limit_w == 300.0
    assert said == [f"power limit: the search settled on {best_w:g} W"]


def test_auto_leaves_a_workload_that_tells_of_no_work_as_it_is(tmp_path):
    gpu, said = card(), []
    cap = AutoCap(session_on(gpu, tmp_path), told=said.append)
    for second in range(200):
        cap.sample(Moment(t_s=float(second), energy_j=100.0 * second, power_w=100.0, cpu_s=0.0))
    assert gpu.power_limit_w == 300.0
    cap.end()
    assert said == ["power limit: the search came as far as 300 W; tell of work with vatio.work() for it to learn from"]


def test_a_fixed_cap_is_set_before_the_child_starts_and_put_back_at_its_end(tmp_path):
    gpu = card()
    cap = PowerCap(session_on(gpu, tmp_path), 150.0, told=pytest.fail)
    assert gpu.power_limit_w == 150.0
    cap.end()
    assert gpu.power_limit_w == 300.0


def test_auto_is_refused_where_there_is_nothing_to_choose_from(tmp_path):
    gpu = FakeGpu(trace=Trace.constant(100.0), power_limits_w=(300.0, 300.0))
    with pytest.raises(Refused, match="searched"):
        AutoCap(session_on(gpu, tmp_path), told=pytest.fail)
