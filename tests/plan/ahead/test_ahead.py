"""What is known of the hours to come: told, foretold, or nothing, and always said."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from vatio.account import Slot, read_series, series_of
from vatio.errors import MeasureError, MissingExtra, UnknownName
from vatio.plan.ahead import Known, look_ahead
from vatio.plan.forecast import history_of, hourly_means
from vatio.plan.job import Job, Place, plan_job
from vatio.records import Quantity

NOW = datetime(2026, 3, 20, 6, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def sunny(first: datetime, hours: int, **more):
    """Give hours of a grid with much sun: cleanest at noon."""
    slots = []
    for at in range(hours):
        moment = first + at * HOUR
        sun = max(0.0, math.sin((moment.hour - 6) / 12 * math.pi))
        slots.append(
            Slot(moment.timestamp(), {"g_per_kwh": 300 - 150 * sun + at * 37 % 11, "renewable_ratio": 0.3 + 0.4 * sun})
        )
    return series_of(slots, zone="ES", source="es.csv", **more)


HISTORY = sunny(NOW.replace(minute=0) - 40 * DAY, 40 * 24)


class Service:
    """Tell what was given, or fail as was given; count what was asked."""

    name = "service"

    def __init__(self, forecast=None, history=None) -> None:
        self._told = {"forecast": forecast, "history": history}
        self.asked: list[str] = []

    def _tell(self, what):
        self.asked.append(what)
        told = self._told[what]
        if isinstance(told, Exception):
            raise told
        return told

    def forecast(self, zone, at):
        return self._tell("forecast")

    def history(self, zone, start, end):
        return self._tell("history")


DOWN = MeasureError("service cannot be reached", hint="give --curve FILE")


def look(known: Known, **more):
    return look_ahead("ES", known, now=NOW, start=NOW, end=NOW + DAY, **more)


def test_a_curve_that_reaches_ahead_is_taken_as_it_is_and_nobody_is_asked():
    service = Service(DOWN, DOWN)
    found = look(Known(curve=sunny(NOW - HOUR, 8), source=service, history=HISTORY))
    assert found.curve.end_s == (NOW + 7 * HOUR).timestamp()
    assert (found.notes, found.guard, service.asked) == ((), None, [])
    assert found.renewable_ratio.values[-1] > 0.3


def test_a_services_forecast_keeps_its_own_horizon():
    told = sunny(NOW.replace(minute=0), 6, forecast_from_s=NOW.timestamp())
    found = look(Known(source=Service(told, DOWN), history=HISTORY))
    assert found.curve.end_s == told.end_s
    assert found.notes == ("es.csv tells no interval: how sure a gain is, is not known",)


@pytest.mark.parametrize("failure", [DOWN, UnknownName("it knows no ES"), MissingExtra("'httpx' is not installed", hint="pip")])
def test_a_service_that_fails_gives_way_to_a_forecast_of_our_own_and_that_is_said(failure):
    found = look(Known(source=Service(failure, failure), history=HISTORY))
    assert str(failure) in found.notes[0]
    assert found.curve.source == "forecast from es.csv"
    assert found.curve.low_g_per_kwh
    assert found.guard is not None


def test_a_service_without_a_forecast_is_asked_for_what_has_happened():
    service = Service(DOWN, HISTORY)
    found = look(Known(source=service))
    assert service.asked == ["forecast", "history"]
    assert found.curve.end_s >= (NOW + DAY).timestamp()


def test_a_forecast_that_ends_before_the_job_may_start_is_no_forecast():
    told = sunny(NOW.replace(minute=0), 2, forecast_from_s=NOW.timestamp())
    found = look_ahead("ES", Known(source=Service(told, DOWN)), now=NOW, start=NOW + 5 * HOUR, end=NOW + DAY)
    assert found.curve is None
    assert "ends before the job may start" in found.notes[0]


def test_a_curve_that_has_ended_is_what_a_forecast_is_made_from():
    found = look(Known(curve=HISTORY))
    assert "ended at 2026-03-20 06:00 UTC" in found.notes[0]
    assert found.curve.source == "forecast from es.csv"


@pytest.mark.parametrize(
    ("history", "said"),
    [
        (sunny(NOW - 60 * DAY, 30 * 24), "too long to forecast from"),
        (sunny(NOW.replace(minute=0) - 5 * HOUR, 5), "too few"),
        (sunny(NOW.replace(minute=0) + 5 * HOUR, 5), "knows nothing"),
    ],
)
def test_a_history_that_says_nothing_of_today_is_not_used_and_that_is_said(history, said):
    found = look(Known(history=history))
    assert found.curve is None
    assert said in found.notes[0]


def test_without_anything_nothing_is_known_and_nothing_is_said():
    assert look(Known()).curve is None
    assert look(Known()).notes == ()
    down = look(Known(source=Service(DOWN, DOWN)))
    assert (down.curve, down.notes) == (None, ("service: service cannot be reached: give --curve FILE",))


def test_the_share_ahead_is_the_mean_of_its_hours():
    found = look(Known(history=HISTORY))
    noon = found.renewable_ratio.starts_s.index(NOW.replace(hour=12, minute=0).timestamp())
    assert found.renewable_ratio.values[noon] == pytest.approx(0.7)
    assert "means of its hours" in found.renewable_ratio.source


def job(hours: float, **more) -> Job:
    return Job(duration_s=hours * 3600.0, deadline=NOW + DAY, power_w=Quantity.exact(500.0), **more)


def test_a_gain_that_the_zone_has_earned_is_taken_and_noise_is_not():
    found = look(Known(history=HISTORY))
    plan = plan_job(job(3.0), {"ES": found.curve}, now=NOW, guard=found.guard)
    assert 10 <= plan.start.hour <= 12
    assert plan.saved_ratio.low > 0.2
    noise = series_of(
        [
            Slot((NOW - 40 * DAY).timestamp() // 3600 * 3600 + 3600 * at, {"g_per_kwh": 200 + at * 7919 % 101})
            for at in range(960)
        ],
        zone="DE",
        source="de.csv",
    )
    found = look(Known(history=noise))
    plan = plan_job(job(3.0), {"DE": found.curve}, now=NOW, guard=found.guard)
    assert (plan.start, plan.decided_by) == (NOW, "nothing: no predictable gain")


def test_the_renewable_share_decides_where_it_is_asked_to():
    found = look(Known(history=HISTORY))
    places = {"ES": Place(renewable_ratio=found.renewable_ratio)}
    plan = plan_job(job(2.0), {"ES": found.curve}, now=NOW, places=places, objective="renewable")
    assert plan.decided_by == "renewable: time"
    assert plan.renewable_ratio.value > 0.6


@pytest.fixture
def no_numpy(monkeypatch):
    """Take numpy away, as on the base install."""
    import sys

    monkeypatch.setitem(sys.modules, "numpy", None)


def test_without_numpy_the_means_of_the_hours_stand_in_and_the_line_that_installs_it_is_said(no_numpy):
    found = look(Known(history=HISTORY))
    assert "pip install 'vatio[plan]'" in found.notes[0]
    assert found.guard is None
    plan = plan_job(job(3.0), {"ES": found.curve}, now=NOW)
    assert 10 <= plan.start.hour <= 12


def test_the_means_of_the_hours_lie_within_what_they_have_been():
    history = history_of(HISTORY)
    made = hourly_means(history, horizon_h=30)
    assert len(made.g_per_kwh) == 30
    assert made.method == "mean of the hour over 28 days"
    for start, low, value, high in zip(made.starts, made.low_g_per_kwh, made.g_per_kwh, made.high_g_per_kwh, strict=True):
        seen = [
            one
            for at, one in zip(HISTORY.starts_s, HISTORY.g_per_kwh, strict=True)
            if datetime.fromtimestamp(at, UTC).hour == start.hour
        ]
        assert min(seen) <= low <= value <= high <= max(seen)


@pytest.mark.data
@pytest.mark.parametrize("zone", ["ES", "US-CAL-CISO"])
def test_real_downloads_tell_the_renewable_share_of_a_plan(zone):
    series = read_series(f"../shared/data/grid/em_portal/{zone}_2022_hourly.csv.gz")
    now = datetime(2022, 6, 15, 3, 20, tzinfo=UTC)
    told = look_ahead(zone, Known(curve=series), now=now, start=now, end=now + DAY)
    places = {zone: Place(renewable_ratio=told.renewable_ratio)}
    asked = Job(duration_s=4 * 3600.0, deadline=now + DAY, power_w=Quantity.exact(500.0))
    by_share = plan_job(asked, {zone: told.curve}, now=now, places=places, objective="renewable")
    by_carbon = plan_job(asked, {zone: told.curve}, now=now, places=places)
    first = series.starts_s.index(now.replace(minute=0).timestamp())
    best = max(sum(series.renewable_ratio[at : at + 4]) / 4 for at in range(first + 1, first + 21))
    assert by_share.renewable_ratio.value == pytest.approx(best)
    assert by_share.renewable_ratio.value >= by_carbon.renewable_ratio.value
    past = look_ahead(zone, Known(history=series), now=now, start=now, end=now + DAY)
    foretold = plan_job(asked, {zone: past.curve}, now=now, places=places, guard=past.guard)
    assert foretold.curve.source == f"forecast from {zone}_2022_hourly.csv.gz"
    assert foretold.renewable_ratio.value == pytest.approx(by_carbon.renewable_ratio.value, abs=0.1)
