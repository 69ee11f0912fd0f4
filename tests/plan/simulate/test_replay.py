"""Laws of the simulation: what no policy may do, whatever the trace and the curve."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vatio.account import GridSeries
from vatio.errors import InvalidQuantity, UnknownName, UsageError
from vatio.plan.simulate import POLICIES, JobTrace, Simulation, Year, replay, year_of

np = pytest.importorskip("numpy")

START_S = datetime(2022, 1, 1, tzinfo=UTC).timestamp()
HOURS = 24 * 30


def series(values: list[float | None]) -> GridSeries:
    starts_s = tuple(START_S + 3600.0 * hour for hour in range(len(values)))
    return GridSeries(
        zone="XX", source="test", starts_s=starts_s, end_s=starts_s[-1] + 3600.0, step_s=3600.0, g_per_kwh=tuple(values)
    )


def made_year(seed: int, hours: int = HOURS) -> Year:
    chance = np.random.default_rng(seed)
    waves = 200.0 + 80.0 * np.sin(np.arange(hours) * 2 * np.pi / 24) + 40.0 * np.sin(np.arange(hours) * 2 * np.pi / 90)
    return year_of(series(list(np.maximum(5.0, waves + chance.normal(0.0, 30.0, hours)))))


def trace(jobs: list[tuple[float, float, float, float]], *, interruptible: bool = True) -> JobTrace:
    arrival, length, power, slack = (np.array(column, dtype=float) for column in zip(*jobs, strict=True))
    held = np.full(len(jobs), interruptible)
    return JobTrace(arrival_h=arrival, length_h=length, power_w=power, slack_h=slack, interruptible=held)


def grams(found: Simulation) -> dict[str, float]:
    return {one.policy: one.emissions_g.value or 0.0 for one in found.outcomes}


YEARS = [made_year(seed) for seed in range(3)]
JOBS = st.lists(
    st.tuples(
        st.floats(0.0, 600.0),
        st.one_of(st.floats(0.05, 30.0), st.integers(1, 30).map(float)),
        st.floats(1.0, 1e4),
        st.sampled_from([0.0, 0.4, 1.0, 6.0, 12.5, 24.0, 48.0]),
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(jobs=JOBS, year=st.sampled_from(YEARS), resume_h=st.sampled_from([0.0, 0.1, 0.5, 2.0]), pauses=st.booleans())
def test_energy_and_jobs_are_conserved_and_nothing_beats_the_oracle(
    jobs: list[tuple[float, float, float, float]], year: Year, resume_h: float, pauses: bool
) -> None:
    found = replay(trace(jobs, interruptible=pauses), year, resume_h=resume_h)
    work_j = sum(length * power for _, length, power, _ in jobs) * 3600.0
    spent = grams(found)
    for one in found.outcomes:
        assert one.jobs == len(jobs)
        assert one.energy_j - one.overhead_j == pytest.approx(work_j)
        assert one.missed == 0
        assert one.wait_p95_s <= max(slack for *_, slack in jobs) * 3600.0 + 1.0
        assert spent["oracle"] <= spent[one.policy] * (1.0 + 1e-9)
        assert one.resumes == 0 or pauses


@pytest.mark.slow
@settings(deadline=None, max_examples=30)
@given(jobs=JOBS, year=st.sampled_from(YEARS), pauses=st.booleans())
def test_without_slack_every_policy_runs_at_once(
    jobs: list[tuple[float, float, float, float]], year: Year, pauses: bool
) -> None:
    found = replay(trace([(*job[:3], 0.0) for job in jobs], interruptible=pauses), year, resume_h=0.5)
    assert max(one.wait_mean_s for one in found.outcomes) < 1e-3
    assert set(grams(found).values()) == {grams(found)["run-now"]}


@settings(deadline=None, max_examples=30)
@given(jobs=JOBS, year=st.sampled_from(YEARS))
def test_run_now_emits_the_integral_of_the_curve(jobs: list[tuple[float, float, float, float]], year: Year) -> None:
    expected = 0.0
    for arrival, length, power, _ in jobs:
        for hour in range(int(arrival), int(arrival + length) + 1):
            ran_h = max(0.0, min(hour + 1.0, arrival + length) - max(float(hour), arrival))
            expected += ran_h * power * year.values[min(hour, year.hours - 1)] / 1000.0
    assert grams(replay(trace(jobs), year, policies=()))["run-now"] == pytest.approx(expected)


def least(costs: list[float], caps: list[float], length: float, resume: float) -> float:
    """Try every set of slots, each with the part in every place."""
    best = float("inf")
    for used in product((False, True), repeat=len(costs)):
        chosen = [at for at, one in enumerate(used) if one]
        spare = sum(caps[at] for at in chosen) - length
        if not chosen or spare < -1e-12:
            continue
        for part in chosen if spare > 1e-12 else [-1]:
            if part >= 0 and spare >= caps[part]:
                continue
            for late in (False, True):
                best = min(best, paid(costs, caps, chosen, part, spare, late, resume))
    return best


def paid(costs: list[float], caps: list[float], chosen: list[int], part: int, spare: float, late: bool, resume: float) -> float:
    cost, running, begun = 0.0, -2, False
    for at in chosen:
        whole = at != part
        cost += costs[at] * (caps[at] if whole else caps[at] - spare)
        if begun and not (running == at - 1 and (whole or not late)):
            cost += resume * costs[at]
        begun, running = True, at if whole or late else -2
    return cost


@settings(deadline=None, max_examples=60)
@given(
    values=st.lists(st.floats(10.0, 500.0), min_size=2, max_size=7),
    first=st.floats(0.05, 0.95),
    length=st.floats(0.1, 0.95),
    resume=st.sampled_from([0.0, 0.3, 1.0]),
)
def test_the_oracle_is_the_best_of_all_ways(values: list[float], first: float, length: float, resume: float) -> None:
    caps = [1.0 - first, *[1.0] * (len(values) - 2), 0.6]
    length_h = length * sum(caps)
    year = year_of(series([*values, *[1000.0] * 30]))
    asked = trace([(first, length_h, 1000.0, sum(caps) - length_h)])
    best = least(values, caps, length_h, resume)
    assert grams(replay(asked, year, policies=("oracle",), resume_h=resume))["oracle"] == pytest.approx(best)


def test_a_job_in_one_piece_starts_at_the_best_moment_even_within_an_hour() -> None:
    year = year_of(series([300.0, 300.0, 100.0, 100.0, 300.0, *[300.0] * 25]))
    found = grams(replay(trace([(0.5, 2.5, 1000.0, 6.0)], interruptible=False), year, policies=("oracle",)))
    assert found["oracle"] == pytest.approx(100.0 * 2.0 + 300.0 * 0.5)


def test_suspend_resume_pays_for_each_resume_at_the_hour_in_which_it_happens() -> None:
    clean = 100.0
    values = [400.0 + 0.1 * hour for hour in range(243)]
    values[200] = values[202] = clean
    found = replay(trace([(200.0, 2.0, 1000.0, 5.0)]), year_of(series(values)), policies=("suspend-resume",), resume_h=0.5)
    last = found.outcomes[-1]
    assert last.emissions_g.value == pytest.approx(2 * clean + 0.5 * clean)
    assert (last.resumes, last.wait_mean_s) == (1, 3600.0)
    assert last.overhead_j == pytest.approx(1000.0 * 1800.0)


def test_forecasts_see_nothing_of_what_is_to_come() -> None:
    year = made_year(5)
    changed = np.array(year.sides)
    changed[:, 500:] = 900.0
    other = Year(zone="XX", source="test", start=year.start, sides=changed, known=year.known)
    jobs = trace([(452.3, 6.0, 100.0, 24.0), (440.0, 3.0, 100.0, 20.0)])
    one, two = (grams(replay(jobs, some, policies=("vatio",)))["vatio"] for some in (year, other))
    assert one == two


@pytest.mark.parametrize("interruptible", [True, False])
def test_forecasts_help_where_days_are_alike(interruptible: bool) -> None:
    hours = np.arange(24 * 60)
    year = year_of(series(list(250.0 + 150.0 * np.cos(hours * 2 * np.pi / 24) + (hours % 7))))
    jobs = trace([(24.0 * 40 + at, 3.0, 100.0, 24.0) for at in range(120)], interruptible=interruptible)
    found = {one.policy: one for one in replay(jobs, year).outcomes}
    assert found["vatio"].saved_ratio > 0.9 * found["oracle"].saved_ratio > 0.3
    assert found["vatio"].missed == 0


def test_deadlines_that_cannot_be_met_are_missed_by_all_and_counted() -> None:
    found = replay(trace([(10.0, 4.0, 100.0, -1.0), (20.0, 4.0, 100.0, 3.0)]), made_year(0))
    assert {one.missed for one in found.outcomes} == {1}


def test_jobs_past_the_curve_are_left_out_and_counted() -> None:
    found = replay(trace([(10.0, 4.0, 100.0, 1.0), (HOURS - 2.0, 4.0, 100.0, 1.0)]), made_year(0))
    assert (found.jobs, found.left_out) == (1, 1)
    assert "left out" in found.notes[0]


def test_short_holes_widen_and_long_ones_are_refused() -> None:
    values: list[float | None] = [200.0 + hour % 24 for hour in range(HOURS)]
    values[100:106] = [None] * 6
    found = replay(trace([(90.0, 24.0, 1000.0, 0.0)]), year_of(series(values)))
    now = found.outcomes[0].emissions_g
    assert now.low < now.value < now.high
    values[100:130] = [None] * 30
    with pytest.raises(UsageError, match="hole of 30 h"):
        year_of(series(values))


@pytest.mark.parametrize(
    "job", [(-1.0, 1.0, 1.0, 1.0), (1.0, 0.0, 1.0, 1.0), (1.0, float("nan"), 1.0, 1.0), (1.0, 1.0, -5.0, 1.0)]
)
def test_jobs_that_cannot_be_are_refused(job: tuple[float, float, float, float]) -> None:
    with pytest.raises(InvalidQuantity):
        trace([job])


def test_wrong_questions_are_refused() -> None:
    jobs = trace([(1.0, 1.0, 1.0, 1.0)])
    with pytest.raises(UnknownName):
        replay(jobs, YEARS[0], policies=("hope",))
    with pytest.raises(UsageError):
        replay(jobs, YEARS[0], resume_h=-1.0)
    with pytest.raises(UsageError):
        replay(trace([(1e6, 1.0, 1.0, 1.0)]), YEARS[0])
    assert next(iter(POLICIES)) == "run-now"
